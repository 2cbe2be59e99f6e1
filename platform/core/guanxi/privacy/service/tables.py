"""Which tables hang on a customer, and which rows of them are one customer's: plugins' too, disabled ones as well."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise import Model
from tortoise.context import require_context
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.db import inspection, privacy
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import PrivacyClass

PAGE = 500
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HangingTable:
    """A table whose rows are customers', or the customers themselves.

    ``paths``: foreign keys from here up to the customer, each a way by which a row can belong to one.
    """

    model: type[Model]
    paths: tuple[Path, ...]
    classes: dict[str, PrivacyClass]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.model._meta.db_table)

    def of_customer(self, customer_id: UUID) -> QuerySet[Any]:
        """The rows of one customer."""
        return self.of_customers([customer_id])

    def of_customers(self, customer_ids: Iterable[UUID]) -> QuerySet[Any]:
        """The rows of some customers."""
        wanted = list(customer_ids)
        # names: keys of the model's own relations, none is a client's
        named: list[dict[str, Any]] = [
            {f"{'__'.join(path)}_id__in" if path else "id__in": wanted} for path in self.paths
        ]
        ways = [Q(**one) for one in named]
        return self.model.filter(Q(*ways, join_type="OR"))

    def names_of(self, *wanted: PrivacyClass) -> list[str]:
        """The columns of these classes."""
        return [name for name, found in self.classes.items() if found in wanted]


async def hanging_tables(ctx: Context) -> list[HangingTable]:
    """Every table of every loaded part that hangs on a customer and exists, children before those they point to."""
    sql = inspection.SQLITE_TABLES if ctx.platform.dialect == "sqlite" else inspection.POSTGRES_TABLES
    there = {row["name"] for row in await ctx.platform.fetch(sql, [])}
    paths = _paths({model for model in _models() if model._meta.db_table in there})
    found = [HangingTable(model, ways, privacy.class_of_columns(model)) for model, ways in paths.items()]
    return _children_first(found)


async def ids_of(table: HangingTable, customer_id: UUID) -> list[UUID]:
    """The keys of a customer's rows."""
    found: Any = await table.of_customer(customer_id).order_by("id").values_list("id", flat=True)
    return list(found)


async def pages_of(table: HangingTable, rows: QuerySet[Any]) -> AsyncIterator[list[Any]]:
    """Rows by key, some at a time."""
    last: UUID | None = None
    while True:
        query = rows.order_by("id").limit(PAGE)
        page = await (query.filter(id__gt=last) if last else query)
        if page:
            yield page
            last = page[-1].id
        if len(page) < PAGE:
            return


def parents_of(model: type[Model]) -> Iterator[tuple[str, type[Model]]]:
    """A model's foreign keys with the models that they point to."""
    meta = model._meta
    for name in sorted(meta.fk_fields | meta.o2o_fields):
        related = getattr(meta.fields_map[name], "related_model", None)
        if isinstance(related, type) and issubclass(related, Model):
            yield name, related


def _models() -> Iterator[type[Model]]:
    apps = require_context().apps
    for models in (apps or {}).values():
        yield from (model for model in models.values() if issubclass(model, MerchantModel))


def _paths(models: set[type[Model]]) -> dict[type[Model], tuple[Path, ...]]:
    """The shortest ways to the customer; a table that points to customers itself goes by that alone."""
    found: dict[type[Model], tuple[Path, ...]] = {Customer: ((),)}
    waiting = models - {Customer}
    while waiting:
        level = {
            model: tuple((key, *way) for key, parent in parents_of(model) for way in found.get(parent, ()))
            for model in waiting
        }
        reached = {model: ways for model, ways in level.items() if ways}
        if not reached:
            break
        found |= reached
        waiting -= set(reached)
    return found


def _children_first(tables: list[HangingTable]) -> list[HangingTable]:
    waiting, ordered = sorted(tables, key=lambda one: one.name), []
    while waiting:
        targets = {parent for one in waiting for _, parent in parents_of(one.model) if parent is not one.model}
        free = [one for one in waiting if one.model not in targets] or waiting  # a circle has no right order
        ordered += free
        waiting = [one for one in waiting if one not in free]
    return ordered
