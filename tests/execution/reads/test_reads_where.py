"""``where`` means the same on both databases as it does in Python, and is two-valued."""

from datetime import UTC, date, datetime
from typing import Any

import toy_models as models
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_club import READ, PersonFilter
from toy_desk import Desk
from toy_sets import compose

from guanxi.context import Context
from guanxi.db.merchant import acting_for
from guanxi.execution import where
from guanxi.execution.sql import Statement, after_prefix
from guanxi.schema.inputs import TextFilter
from guanxi.schema.part import SchemaPart
from guanxi.testing import counts

FIND = "query ($where: PersonFilter) { people(first: 100, where: $where) { totalCount nodes { id } } }"
TEXTS = st.text(st.sampled_from("aA_%*?漢😀\U0010ffff\ud7ff\ue000"), max_size=3)
ROWS = st.fixed_dictionaries({"name": TEXTS, "nickname": st.none() | TEXTS, "rank": st.integers(-2, 2)})
MOMENT = datetime(2026, 11, 11, tzinfo=UTC)

text_operators = st.one_of(
    *(st.builds(lambda value, op=op: {op: value}, TEXTS) for op in ("eq", "ne", "contains", "startsWith")),
    st.builds(lambda values: {"in": values}, st.lists(TEXTS, max_size=2)),
    st.builds(lambda value: {"isNull": value}, st.booleans()),
)
numbers = st.integers(-3, 3) | st.sampled_from([2**31, -(2**53) + 1])
number_operators = st.one_of(
    *(st.builds(lambda value, op=op: {op: value}, numbers) for op in ("eq", "ne", "lt", "lte", "gt", "gte")),
    st.builds(lambda values: {"in": values}, st.lists(numbers, max_size=2)),
)
leaves = st.one_of(
    st.builds(lambda said: {"name": said}, text_operators),
    st.builds(lambda said: {"alias": said}, text_operators),
    st.builds(lambda low, high: {"rank": {**low, **high}}, number_operators, number_operators),
)
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda some: {"and": some}, st.lists(inner, max_size=2)),
        st.builds(lambda some: {"or": some}, st.lists(inner, max_size=2)),
        st.builds(lambda one: {"not": one}, inner),
    ),
    max_leaves=4,
)
COMPARE: dict[str, Any] = {
    "eq": lambda value, given: value == given,
    "in": lambda value, given: value in given,
    "lt": lambda value, given: value < given,
    "lte": lambda value, given: value <= given,
    "gt": lambda value, given: value > given,
    "gte": lambda value, given: value >= given,
    "contains": lambda value, given: given in value,
    "startsWith": lambda value, given: value.startswith(given),
}


def holds(row: Any, asked: dict[str, Any]) -> bool:
    ((name, said),) = asked.items()
    if name == "and":
        return all(holds(row, one) for one in said)
    if name == "or":
        return any(holds(row, one) for one in said)
    if name == "not":
        return not holds(row, said)
    value = getattr(row, "nickname" if name == "alias" else name)
    return all(compares(value, operator, given) for operator, given in said.items())


def compares(value: Any, operator: str, given: Any) -> bool:
    if operator == "isNull":
        return (value is None) is given
    if operator == "ne":
        return bool(value != given)
    return value is not None and bool(COMPARE[operator](value, given))


@settings(max_examples=counts.scaled(300))
@given(rows=st.lists(ROWS, max_size=6), asked=filters)
async def test_a_filter_finds_what_python_finds(desk: Desk, rows: list[dict[str, Any]], asked: dict[str, Any]) -> None:
    with acting_for(desk.merchant.id):
        await models.Person.all().delete()
    people = await desk.people(*rows)

    found = (await desk.ask(FIND, where=asked))["people"]

    assert {one["id"] for one in found["nodes"]} == {f"per_{one.id.hex}" for one in people if holds(one, asked)}
    assert found["totalCount"] == len(found["nodes"])


@given(TEXTS, st.text(max_size=3))
def test_all_texts_with_a_prefix_stand_before_its_end(prefix: str, rest: str) -> None:
    end = after_prefix(prefix)

    assert end is None or prefix + rest < end
    assert end is None or not end.startswith(prefix) or not prefix


