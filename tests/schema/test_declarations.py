"""A wrong declaration is refused when the schema is composed, with part, place, reason and cure."""

from collections.abc import Callable
from typing import Any

import pytest
import strawberry
import toy_models as models
from toy_club import READ, READ_VISITS, Hobby, Person, PersonFilter, Visit, VisitFilter, VisitKind, unset
from toy_sets import compose

from guanxi.schema.connections import Connection
from guanxi.schema.declare import column, key, many, money, namespace, one, page
from guanxi.schema.ids import Id
from guanxi.schema.inputs import LongFilter, SortDirection, TextFilter
from guanxi.schema.nodes import Node
from guanxi.schema.part import FilterEntry, SchemaPart
from guanxi.schema.problems import CompositionError
from guanxi.schema.roots import Query
from guanxi.schema.scalars import Long

Declare = Callable[[SchemaPart], Any]
CASES: list[Any] = []


def wrong(place: str, reason: str, cure: str) -> Callable[[Declare], Declare]:
    """A case: what the function declares is refused at ``place`` for ``reason``."""

    def keep(declare: Declare) -> Declare:
        CASES.append(pytest.param(declare, place, reason, cure, id=declare.__name__))
        return declare

    return keep


@pytest.mark.parametrize(("declare", "place", "reason", "cure"), CASES)
def test_a_wrong_declaration_names_part_place_reason_and_cure(
    declare: Declare, place: str, reason: str, cure: str
) -> None:
    part = SchemaPart()
    declare(part)

    with pytest.raises(CompositionError) as caught:
        compose("badges", mine=part)

    error = caught.value
    assert (error.part, error.place.split(" (")[0]) == ("mine", place)
    assert reason in error.reason
    assert cure in error.cure
    assert "test_declarations.py:" in error.place
    assert str(error) == f"[mine] {error.place}: {error.reason}. {error.cure}"


def table(part: SchemaPart, model: Any = models.Person, tag: str = "own") -> Any:
    return part.table(model, tag=tag, permission=READ, description="Own.")


def root(part: SchemaPart, annotation: Any, declared: Any) -> None:
    part.add(Query, "mine", annotation, declared)


@wrong("Own.nothing", "names 'nothing', which is no column of Person", "Its columns: born_on,")
def missing_column(part: SchemaPart) -> None:
    @table(part)
    class Own(Node):
        nothing: str | None

    root(part, Own | None, key(models.Person, permission=READ))


@wrong("Own.nickname", "is non-null over a column that may be NULL", "Make the field nullable.")
def non_null_over_nullable(part: SchemaPart) -> None:
    @table(part)
    class Own(Node):
        nickname: str

    root(part, Own | None, key(models.Person, permission=READ))


@wrong("Own.rank", "is String! over a IntField", "Change the annotation")
def wrong_leaf(part: SchemaPart) -> None:
    @table(part)
    class Own(Node):
        rank: str

    root(part, Own | None, key(models.Person, permission=READ))


@wrong("Own.karma", "is Int! over a BigIntField", "integers of 64 bits are Long")
def wide_column_as_int(part: SchemaPart) -> None:
    @table(part)
    class Own(Node):
        karma: int

    root(part, Own | None, key(models.Person, permission=READ))


@wrong("Own.name", "is [String!]! over a CharField", "declare a batch field")
def list_over_a_column(part: SchemaPart) -> None:
    @table(part)
    class Own(Node):
        name: list[str]

    root(part, Own | None, key(models.Person, permission=READ))


@wrong("Own.secret", "is non-null but its permission may null it", "give it a mask")
def non_null_with_a_permission(part: SchemaPart) -> None:
    @table(part, models.Hobby)
    class Own(Node):
        secret: str = column("name", permission=READ_VISITS)

    root(part, Own | None, key(models.Hobby, permission=READ))


@wrong("Own.name", "asks for 'club.name.read', which is no declared permission", "Say Permission(…).")
def column_with_an_undeclared_permission(part: SchemaPart) -> None:
    undeclared: Any = "club.name.read"

    @table(part, models.Hobby)
    class Own(Node):
        name: str | None = column(permission=undeclared)

    root(part, Own | None, key(models.Hobby, permission=READ))


