"""What other parts may ask of many customers at once, for Python and for a database."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import permissions
from guanxi.customers.models import ContactPoint, Customer, CustomerTag
from guanxi.customers.rules.contacts import ContactKind
from guanxi.errors import Text
from guanxi.hookspecs import Fact, FactColumn, FactRows
from guanxi.schema.part import Parameters

CHUNK = 1_000
ADDRESS = ContactKind.ADDRESS.value
# Columns of the customer's own row: name, type, what it says, privacy class.
OWN = (
    ("lifecycle", str, Text("How near the customer is to the shop", "客户生命周期"), "internal"),
    ("gender", str, Text("Gender, where it is known", "性别"), "personal"),
    ("birthday", date, Text("Day of birth in the solar calendar", "公历生日"), "personal"),
    ("source", str, Text("Where the customer came from", "客户来源"), "internal"),
    ("locale", str, Text("Preferred language", "语言区域"), "internal"),
    ("created_at", datetime, Text("When the customer became known", "建档时间"), "internal"),
)


def list_facts() -> list[Fact]:
    """Every fact about the customer as a person; in no promised order."""
    return [*(_own(*one) for one in OWN), _tags(), *_places()]


def _own(name: str, kind: type, description: Text, privacy: str) -> Fact:
    return Fact(
        name=f"customers.{name}",
        type=kind,
        description=description,
        permission=permissions.READ_CUSTOMERS,
        get=_column_of(name),
        sql=FactColumn(name=name),
        privacy=privacy,
    )


def _column_of(name: str) -> Callable[[Context, Sequence[UUID]], Awaitable[list[Any]]]:
    async def values_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[Any]:
        ctx.require(permissions.READ_CUSTOMERS)
        found: dict[UUID, Any] = {}
        for some in _chunks(customer_ids):
            found |= dict(await Customer.filter(id__in=some).values_list("id", name))
        return [found.get(one) for one in customer_ids]

    return values_of


def _tags() -> Fact:
    return Fact(
        name="customers.tags",
        type=str,
        description=Text("Words that the merchant's staff put on the customer", "客户标签"),
        permission=permissions.READ_CUSTOMERS,
        get=tag_names_of,
        sql=FactRows(write=_write_tags, missing=()),
        is_many=True,
    )


async def tag_names_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[list[str]]:
    """Each customer's tags by name, in the order asked. Raises: ForbiddenError."""
    ctx.require(permissions.READ_CUSTOMERS)
    found: dict[UUID, list[str]] = {one: [] for one in customer_ids}
    for some in _chunks(customer_ids):
        rows = CustomerTag.filter(customer_id__in=some).values_list("customer_id", "name")
        _gather(found, await rows)
    return [found[one] for one in customer_ids]


def _write_tags(ctx: Context, parameters: Parameters, within: Callable[[str], str]) -> str:
    return (
        'SELECT t.customer_id AS customer_id, t.name AS value FROM "customer_tag" t'
        f" WHERE t.merchant_id = {parameters.bind(ctx.merchant.id)} AND {within('t.customer_id')}"
    )


def _places() -> list[Fact]:
    return [
        Fact(
            name=f"customers.{column}",
            type=str,
            description=description,
            permission=permissions.READ_CUSTOMERS,
            get=_place_of(column),
            sql=FactRows(write=_place_writer(column), missing=()),
            is_many=True,
            privacy="personal",
        )
        for column, description in (
            ("city", Text("Cities of the customer's addresses", "客户地址所在城市")),
            ("province", Text("Provinces of the customer's addresses", "客户地址所在省份")),
        )
    ]


def _place_of(column: str) -> Callable[[Context, Sequence[UUID]], Awaitable[list[Any]]]:
    async def values_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[Any]:
        ctx.require(permissions.READ_CUSTOMERS)
        found: dict[UUID, list[str]] = {one: [] for one in customer_ids}
        for some in _chunks(customer_ids):
            rows = ContactPoint.filter(
                customer_id__in=some,
                kind=ADDRESS,
                **{f"{column}__not_isnull": True},  # names: each fact above names its column
            )
            _gather(found, await rows.values_list("customer_id", column))
        return [found[one] for one in customer_ids]

    return values_of


def _place_writer(column: str) -> Callable[[Context, Parameters, Callable[[str], str]], str]:
    def write(ctx: Context, parameters: Parameters, within: Callable[[str], str]) -> str:
        return (
            f'SELECT t.customer_id AS customer_id, t."{column}" AS value FROM "contact_point" t'
            f" WHERE t.merchant_id = {parameters.bind(ctx.merchant.id)} AND t.kind = {parameters.bind(ADDRESS)}"
            f' AND t."{column}" IS NOT NULL AND {within("t.customer_id")}'
        )

    return write


def _chunks(customer_ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    """A statement takes only so many parameters."""
    return (customer_ids[start : start + CHUNK] for start in range(0, len(customer_ids), CHUNK))


def _gather(found: dict[UUID, list[str]], rows: Iterable[Any]) -> None:
    """Each value once for its customer, by code point."""
    for customer, value in rows:
        if value not in found[customer]:
            found[customer].append(value)
            found[customer].sort()
