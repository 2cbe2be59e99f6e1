"""Subscriptions that run: each has its actor's rights of now, and ends when they or its plugins are taken away."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from guanxi.context import Context, Principal, forbidden
from guanxi.errors import GuanxiError
from guanxi.execution import errors
from guanxi.execution.calls import Call
from guanxi.execution.documents import Operation
from guanxi.execution.masking import Mask
from guanxi.execution.request import Answer
from guanxi.execution.usage import list_owners
from guanxi.schema.facets import FACET

CORE = "core"


@dataclass(eq=False)
class RunningSubscription:
    """One subscription. Its context gets each new principal, so that every event asks for the rights of now."""

    ctx: Context
    plugins: frozenset[str]  # whose parts it uses
    permissions: frozenset[str]  # without which there is nothing to follow
    refused: GuanxiError | None = None
    limit: asyncio.Timeout | None = None  # of the answer that is awaited

    def renew(self, principal: Principal, plugins: Collection[str]) -> None:
        """Go on as ``principal``, to whom ``plugins`` are offered, or end."""
        self.ctx.principal = principal
        if self.refused is None:
            self.refused = self._refusal(plugins)
            if self.refused is not None and self.limit is not None:
                self.limit.reschedule(asyncio.get_running_loop().time())

    async def next_of(self, answers: AsyncGenerator[Answer, None]) -> Answer | None:
        """The next answer; None at the end of the events, or when it has to end."""
        try:
            async with asyncio.timeout(None) as self.limit:
                return await anext(answers, None)
        except TimeoutError:
            if self.refused is None:
                raise
            return None
        finally:
            self.limit = None

    def _refusal(self, plugins: Collection[str]) -> GuanxiError | None:
        missing = self.plugins.difference(plugins)
        if missing:
            return errors.plugin_disabled(min(missing))
        lost = self.permissions - self.ctx.actor.permissions
        return forbidden(min(lost)) if lost else None


class RunningSubscriptions:
    """All subscriptions of an installation in this process, by their actors."""

    def __init__(self) -> None:
        self._running: dict[tuple[UUID, str], set[RunningSubscription]] = defaultdict(set)

    def __len__(self) -> int:
        """How many run."""
        return sum(map(len, self._running.values()))

    def renew(self, principal: Principal, plugins: Collection[str]) -> None:
        """Tell the subscriptions of an actor what it may do now, and what is offered to it."""
        for one in self._running.get((principal.merchant.id, principal.actor.id), ()):
            one.renew(principal, plugins)

    async def follow(
        self, call: Call, variables: Mapping[str, Any], answers: AsyncGenerator[Answer, None]
    ) -> AsyncGenerator[Answer, None]:
        """The answers, and one that was not run where the subscription has to end before them."""
        operation, document = call.operation, call.operation.document
        owners = list_owners(document.schema, document.fragments, operation.node, variables)
        running = RunningSubscription(call.ctx, owners - {CORE}, _root_permissions(operation))
        async with aclosing(answers) as stream:
            with self._keeping(running):
                while running.refused is None and (answer := await running.next_of(stream)) is not None:
                    yield answer
        if running.refused is not None:
            yield Mask(call.ctx).refuse(running.refused).answer(ran=False)

    @contextmanager
    def _keeping(self, running: RunningSubscription) -> Iterator[None]:
        key = running.ctx.merchant.id, running.ctx.actor.id
        self._running[key].add(running)
        try:
            yield
        finally:
            self._running[key].discard(running)
            if not self._running[key]:
                del self._running[key]


def _root_permissions(operation: Operation) -> frozenset[str]:
    home = operation.document.schema.subscription_type
    fields = [home.fields[root.name] for root in operation.roots if root.name in home.fields] if home else []
    return frozenset(name for one in fields for name in one.extensions[FACET].permissions)