@wrong("Own.merchantId", "holds ids of a type that it does not name", "Say column(tag='…')")
def id_without_tag(part: SchemaPart) -> None:
    @table(part)
    class Own(Node):
        merchant_id: Id

    root(part, Own | None, key(models.Person, permission=READ))


@wrong("Own.shout", "has a resolver of its own on a type over a table", "use @schema.batch")
def python_resolver_on_a_table(part: SchemaPart) -> None:
    @table(part)
    class Own(Node):
        @strawberry.field
        def shout(self) -> str:
            return "!"

    root(part, Own | None, key(models.Person, permission=READ))


@wrong("Person.paidTwice", "is an amount but no Money", "Annotate it as Money | None.")
def amount_that_is_no_money(part: SchemaPart) -> None:
    part.add(Person, "paid_twice", Long | None, money("paid_minor", permission=READ))


@wrong("Person.lastVisit", "names Visit.person, which is not unique", "Use many() or page().")
def one_over_a_list(part: SchemaPart) -> None:
    part.add(Person, "last_visit", Visit | None, one(models.Visit, "person"))


@wrong("Hobby.visits", "names Visit.person, which points to Person, not to Hobby", "Name the key that points here.")
def key_that_points_elsewhere(part: SchemaPart) -> None:
    part.add(Hobby, "visits", list[Visit] | None, many(models.Visit, "person"))


@wrong("Person.visited", "names Visit.kind, which is no foreign key", "Name the ForeignKeyField")
def key_that_is_none(part: SchemaPart) -> None:
    part.add(Person, "visited", list[Visit] | None, many(models.Visit, "kind"))


@wrong("Person.visited", "says neither by= nor via= nor through=", "Name the key")
def relation_without_key(part: SchemaPart) -> None:
    part.add(Person, "visited", list[Visit] | None, many(models.Visit))


@wrong("Person.tastes", "goes through LooseHobby, which may link the same two rows twice", "unique together")
def link_that_repeats(part: SchemaPart) -> None:
    part.add(Person, "tastes", list[Hobby] | None, many(models.Hobby, through=(models.LooseHobby, "person", "hobby")))


@wrong("Person.boss", "goes via 'boss_id', which Person does not have", "Name the attribute")
def via_nothing(part: SchemaPart) -> None:
    part.add(Person, "boss", Person | None, one(models.Person, via="boss_id", permission=READ))


@wrong("Query.mine", "stands on a type without a table", "page() of all rows")
def list_at_the_root(part: SchemaPart) -> None:
    root(part, list[Person] | None, many(models.Person, permission=READ))


@wrong("Query.mine", "is ordered by 'settings', a JSONField", "Order by texts")
def order_by_json(part: SchemaPart) -> None:
    root(part, Connection[Person] | None, page(models.Person, order="settings", permission=READ))


@wrong("Query.mine", "is ordered by 'secret', which not everybody may read", "would tell its values")
def order_by_a_protected_column(part: SchemaPart) -> None:
    root(part, Connection[Person] | None, page(models.Person, order="secret", permission=READ))


@wrong("Person.visited", "is a page but no Connection", "Annotate it as Connection[…] | None.")
def page_that_is_a_list(part: SchemaPart) -> None:
    part.add(Person, "visited", list[Visit] | None, page(models.Visit, "person"))


@wrong("Person.visited", "reads Badge, which is not the table of Visit", "Use Visit.")
def other_table(part: SchemaPart) -> None:
    part.add(Person, "visited", list[Visit] | None, many(models.Badge, "person"))


@wrong("Person.plain", "leads to Plain, which no enabled part declares over a table", "Declare it with @schema.table")
def no_such_table(part: SchemaPart) -> None:
    @part.value(description="Plain.")
    class Plain:
        word: str

    part.add(Person, "plain", Plain | None, one(models.Badge, "person", permission=READ))


@wrong("Person.best", "is non-null although the row may be missing", "Make it nullable.")
def non_null_row(part: SchemaPart) -> None:
    part.add(Person, "best", Person, one(models.Person, via="id", permission=READ))


@wrong("Query.mine", "takes VisitFilter as where, which is for Visit, not for Person", "Declare one for Person.")
def filter_of_another_type(part: SchemaPart) -> None:
    root(part, Connection[Person] | None, page(models.Person, where=VisitFilter, permission=READ))


