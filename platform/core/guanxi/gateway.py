"""From a request to its answer: whose it is, which schema it sees, in which context it runs."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import cast

from guanxi.context import Context, Principal, utc_now
from guanxi.db.merchant import acting_for
from guanxi.db.migrations import plan
from guanxi.execution import operations
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http.ports import Call
from guanxi.merchants.models import Merchant
from guanxi.plugins import enablement
from guanxi.plugins.platform import HostPlatform
from guanxi.schema.composed import ComposedSchema
from guanxi.staff import errors
from guanxi.staff import service as staff

ORIGIN_SECONDS = 5.0


class InstallationGateway:
    """Implements guanxi.http.ports.Gateway over one installation."""

    def __init__(self, platform: HostPlatform) -> None:
        self.platform = platform
        self._origins: frozenset[str] = frozenset()
        self._origins_until = 0.0

    async def authenticate(self, token: str | None) -> Principal:
        """Whoever holds the token; read with its merchant's epoch, so it is as of now in every process."""
        if token is None:
            raise errors.unauthenticated()
        with self.platform.db.bound():
            return await staff.authenticate(
                self.platform.db, token, utc_now(), plugins_of=lambda one: enablement.plugins_of(one, utc_now())
            )

    async def still_valid(self, principal: Principal) -> Principal | None:
        """The principal as it is now; None once its token no longer stands."""
        with self.platform.db.bound():
            return await staff.renewed(
                self.platform.db, principal, utc_now(), plugins_of=lambda one: enablement.plugins_of(one, utc_now())
            )

    async def run(self, request: GraphQLRequest, principal: Principal, call: Call) -> Answer:
        """One query or mutation."""
        with self.platform.db.bound(), acting_for(principal.merchant.id):
            return await operations.run(request, await self._context(principal, call))

    async def subscribe(
        self, request: GraphQLRequest, principal: Principal, call: Call
    ) -> AsyncIterator[Answer] | Answer:
        """Any operation of a socket."""
        with self.platform.db.bound(), acting_for(principal.merchant.id):
            answer = await operations.subscribe(request, await self._context(principal, call))
        return answer if isinstance(answer, Answer) else self._bound(principal, answer)

    async def sdl(self, principal: Principal) -> str:
        """What the principal may see, as text."""
        schema = await self._schema(principal)
        return str(schema.sdl(principal.actor.permissions))

    async def origins(self) -> frozenset[str]:
        """Browser origins that any merchant allows, at most a few seconds old: strangers may ask often."""
        now = time.monotonic()
        if now > self._origins_until:
            with self.platform.db.bound():
                found = await Merchant.all().values_list("allowed_origins", flat=True)
            self._origins = frozenset(str(one) for each in found for one in each)
            self._origins_until = now + ORIGIN_SECONDS
        return self._origins

    async def ready(self) -> dict[str, bool]:
        """Whether the database answers and has all migrations."""
        with self.platform.db.bound():
            await self.platform.db.fetch("SELECT 1 AS one")
            return {"database": True, "migrations": not await plan(self.platform.db)}

    async def _bound(self, principal: Principal, answers: AsyncIterator[Answer]) -> AsyncIterator[Answer]:
        """Each step of a subscription with its merchant bound; the socket's task binds nothing by itself."""
        async with aclosing(cast(AsyncGenerator[Answer, None], answers)) as stream:
            while True:
                with self.platform.db.bound(), acting_for(principal.merchant.id):
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

    async def _schema(self, principal: Principal) -> ComposedSchema:
        return await self.platform.schema_for(principal.plugins)
