"""A desk asks questions for a merchant of the toy club and counts what they cost."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import toy_models as models
from toy_sets import ALL

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db import statements
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.schema.composed import ComposedSchema


@dataclass
class Platform:
    """What a database alone can offer of the host."""

    db: Database
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    cursor_key: bytes = b"k" * 32

    @property
    def dialect(self) -> str:
        return self.db.dialect

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.db.transaction()

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        return await self.db.fetch(sql, params)

    def report_fault(self, ctx: Context, plugin: str, place: str, error: BaseException) -> None:
        self.faults.append((plugin, place, repr(error)))


@dataclass
class Desk:
    """Asks for one merchant; the default actor may do everything."""

    db: Database
    merchant: MerchantRef
    schema: ComposedSchema
    platform: Platform
    statements: int = 0

    async def result(self, document: str, *, permissions: frozenset[str] = ALL, **variables: Any) -> Any:
        actor = Actor("token", "t", permissions)
        platform: Any = self.platform
        ctx = Context(Principal(self.merchant, actor), platform, "r1", schema=self.schema)
        with acting_for(self.merchant.id), statements.counting() as counted:
            found = await self.schema.execute(document, variable_values=variables, context_value=ctx)
        self.statements = counted.count
        return found

    async def ask(self, document: str, **options: Any) -> Any:
        """The data; there may be no errors."""
        found = await self.result(document, **options)
        assert found.errors is None, found.errors
        return found.data

    async def codes(self, document: str, **options: Any) -> list[str]:
        """The codes of the errors."""
        errors = (await self.result(document, **options)).errors or []
        return [getattr(one.original_error, "code", one.message) for one in errors]

    async def people(self, *rows: dict[str, Any]) -> list[models.Person]:
        """New people, in the order of their ids."""
        with acting_for(self.merchant.id):
            made = [models.Person(**{"name": f"p{number}", **row}) for number, row in enumerate(rows)]
            await models.Person.bulk_create(made)
        return made

    async def add(self, model: Any, *rows: dict[str, Any]) -> list[Any]:
        """New rows of another table; a row stands for its id."""
        plain = [{f"{k}_id" if hasattr(v, "id") else k: getattr(v, "id", v) for k, v in row.items()} for row in rows]
        with acting_for(self.merchant.id):
            made = [model(**row) for row in plain]
            await model.bulk_create(made)
        return made