KINDS = [
    ("{isActive: {eq: false}}", ["off"]),
    ('{bornOn: {eq: "2000-02-29"}}', ["born"]),
    ('{bornOn: {lt: "2000-03-01", gte: "2000-02-29"}}', ["born"]),
    ('{joinedAt: {gt: "2026-11-11T07:59:59.999999+08:00", lte: "2026-11-11T00:00:00Z"}}', ["joined"]),
    ("{joinedAt: {isNull: true}}", ["off", "born", "badge"]),
    ("{karma: {eq: 9007199254740991}}", ["badge"]),
    ("{badgeLevel: {gte: 2}}", ["badge"]),
    ("{not: {badgeLevel: {gte: 2}}}", ["off", "born", "joined"]),
    ("{and: []}", ["off", "born", "joined", "badge"]),
    ("{or: []}", []),
    ("{name: {in: []}}", []),
    ("{name: {}}", ["off", "born", "joined", "badge"]),
]


async def test_every_kind_of_column_can_be_compared(desk: Desk) -> None:
    people = await desk.people(
        {"name": "off", "is_active": False},
        {"name": "born", "born_on": date(2000, 2, 29)},
        {"name": "joined", "joined_at": MOMENT},
        {"name": "badge", "karma": 2**53 - 1},
    )
    await desk.add(models.Badge, {"person": people[3], "level": 2}, {"person": people[0], "level": 1})

    for asked, names in KINDS:
        found = await desk.ask(f"{{ people(where: {asked}) {{ nodes {{ name }} }} }}")

        assert [one["name"] for one in found["people"]["nodes"]] == names, asked


async def test_ids_are_compared_by_the_type_that_they_name(desk: Desk) -> None:
    ann, _ = await desk.people({"name": "Ann"}, {})
    await desk.add(models.Visit, {"person": ann, "kind": "call", "minutes": 1})
    visits = "query ($id: ID!) { people { nodes { visits(where: {personId: {eq: $id}}) { nodes { minutes } } } } }"

    found = await desk.ask(FIND, where={"id": {"in": [f"per_{ann.id.hex}"]}})

    assert [one["id"] for one in found["people"]["nodes"]] == [f"per_{ann.id.hex}"]
    assert await desk.codes(FIND, where={"id": {"eq": f"vis_{ann.id.hex}"}}) == ["BAD_USER_INPUT"]
    assert (await desk.ask(visits, id=f"per_{ann.id.hex}"))["people"]["nodes"][0]["visits"]["nodes"] == [{"minutes": 1}]
    assert await desk.codes(visits, id=f"hob_{ann.id.hex}") == 2 * ["BAD_USER_INPUT"]


REFUSED: list[dict[str, Any]] = [
    {"name": {"eq": "a\0"}},
    {"name": {"startsWith": "\ud800"}},
    {"name": {"in": ["a", "\0"]}},
    {"name": {"eq": None}},
    {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"name": {"eq": "a"}}}}}}}}},
]


async def test_what_no_database_can_answer_is_refused(desk: Desk) -> None:
    for asked in REFUSED:
        assert await desk.codes(FIND, where=asked) == ["BAD_USER_INPUT"], asked


async def test_text_that_looks_like_sql_is_text(desk: Desk) -> None:
    await desk.people({"name": "'; DROP TABLE club_person; --"}, {"name": "?1 $1 %s"})

    found = await desk.ask(FIND, where={"name": {"eq": "'; DROP TABLE club_person; --"}})

    assert found["people"]["totalCount"] == 1
    assert (await desk.ask(FIND, where={"name": {"contains": "?1 $1"}}))["people"]["totalCount"] == 1


counting = SchemaPart()


@counting.query(permission=READ)
async def people_counted(ctx: Context, which: PersonFilter) -> int:
    """How many people there are of a filter."""
    statement = Statement(ctx.platform.dialect)
    condition = where.write(ctx.schema.catalog, "PersonFilter", where.as_mapping(which), statement, "t", ctx)
    found = await ctx.platform.fetch(f"SELECT count(*) AS n FROM club_person t WHERE {condition}", statement.params)
    return int(found[0]["n"])


async def test_a_resolver_in_python_keeps_the_filters_that_plugins_add(desk: Desk) -> None:
    desk.schema = compose("badges", counting=counting)
    ann, _ = await desk.people({}, {})
    await desk.add(models.Badge, {"person": ann, "level": 2})
    count = "{ all: peopleCounted(which: {and: []}) golden: peopleCounted(which: {not: {not: {badgeLevel: {eq: 2}}}}) }"

    assert await desk.ask(count) == {"all": 2, "golden": 1}
    assert where.as_mapping(PersonFilter(name=TextFilter(eq="a"))) == {"name": {"eq": "a"}}