@wrong("Query.mine", "takes Loose as where, which is declared for no type", "@schema.filter(Type, …)")
def filter_that_is_not_declared(part: SchemaPart) -> None:
    @strawberry.input(description="Loose.")
    class Loose:
        name: TextFilter | None = unset("Name.")

    root(part, Connection[Person] | None, page(models.Person, where=Loose, permission=READ))


@wrong("Which.height", "names 'height', which is no column of Person", "Its columns:")
def filter_by_no_column(part: SchemaPart) -> None:
    @part.filter(Person, description="Which.")
    class Which:
        height: LongFilter | None = unset("Height.")

    root(part, Connection[Person] | None, page(models.Person, where=Which, permission=READ))


@wrong("Which.rank", "is a TextFilter over a IntField", "Choose the operators of its kind.")
def filter_of_the_wrong_kind(part: SchemaPart) -> None:
    @part.filter(Person, description="Which.")
    class Which:
        rank: TextFilter | None = unset("Rank.")

    root(part, Connection[Person] | None, page(models.Person, where=Which, permission=READ))


@wrong("Which.name", "is a String, which is no set of operators", "Operators: contains, eq,")
def filter_without_operators(part: SchemaPart) -> None:
    @part.filter(Person, description="Which.")
    class Which:
        name: str | None = unset("Name.")

    root(part, Connection[Person] | None, page(models.Person, where=Which, permission=READ))


@wrong("Order.height", "names 'height', which is no column of Person", "Its columns:")
def order_by_no_column(part: SchemaPart) -> None:
    @part.order(Person, description="Order.")
    class Order:
        height: SortDirection | None = unset("Height.")

    root(part, Connection[Person] | None, page(models.Person, order_by=Order, permission=READ))


@wrong("Order.settings", "orders by a JSONField", "Order by texts")
def order_by_a_json_column(part: SchemaPart) -> None:
    @part.order(Person, description="Order.")
    class Order:
        settings: SortDirection | None = unset("Settings.")

    root(part, Connection[Person] | None, page(models.Person, order_by=Order, permission=READ))


@wrong(
    "PersonFilter.hobby", "filters by PersonHobby, whose rows nobody needs a declared permission for", "permission=…"
)
def filter_by_an_open_table(part: SchemaPart) -> None:
    entry = FilterEntry(PersonFilter, "hobby", models.PersonHobby, "person", "id")
    part.filter_field(entry, TextFilter, description="Hobby.")


@wrong("Person.size", "requires 'height', which is no column of its parents", "Their columns: born_on,")
def batch_of_an_unknown_column(part: SchemaPart) -> None:
    @part.batch(Person, permission=READ, requires=("height",))
    async def size(people: list[Person], ctx: Any) -> list[int | None]:
        return []


@wrong("Person.badge", "is already added by badges", "Choose another name.")
def field_of_another_plugin(part: SchemaPart) -> None:
    part.add(Person, "badge", Person | None, one(models.Person, via="id"))


@wrong("Person.name", "belongs to the type Person itself", "Choose another name.")
def field_of_the_core(part: SchemaPart) -> None:
    part.add(Person, "name", Person | None, one(models.Person, via="id"))


@wrong("Query.people", "is already added by club", "Choose another name.")
def root_field_of_the_core(part: SchemaPart) -> None:
    part.add(Query, "people", Connection[Person] | None, page(models.Person, permission=READ))


@wrong("Absent.name", "extends Absent, which no enabled part declares", "Name its plugin in requires")
def type_of_a_plugin_that_is_off(part: SchemaPart) -> None:
    @SchemaPart().table(models.Hobby, tag="abs", permission=READ, description="Absent.")
    class Absent(Node):
        pass

    part.add(Absent, "name", Person | None, one(models.Person, via="id"))


@wrong("Query.mine", "leads to Absent, which no enabled part declares", "name its plugin in requires")
def field_to_a_type_that_is_off(part: SchemaPart) -> None:
    @SchemaPart().value(description="Absent.")
    class Absent:
        word: str

    @part.query(permission=READ)
    async def mine(ctx: Any) -> Absent | None:
        return None


