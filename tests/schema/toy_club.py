"""The toy club: a core part and two plugins that show every word of a declaration."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from typing import Any, Optional
from uuid import UUID

import strawberry
import toy_models as models

from guanxi.context import Context
from guanxi.errors import ConflictError, Text
from guanxi.execution import nodes
from guanxi.permissions import Permission
from guanxi.schema.connections import Connection
from guanxi.schema.declare import Mask, column, key, many, money, namespace, one, page
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.ids import Id
from guanxi.schema.inputs import (
    BooleanFilter,
    DateFilter,
    Extensible,
    IdFilter,
    LongFilter,
    SortDirection,
    TextFilter,
    TimeFilter,
    extensible,
)
from guanxi.schema.money import Money
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.roots import Query
from guanxi.schema.scalars import Long

READ = Permission("club.person.read", "Read people", "读取人员")
READ_VISITS = Permission("club.visit.read", "Read visits", "读取到访")
PHONES = Permission("club.phone.read", "Read phones", "读取电话")
SECRETS = Permission("club.secret.read", "Read secrets", "读取秘密")
WRITE = Permission("club.person.write", "Change people", "修改人员")


def unset(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


class VisitKind(OpenEnum):
    """What a visit was."""

    OTHER = Member["VisitKind"]("Any other.")
    CALL = Member["VisitKind"]("A call.")


club = SchemaPart()
nodes.add_nodes(club)


@club.table(models.Hobby, tag="hob", permission=READ, description="A hobby.")
class Hobby(Node):
    name: str


@club.interface(models.Visit, tag="vis", permission=READ_VISITS, kind_column="kind", description="A visit.")
class Visit(Node):
    kind: VisitKind
    minutes: int
    person_id: Id
    person: Optional["Person"] = one(models.Person, via="person_id", description="Who came.")


@club.implements(description="A visit of no special kind.")
class PlainVisit(Visit): ...


@club.implements(VisitKind.CALL, description="A call.")
class CallVisit(Visit):
    note: str | None


@club.filter(Visit, description="Which visits.")
class VisitFilter:
    minutes: LongFilter | None = unset("Minutes.")
    person: IdFilter | None = unset("Whose.", "personId")


@club.value(description="How to reach a person.")
class Reach:
    phone: str | None = column(permission=PHONES, mask=Mask(show=lambda value: f"…{value[-2:]}"))
    nickname: str | None


@club.table(models.Person, tag="per", permission=READ, description="A person.")
class Person(Node):
    name: str
    alias: str | None = column("nickname")
    secret: str | None = column(permission=SECRETS)
    rank: int
    karma: Long
    score: float | None
    is_active: bool
    born_on: date | None
    joined_at: datetime | None
    paid: Money | None = money("paid_minor", description="Paid so far.")
    reach: Reach | None = namespace(description="How to reach them.")
    visits: Connection[Visit] | None = page(
        models.Visit, "person", where=VisitFilter, order="-minutes", description="Their visits."
    )
    hobbies: list[Hobby] | None = many(
        models.Hobby, through=(models.PersonHobby, "person", "hobby"), order="name", description="What they like."
    )
    hosted: list[Visit] | None = many(models.Visit, "host", sizes=(2, 3), description="Visits that they hosted.")


@club.filter(Person, description="Which people.")
class PersonFilter:
    and_: list["PersonFilter"] | None = unset("All.", "and")
    or_: list["PersonFilter"] | None = unset("Any.", "or")
    not_: Optional["PersonFilter"] = unset("None.", "not")
    id: IdFilter | None = unset("Id.")
    name: TextFilter | None = unset("Name.")
    alias: TextFilter | None = unset("Nickname.")
    phone: TextFilter | None = unset("Phone.")
    secret: TextFilter | None = unset("Secret.")
    rank: LongFilter | None = unset("Rank.")
    karma: LongFilter | None = unset("Karma.")
    is_active: BooleanFilter | None = unset("Active.")
    born_on: DateFilter | None = unset("Birthday.")
    joined_at: TimeFilter | None = unset("Joined.")


@club.order(Person, description="In which order.")
class PersonOrder:
    name: SortDirection | None = unset("Name.")
    alias: SortDirection | None = unset("Nickname.")
    phone: SortDirection | None = unset("Phone.")
    secret: SortDirection | None = unset("Secret.")
    rank: SortDirection | None = unset("Rank.")
    karma: SortDirection | None = unset("Karma.")
    score: SortDirection | None = unset("Score.")
    is_active: SortDirection | None = unset("Active.")
    born_on: SortDirection | None = unset("Birthday.")
    joined_at: SortDirection | None = unset("Joined.")


ROOT_PAGE = page(models.Person, where=PersonFilter, order_by=PersonOrder, permission=READ, description="All people.")
club.add(Query, "people", Connection[Person] | None, ROOT_PAGE)
club.add(Query, "person", Person | None, key(models.Person, permission=READ, description="One person."))


@extensible
@strawberry.input(description="What to change.")
class RenameInput(Extensible):
    id: Id = strawberry.field(description="Whom.")
    name: strawberry.Maybe[str | None] = strawberry.field(description="The new name.")


@club.value(description="The renamed.")
class RenamePayload(Payload):
    person: Person | None = one(models.Person, via="person_id", description="The person.")
    seen: str | None = strawberry.field(default=None, description="What the resolver was given.")
    person_id: strawberry.Private[UUID | None] = None


@club.mutation(permission=WRITE)
async def rename_person(ctx: Context, values: RenameInput) -> RenamePayload | None:
    """Give a new name."""
    if values.name is None:
        raise ConflictError(Text("Nothing to change.", "没有可修改的内容。"), details={"currentVersion": 7})
    added = [f"{cls.__name__} {vars(part)}" for cls, part in values._parts.items()]
    seen = ", ".join([str(values.name.value), *added])
    made: Any = RenamePayload
    answer: RenamePayload = made(person_id=values.id.of("per"), seen=seen)
    return answer


@club.subscription(permission=READ)
async def person_renamed(ctx: Context) -> AsyncGenerator[Person, None]:
    """Each person who gets a new name."""
    for each in ():
        yield each


@club.batch(Person, permission=READ)
async def name_length(people: list[Person], ctx: Context, *, times: int = 1) -> list[int]:
    """How long the name is."""
    return [len(each.name) * times for each in people]
