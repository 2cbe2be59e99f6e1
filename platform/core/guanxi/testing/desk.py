"""A domain tested by itself: a platform without plugins, and a merchant as one of its actors sees it."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from guanxi.context import Context
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for


@dataclass
class BarePlatform:
    """Transactions and reads of the database; events are collected, no plugin is there to answer."""

    db: Database
    events: list[Any] = field(default_factory=list)
    cursor_key: bytes = b"k" * 32

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgres``."""
        return self.db.dialect

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """As the platform's own."""
        return self.db.transaction()

    def reading(self) -> AbstractAsyncContextManager[None]:
        """As the platform's own."""
        return self.db.reading()

    async def fetch(self, sql: str, params: Any) -> list[dict[str, Any]]:
        """As the platform's own."""
        return await self.db.fetch(sql, params)

    async def publish(self, _ctx: Context, event: object) -> None:
        """Collect the event."""
        self.events.append(event)


@dataclass
class Desk:
    """A merchant as an actor sees it who may do everything with the domain."""

    ctx: Context

    @property
    def platform(self) -> Any:
        """What the merchant's services reach."""
        return self.ctx.platform

    @property
    def events(self) -> list[Any]:
        """What was published, in order."""
        found: list[Any] = self.platform.events
        return found

    @contextmanager
    def acting(self) -> Iterator[Context]:
        """The merchant, bound."""
        with acting_for(self.ctx.merchant.id):
            yield self.ctx

    def without(self, *missing: str) -> Context:
        """The same for an actor who lacks some permissions."""
        actor = replace(self.ctx.actor, permissions=self.ctx.actor.permissions - set(missing))
        return replace(self.ctx, principal=replace(self.ctx.principal, actor=actor), loaders={})
