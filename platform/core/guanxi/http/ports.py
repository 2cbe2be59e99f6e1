"""What the transport needs from the platform behind it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from guanxi.context import Principal
from guanxi.execution.request import Answer, GraphQLRequest


@dataclass(frozen=True, slots=True)
class Call:
    """How an operation came in, beside what it asks for."""

    request_id: str
    locale: str = "en"
    idempotency_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names; without credentials


@dataclass(frozen=True, slots=True)
class Caller:
    """The browser that signs in or out."""

    address: str
    agent: str
    session: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What signing in made: the session's id, and what the page is told."""

    session: str
    told: Mapping[str, Any]


class Gateway(Protocol):
    """The platform as the transport sees it. Any method may raise a GuanxiError: it becomes the answer."""

    async def authenticate(self, token: str | None) -> Principal:
        """Whoever holds ``token``. Raises: UnauthenticatedError."""

    async def resume(self, session: str, *, may_rotate: bool) -> tuple[Principal, str | None]:
        """Whose session it is, and the id that follows it, if any. Raises: UnauthenticatedError."""

    async def sign_in(self, given: Mapping[str, str], caller: Caller) -> Entry:
        """A session for ``merchant``, ``email``, ``password``. Raises: UnauthenticatedError, RateLimitedError."""

    async def accept_invitation(self, given: Mapping[str, str], caller: Caller) -> Entry:
        """A session for ``invitation``, ``password``. Raises: UnauthenticatedError, BadUserInputError."""

    async def sign_out(self, session: str) -> None:
        """End a session; one that has ended stays so."""

    async def run(self, request: GraphQLRequest, principal: Principal, call: Call) -> Answer:
        """One query or mutation; of a ``read_only`` request only a query (else an answer with status 405)."""

    async def subscribe(
        self, request: GraphQLRequest, principal: Principal, call: Call
    ) -> AsyncIterator[Answer] | Answer:
        """Any operation of a socket: a subscription's answers; the one answer of a query, mutation or refusal."""

    async def still_valid(self, principal: Principal) -> Principal | None:
        """The principal of an open socket as it is now; None once its token is revoked. Asked twice a second."""

    async def sdl(self, principal: Principal) -> str:
        """The schema that ``principal`` may see, as text."""

    async def origins(self) -> frozenset[str]:
        """Browser origins that any merchant allows: a preflight carries no token that would tell which merchant."""

    async def ready(self) -> dict[str, bool]:
        """Whether each part that requests depend on can answer now."""