@wrong("Query.mine", "asks for None, which is no declared permission", "Say permission=Permission(")
def root_without_permission(part: SchemaPart) -> None:
    nothing: Any = None

    @part.query(permission=nothing)
    async def mine(ctx: Any) -> int | None:
        return None


@wrong("Person.size", "asks for 'mine.size.read', which is no declared permission", "Say permission=Permission(")
def batch_with_an_undeclared_permission(part: SchemaPart) -> None:
    undeclared: Any = "mine.size.read"

    @part.batch(Person, permission=undeclared)
    async def size(people: list[Person], ctx: Any) -> list[int | None]:
        return []


@wrong("Person.mine", "declares no permission", "Say permission=… where it is added.")
def added_field_without_permission(part: SchemaPart) -> None:
    @part.value(description="Mine.")
    class Mine:
        nickname: str | None

    part.add(Person, "mine", Mine | None, namespace())


@wrong("Own", "stands over a table without a tag or a declared permission", "Write @schema.table")
def table_without_permission(part: SchemaPart) -> None:
    nothing: Any = None

    @part.table(models.Person, tag="own", permission=nothing, description="Own.")
    class Own(Node):
        pass


@wrong("Query.mine", "is a non-null root field", "a failure nulls it alone")
def non_null_root(part: SchemaPart) -> None:
    root(part, Connection[Person], page(models.Person, permission=READ))


@wrong("Person.plain", "is non-null on another part's type", "a failure nulls it alone")
def non_null_on_a_foreign_type(part: SchemaPart) -> None:
    @part.value(description="Plain.")
    class Plain:
        nickname: str | None

    part.add(Person, "plain", Plain, namespace(permission=READ))


@wrong("Own", "has the tag 'per', which Person has", "Choose another tag.")
def tag_twice(part: SchemaPart) -> None:
    @table(part, tag="per")
    class Own(Node):
        pass


@wrong("Own", "has the tag 'Own1'", "2 to 8 small letters")
def tag_that_is_none(part: SchemaPart) -> None:
    @table(part, tag="Own1")
    class Own(Node):
        pass


@wrong("Badge", "has the name of a type of badges", "Start the name with your plugin's noun.")
def type_of_another_plugin(part: SchemaPart) -> None:
    @part.value(description="Another badge.")
    class Badge:
        word: str


@wrong("RenameInput", "has the name of a type of club", "Start the name with your plugin's noun.")
def input_of_the_core(part: SchemaPart) -> None:
    @strawberry.input(description="Another.")
    class RenameInput:
        word: str

    @part.value(description="Mine, so that its module is known.")
    class Mine:
        word: str

    @part.query(permission=READ)
    async def mine(ctx: Any, values: RenameInput) -> Mine | None:
        return None


@wrong("Thing", "has no implementer for kinds that no enabled plugin knows", "@schema.implements(description=…)")
def implementers_without_a_generic_one(part: SchemaPart) -> None:
    @part.interface(models.Visit, tag="thi", permission=READ, kind_column="kind", description="Thing.")
    class Thing(Node):
        pass

    @part.implements(VisitKind.CALL, description="A call.")
    class Special(Thing):
        pass


@wrong("Thing", "tells kinds apart by 'sort', which is no column of Visit", "Name the column")
def kind_that_is_no_column(part: SchemaPart) -> None:
    @part.interface(models.Visit, tag="thi", permission=READ, kind_column="sort", description="Thing.")
    class Thing(Node):
        pass


@wrong("Ring", "claims the kind 'call', as CallVisit does", "Choose another kind.")
def kind_twice(part: SchemaPart) -> None:
    @part.implements(VisitKind.CALL, description="A ring.")
    class Ring(Visit):
        pass


@wrong("AnyVisit", "implements all other kinds, as PlainVisit does", "Name the kinds")
def two_generic_implementers(part: SchemaPart) -> None:
    @part.implements(description="Any.")
    class AnyVisit(Visit):
        pass


@wrong("VisitKind.GOLDEN", "is already a member, of badges", "Choose another name.")
def member_twice(part: SchemaPart) -> None:
    part.member(VisitKind, "GOLDEN", description="Mine.")
