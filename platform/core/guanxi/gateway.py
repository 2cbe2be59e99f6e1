"""From a request to its answer: whose it is, which schema it sees, in which context it runs."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import cast
from uuid import UUID

from guanxi.accounts import service as accounts
from guanxi.context import Actor, Context, Principal, utc_now
from guanxi.db import faults
from guanxi.db.merchant import acting_for
from guanxi.db.migrations import plan
from guanxi.execution import errors as execution_errors
from guanxi.execution import operations
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http.ports import Call, Caller, Entry
from guanxi.merchants import service as merchants
from guanxi.merchants.models import Merchant
from guanxi.plugins import enablement
from guanxi.plugins.platform import HostPlatform
from guanxi.schema.composed import ComposedSchema
from guanxi.staff import errors
from guanxi.staff import service as staff
from guanxi.telemetry import observing

log = logging.getLogger("guanxi.gateway")

# Rises with every change of any merchant, and costs less to read than what may have changed.
CHANGES = "SELECT COUNT(*) AS merchants, SUM(epoch) AS epochs FROM merchant"

RENEW = {"staff": accounts.renewed, "shopper": accounts.renewed_shopper}


class InstallationGateway:
    """Implements guanxi.http.ports.Gateway over one installation."""

    def __init__(self, platform: HostPlatform) -> None:
        self.platform = platform
        self._origins: tuple[dict[str, object], frozenset[str]] = {}, frozenset()

    async def authenticate(self, token: str | None) -> Principal:
        """Whoever holds the token; read with its merchant's epoch, so it is as of now in every process."""
        if token is None:
            raise errors.unauthenticated()
        db, now = self.platform.db, utc_now()
        with self._database(), observing.authentication():
            if not accounts.is_shopper_token(token):
                return await staff.authenticate(db, token, now, plugins_of=self._plugins_of)
            root = self.platform.cursor_key
            return await accounts.authenticate_shopper(db, token, now, root=root, plugins_of=self._plugins_of)

    async def resume(self, session: str, *, may_rotate: bool) -> tuple[Principal, str | None]:
        """Whose session it is, and the id that follows it."""
        with self._database():
            found = await accounts.resume(
                self.platform.db, session, utc_now(), plugins_of=self._plugins_of, may_rotate=may_rotate
            )
        return found.principal, found.key

    async def sign_in(self, given: Mapping[str, str], caller: Caller) -> Entry:
        """A session for a password."""
        with self._database():
            made = await accounts.sign_in(self.platform.db, accounts.Password(**given), _browser(caller), utc_now())
        return _entry(made)

    async def accept_invitation(self, given: Mapping[str, str], caller: Caller) -> Entry:
        """A session for an invitation and a new password."""
        text, password = given["invitation"], given["password"]
        with self._database():
            made = await accounts.accept(self.platform.db, text, password, _browser(caller), utc_now())
        return _entry(made)

    async def sign_out(self, session: str) -> None:
        """End a session."""
        with self._database():
            await accounts.end(session, utc_now())

    async def still_valid(self, principal: Principal) -> Principal | None:
        """The principal as it is now; None once its token no longer stands. Its subscriptions go on as that, or end."""
        renew = RENEW.get(principal.actor.kind, staff.renewed)
        with self._database():
            current = await renew(self.platform.db, principal, utc_now(), plugins_of=self._plugins_of)
        if current is not None:
            offered = self.platform.host.closure(current.plugins)
            operations.engine_of(self.platform).subscriptions.renew(current, offered)
        return current

    async def run(self, request: GraphQLRequest, principal: Principal, call: Call) -> Answer:
        """One query or mutation."""
        with self._acting(principal), observing.operation(principal, call.request_id) as watch:
            return watch.saw(await operations.run(request, await self._context(principal, call)))

    async def subscribe(
        self, request: GraphQLRequest, principal: Principal, call: Call
    ) -> AsyncIterator[Answer] | Answer:
        """Any operation of a socket."""
        with self._database(), acting_for(principal.merchant.id):
            await accounts.note_use(principal, utc_now())
            answer = await operations.subscribe(request, await self._context(principal, call))
        return answer if isinstance(answer, Answer) else self._bound(principal, answer)

    async def sdl(self, principal: Principal) -> str:
        """What the principal may see, as text."""
        with self._database():
            schema = await self._schema(principal)
        return str(schema.sdl(principal.actor.permissions))

    async def origins(self) -> frozenset[str]:
        """Browser origins that any merchant allows; read again only after a change, for strangers may ask often."""
        with self._database():
            (changes,) = await self.platform.db.fetch(CHANGES)
            if changes != self._origins[0]:
                found = await Merchant.all().values_list("allowed_origins", flat=True)
                self._origins = changes, frozenset(str(one) for each in found for one in each)
        return self._origins[1]

    async def ready(self) -> dict[str, bool]:
        """Whether the database answers and has all migrations."""
        with self._database():
            await self.platform.db.fetch("SELECT 1 AS one")
            return {"database": True, "migrations": not await plan(self.platform.db)}

    @asynccontextmanager
    async def open_merchant(self, merchant_id: UUID, call: Call) -> AsyncIterator[Context]:
        """The system acting for a merchant, bound: for addresses that let somebody in without a token.

        Raises:
            UnauthenticatedError: there is no such merchant.
        """
        with self._database(), acting_for(merchant_id):
            row = await Merchant.get_or_none(id=merchant_id)
            if row is None:
                raise errors.unauthenticated()
            plugins, actor = await self._plugins_of(merchant_id), Actor("system", "door")
            yield await self._context(Principal(merchants.ref_of(row), actor, plugins, row.epoch), call)

    @asynccontextmanager
    async def open_shop(self, slug: str, call: Call) -> AsyncIterator[Context]:
        """The same for a merchant by its slug. Raises: UnauthenticatedError."""
        with self._database():
            found = await Merchant.get_or_none(slug=slug)
        if found is None:
            raise errors.unauthenticated()
        async with self.open_merchant(found.id, call) as ctx:
            yield ctx

    @contextmanager
    def _acting(self, principal: Principal) -> Iterator[None]:
        """The database and the merchant, bound to the running task."""
        with self._database(), acting_for(principal.merchant.id):
            yield

    @contextmanager
    def _database(self) -> Iterator[None]:
        """The database, bound to the running task. Raises: UnavailableError where it cannot answer now."""
        try:
            with self.platform.db.bound():
                yield
        except Exception as error:
            if not faults.is_unavailable(error):
                raise
            log.warning("the database cannot answer: %s", error)
            raise execution_errors.unavailable() from error

    async def _bound(self, principal: Principal, answers: AsyncIterator[Answer]) -> AsyncIterator[Answer]:
        """Each step of a subscription with its merchant bound; the socket's task binds nothing by itself."""
        async with aclosing(cast(AsyncGenerator[Answer, None], answers)) as stream:
            while True:
                with self._database(), acting_for(principal.merchant.id):
                    try:
                        answer = await anext(stream)
                    except StopAsyncIteration:
                        return
                yield answer

    async def _context(self, principal: Principal, call: Call) -> Context:
        return Context(
            principal,
            self.platform,
            call.request_id,
            call.locale,
            schema=await self._schema(principal),
            idempotency_key=call.idempotency_key,
            headers=call.headers,
        )

    async def _plugins_of(self, merchant_id: UUID) -> frozenset[str]:
        """What a merchant has enabled. One that another process found is loaded here before anybody's rights are told.

        Built-in roles allow what is declared, and a plugin declares its permissions by being loaded.
        """
        found = await enablement.plugins_of(merchant_id, utc_now())
        await self.platform.schema_for(found)
        return found

    async def _schema(self, principal: Principal) -> ComposedSchema:
        return await self.platform.schema_for(principal.plugins)


def _browser(caller: Caller) -> accounts.Browser:
    return accounts.Browser(caller.address, caller.agent, caller.session)


def _entry(made: accounts.SignedIn) -> Entry:
    return Entry(made.key, {"name": made.name, "expiresAt": made.until.isoformat()})
