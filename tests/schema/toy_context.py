"""A context whose database answers from a list of rows, in order of the statements."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from toy_sets import ALL

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.schema.composed import ComposedSchema

MERCHANT = MerchantRef(UUID(int=1), "tea", "Tea")


@dataclass
class Platform:
    """No database: the rows of each statement are given."""

    answers: list[list[dict[str, Any]]] = field(default_factory=list)
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    dialect: str = "sqlite"
    cursor_key: bytes = b"k" * 32

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            self.steps.append("rolled back")
            raise
        self.steps.append("committed")

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        return self.answers.pop(0)

    def report_fault(self, ctx: Context, plugin: str, place: str, error: BaseException) -> None:
        self.faults.append((plugin, place, repr(error)))


def context(schema: ComposedSchema, *rows: list[dict[str, Any]], permissions: frozenset[str] = ALL) -> Context:
    """A context of an actor with these permissions (all of them unless given)."""
    platform: Any = Platform(list(rows))
    return Context(Principal(MERCHANT, Actor("token", "t", permissions)), platform, "r1", schema=schema)


async def ask(schema: ComposedSchema, document: str, ctx: Context | None = None, **variables: Any) -> Any:
    """The result of one operation."""
    return await schema.execute(document, variable_values=variables, context_value=ctx or context(schema))
