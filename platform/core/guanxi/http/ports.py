"""What the transport needs from the platform behind it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from guanxi.context import Principal
from guanxi.execution.request import Answer, GraphQLRequest


@dataclass(frozen=True, slots=True)
class Call:
    """How an operation came in, beside what it asks for."""

    request_id: str
    locale: str = "en"
    idempotency_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names; without credentials


class Gateway(Protocol):
    """The platform as the transport sees it. Any method may raise a GuanxiError: it becomes the answer."""

    async def authenticate(self, token: str | None) -> Principal:
        """Whoever holds ``token``. Raises: UnauthenticatedError."""

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
