"""What every resolver and service is handed first: who asks, for which merchant, with which rights."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from guanxi.errors import ForbiddenError, StepUpRequiredError, Text
from guanxi.permissions import Permission

ActorKind = Literal["token", "staff", "shopper", "platform", "system", "anonymous"]

FRESH = timedelta(minutes=10)


def utc_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class MerchantRef:
    """The merchant of a request: what nearly every rule needs to know of it."""

    id: UUID
    slug: str
    name: str
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    locale: str = "zh-CN"
    document_mode: str = "limited"


class DataScope(Protocol):
    """Whose customers an actor sees, where those are not all of the merchant."""

    def posts(self, bind: Callable[[Any], str]) -> str:
        """SQL that selects the ids of the posts in scope at the moment it runs; ``bind`` takes a value into it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: an API token, a staff member, a shopper, the platform, or the system itself.

    ``person_id`` is a staff member's, ``customer_id`` a shopper's own customer, ``post_id`` the post that it acts for;
    ``scope`` None: it sees the whole merchant.
    """

    kind: ActorKind
    id: str
    permissions: frozenset[str] = frozenset()
    person_id: UUID | None = None
    customer_id: UUID | None = None
    post_id: UUID | None = None
    scope: DataScope | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a person's session or a shopper's token came about.

    ``credential`` is its public id; from ``until`` on it is refused.
    """

    credential: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Principal:
    """What a token stands for. ``epoch`` rises with every change of the merchant's rights or plugins."""

    merchant: MerchantRef
    actor: Actor
    plugins: frozenset[str] = frozenset()
    epoch: int = 0
    origins: tuple[str, ...] = ()
    sign_in: SignIn | None = None


class Platform(Protocol):
    """What services reach of the plugin host without importing it."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgres``."""

    @property
    def cursor_key(self) -> bytes:
        """Signs cursors; the same in every process."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """A write transaction of the bound merchant; nested calls are savepoints."""

    def reading(self) -> AbstractAsyncContextManager[None]:
        """One snapshot for all reads of an operation; inside a transaction, that transaction."""

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        """Rows of a read; ``?1`` style parameters on both databases."""

    def report_fault(self, ctx: "Context", plugin: str, place: str, error: BaseException) -> None:
        """Count a contained failure of a plugin against this merchant."""

    async def publish(self, ctx: "Context", event: object) -> None:
        """Write ``event`` to the outbox and call its inline handlers, inside the running transaction."""

    async def tell_disabled(self, ctx: "Context", event: object) -> Mapping[str, str]:
        """Tell plugins that the merchant has switched off of an event that reaches even them; what each said to it."""

    def follow(self, ctx: "Context") -> AsyncIterator[object]:
        """The merchant's events from now on, as they are committed."""

    async def command(self, ctx: "Context", name: str, value: object, *, key: str) -> Any:
        """Run another plugin's command in the caller's transaction."""

    async def facts(self, ctx: "Context", name: str, customer_ids: Sequence[UUID]) -> list[Any]:
        """One value per customer, in the order asked."""

    async def settings(self, ctx: "Context", plugin: str) -> Any:
        """The merchant's settings of a plugin, as its settings model. Raises: PluginDisabledError."""

    async def fact(self, ctx: "Context", name: str) -> Any:
        """The fact of this name, where the merchant has it. Raises: PluginDisabledError."""

    async def facts_on_offer(self, ctx: "Context") -> list[Any]:
        """Every fact that the merchant has, by name."""

    async def matches(self, ctx: "Context", audience: object, customer_ids: Sequence[UUID]) -> list[bool]:
        """Whether each customer is in an audience, in the order asked."""


@dataclass(slots=True)
class Context:
    """One operation's view of the world. Never kept beyond it."""

    principal: Principal
    platform: Platform
    request_id: str
    locale: str = "en"
    clock: Callable[[], datetime] = utc_now
    schema: Any = None  # the ComposedSchema that answers this operation
    loaders: dict[object, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    is_replay: bool = False  # an event is told late: ledgers move, nobody is notified
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def merchant(self) -> MerchantRef:
        """The merchant that this operation is for."""
        return self.principal.merchant

    @property
    def actor(self) -> Actor:
        """Whoever asks."""
        return self.principal.actor

    def now(self) -> datetime:
        """The operation's clock, aware UTC."""
        return self.clock()

    def can(self, permission: str) -> bool:
        """Whether the actor holds ``permission``."""
        return permission in self.principal.actor.permissions

    def require(self, permission: Permission) -> None:
        """Raises: ForbiddenError naming the permission that is missing."""
        if not self.can(permission):
            raise forbidden(permission)

    def require_for(self, customer_id: UUID, permission: Permission) -> None:
        """As ``require``; a shopper needs no permission, but it must be the shopper's own customer.

        Raises: ForbiddenError.
        """
        if self.actor.customer_id != customer_id:
            self.require(permission)

    def require_fresh_sign_in(self) -> None:
        """Raises: StepUpRequiredError where a person's password was asked for more than ten minutes ago."""
        sign_in = self.principal.sign_in
        if self.actor.kind == "staff" and (sign_in is None or self.now() - sign_in.at > FRESH):
            raise StepUpRequiredError(
                Text("This needs a sign-in of the last ten minutes.", "此操作需要十分钟内的登录。"),
                hint=Text("Sign in again, then repeat it.", "请重新登录后再试。"),
            )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Everything inside is written together or not at all. Never await the network in it."""
        async with self.platform.transaction():
            yield
        self.loaders.clear()

    async def publish(self, event: object) -> None:
        """Tell other domains and plugins what happened, in this transaction."""
        await self.platform.publish(self, event)

    async def command(self, name: str, value: object, *, key: str) -> Any:
        """Run another plugin's command, idempotent by ``key``. Raises: PluginDisabledError."""
        return await self.platform.command(self, name, value, key=key)

    async def facts(self, name: str, customer_ids: Sequence[UUID]) -> list[Any]:
        """A fact of many customers, in the order asked. Raises: PluginDisabledError."""
        return await self.platform.facts(self, name, customer_ids)

    async def matches(self, audience: object, customer_ids: Sequence[UUID]) -> list[bool]:
        """Whether each customer is in an audience now, in the order asked; archived and unknown ones are not.

        ``audience``: an ``Audience`` input as a client sent it, or what ``stored_audience`` made of one. One statement
        for each 500 customers, whatever is asked. An audience that cannot be asked is never silently false.

        Raises:
            PluginDisabledError: it asks for a fact of a plugin that is off.
            ForbiddenError: the actor may not read one of its facts.
            BadUserInputError, NotFoundError: it breaks a limit, or names no segment; ``path`` says where.
        """
        return await self.platform.matches(self, audience, customer_ids)

    async def settings(self, plugin: str) -> Any:
        """What the merchant set for a plugin, as its settings model; the defaults where it has set nothing.

        Raises: PluginDisabledError where there is no such plugin, or it has no settings.
        """
        return await self.platform.settings(self, plugin)


def forbidden(permission: str) -> ForbiddenError:
    """The one wording for a missing right."""
    title = Permission.known[permission].label if permission in Permission.known else Text(permission, permission)
    return ForbiddenError(
        Text(f"You may not do this: {title.en}.", f"您没有权限：{title.zh}。"),
        hint=Text(f"Ask an administrator for the permission {permission}.", f"请向管理员申请权限 {permission}。"),
        details={"permission": str(permission)},
    )
