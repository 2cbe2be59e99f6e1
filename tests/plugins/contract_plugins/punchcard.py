"""A sound plugin with a bit of everything: the conformance suite passes for it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import strawberry
from tortoise import fields

from guanxi import (
    Command,
    Context,
    Customer,
    Fact,
    FactRows,
    Manifest,
    MerchantModel,
    Permission,
    Privacy,
    SchemaPart,
    Text,
    hookimpl,
)
from guanxi.schema.part import Parameters
from guanxi.schema.values import Value

TITLE = Text("Punch card", "集点卡")
ABOUT = Text("Punches of the customer's card.", "客户集点卡的点数。")
MANIFEST = Manifest(id="punchcard", version="1.0", title=TITLE, summary=ABOUT, models=__name__)
READ = Permission("punchcard.punch.read", "See punches", "查看集点")
WRITE = Permission("punchcard.punch.write", "Punch cards", "集点")
schema = SchemaPart()


class Punch(MerchantModel):
    """One hole in a card."""

    customer: fields.ForeignKeyRelation[MerchantModel] = fields.ForeignKeyField("customers.Customer")
    key = fields.CharField(max_length=80)

    privacy = Privacy(internal="key")

    class Meta:
        table = "punchcard_punch"
        unique_together = (("merchant_id", "key"),)


@dataclass(frozen=True)
class NewPunch:
    """Whose card to punch."""

    customer_id: UUID


@schema.value(description="A customer's card.")
class PunchCard(Value):
    """Made from a count."""

    punches: int = strawberry.field(description="How many holes it has.")


async def punches_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[int]:
    """How many punches each customer's card has."""
    found = Counter(await Punch.filter(customer_id__in=list(customer_ids)).values_list("customer_id", flat=True))
    return [found[one] for one in customer_ids]


def write_punches(ctx: Context, parameters: Parameters, within: Callable[[str], str]) -> str:
    """The same for a database."""
    return (
        'SELECT t.customer_id AS customer_id, count(*) AS value FROM "punchcard_punch" t'
        f" WHERE t.merchant_id = {parameters.bind(ctx.merchant.id)} AND {within('t.customer_id')}"
        " GROUP BY t.customer_id"
    )


async def punch(ctx: Context, new: NewPunch, key: str) -> None:
    """One more hole; twice with one key is one."""
    await Punch.get_or_create(key=key, defaults={"customer_id": new.customer_id})


@schema.batch(Customer, permission=READ)
async def punch_card(customers: list[Customer], ctx: Context) -> list[PunchCard | None]:
    """The customer's card."""
    return [PunchCard(punches=count) for count in await punches_of(ctx, [one.id for one in customers])]


@hookimpl
def schema_part() -> SchemaPart:
    return schema


SQL = FactRows(write=write_punches, missing=0)


@hookimpl
def facts() -> list[Fact]:
    return [Fact(name="punchcard.punches", type=int, description=ABOUT, permission=READ, get=punches_of, sql=SQL)]


@hookimpl
def commands() -> list[Command]:
    return [Command(name="punchcard.punch", input=NewPunch, description=ABOUT, permission=WRITE, run=punch)]
