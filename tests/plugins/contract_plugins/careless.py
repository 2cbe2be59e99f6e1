"""A plugin that breaks several promises, so that the conformance suite has something to find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

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
    SchemaPart,
    Text,
    hookimpl,
    uuid7,
)
from guanxi.schema.part import Parameters
from guanxi.schema.values import Value

TITLE = Text("Punch card", "集点卡")
ABOUT = Text("Punches of the customer's card.", "客户集点卡的点数。")
MANIFEST = Manifest(id="careless", version="1.0", title=TITLE, summary=ABOUT, models=__name__)
READ = Permission("careless.punch.read", "See punches", " ")
WRITE = Permission("careless.punch.write", "Punch cards", "集点")
schema = SchemaPart()


class Punch(MerchantModel):
    """One hole in a card."""

    customer: fields.ForeignKeyRelation[MerchantModel] = fields.ForeignKeyField("customers.Customer")
    key = fields.CharField(max_length=80)

    class Meta:
        table = "careless_punch"
        unique_together = (("merchant_id", "key"),)


@dataclass(frozen=True)
class NewPunch:
    """Whose card to punch."""

    customer_id: UUID


@schema.value(description="A customer's card.")
class CarelessCard(Value):
    """Made from a count."""

    punches: int


async def punches_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[int]:
    """How many punches each customer's card has."""
    return [await Punch.filter(customer_id=one).count() for one in customer_ids]


def write_punches(ctx: Context, parameters: Parameters, within: Callable[[str], str]) -> str:
    """Each punch instead of their number."""
    return (
        'SELECT t.customer_id AS customer_id, 1 AS value FROM "careless_punch" t'
        f" WHERE t.merchant_id = {parameters.bind(ctx.merchant.id)} AND {within('t.customer_id')}"
    )


async def punch(ctx: Context, new: NewPunch, key: str) -> None:
    """One more hole, whatever the key."""
    await Punch.create(key=str(uuid7()), customer_id=new.customer_id)


@schema.batch(Customer, permission=READ)
async def careless_card(customers: list[Customer], ctx: Context) -> list[CarelessCard | None]:
    """The customer's card."""
    return [CarelessCard(punches=count) for count in await punches_of(ctx, [one.id for one in customers])]


@hookimpl
def schema_part() -> SchemaPart:
    return schema


SQL = FactRows(write=write_punches, missing=0)


@hookimpl
def facts() -> list[Fact]:
    return [Fact(name="careless.punches", type=int, description=ABOUT, permission=READ, get=punches_of, sql=SQL)]


@hookimpl
def commands() -> list[Command]:
    return [Command(name="careless.punch", input=NewPunch, description=ABOUT, permission=WRITE, run=punch)]
