"""Walking a list page by page gives exactly its rows, in any order, both ways, while others change."""

import base64
from datetime import UTC, date, datetime
from typing import Any

import toy_models as models
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_desk import Desk

from guanxi.db.merchant import acting_for
from guanxi.testing import counts

PAGE = """query ($first: Int, $after: String, $last: Int, $before: String, $by: [PersonOrder!]) {
  people(first: $first, after: $after, last: $last, before: $before, orderBy: $by) {
    nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } totalCount } }"""

TEXTS = st.sampled_from(["", "a", "A", "aa", "ä", "z", "Ω", "漢", "😀", "\uffff", "_", "%"])
ROWS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "nickname": st.none() | TEXTS,
        "rank": st.sampled_from([-1, 0, 0, 7]),
        "karma": st.sampled_from([0, 2**53 - 1, -(2**53) + 1]),
        "score": st.none() | st.sampled_from([0.1 + 0.2, 0.3, -1e300]),
        "is_active": st.booleans(),
        "born_on": st.none() | st.sampled_from([date(2000, 2, 29), date(2001, 1, 1)]),
        "joined_at": st.none()
        | st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)]),
    }
)
COLUMNS = {
    "name": "name",
    "alias": "nickname",
    "rank": "rank",
    "karma": "karma",
    "score": "score",
    "isActive": "is_active",
    "bornOn": "born_on",
    "joinedAt": "joined_at",
}
KEYS = st.lists(st.tuples(st.sampled_from(sorted(COLUMNS)), st.sampled_from(["ASC", "DESC"])), max_size=3)


def reference(people: list[Any], keys: list[tuple[str, str]]) -> list[Any]:
    """Sorted by code point, nothing before everything else, by id at last; a column counts where it comes first."""
    first = dict(reversed(keys))
    kept = [(name, first[name]) for name in dict.fromkeys(name for name, _ in keys)]
    found = sorted(people, key=lambda one: one.id, reverse=bool(kept) and kept[-1][1] == "DESC")
    for name, direction in reversed(kept):
        found.sort(key=lambda one: rank_of(getattr(one, COLUMNS[name])), reverse=direction == "DESC")
    return found


def rank_of(value: Any) -> tuple[bool, Any]:
    return (value is not None, 0 if value is None else value)


async def walk(desk: Desk, size: int, by: list[dict[str, str]], *, backward: bool) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        window = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        page = (await desk.ask(PAGE, by=by, **window))["people"]
        ids = [one["id"] for one in page["nodes"]]
        found = [*ids, *found] if backward else [*found, *ids]
        side = ("hasPreviousPage", "startCursor") if backward else ("hasNextPage", "endCursor")
        if not page["pageInfo"][side[0]]:
            return found
        cursor = page["pageInfo"][side[1]]


@settings(max_examples=counts.scaled(60))
@given(rows=st.lists(ROWS, max_size=9), keys=KEYS, size=st.integers(1, 4))
async def test_all_pages_forwards_and_backwards_are_the_sorted_rows(
    desk: Desk, rows: list[dict[str, Any]], keys: list[tuple[str, str]], size: int
) -> None:
    with acting_for(desk.merchant.id):
        await models.Person.all().delete()
    people = await desk.people(*rows)
    by = [{name: direction} for name, direction in keys]

    expected = [f"per_{one.id.hex}" for one in reference(people, keys)]

    assert await walk(desk, size, by, backward=False) == expected
    assert await walk(desk, size, by, backward=True) == expected
    assert (await desk.ask(PAGE, first=1, by=by))["people"]["totalCount"] == len(rows)


@settings(max_examples=counts.scaled(40))
@given(
    changes=st.lists(st.tuples(st.booleans(), st.integers(0, 11), TEXTS), min_size=1, max_size=4),
    backward=st.booleans(),
)
async def test_rows_that_stay_are_seen_once_while_others_come_and_go(
    desk: Desk, changes: list[tuple[bool, int, str]], backward: bool
) -> None:
    with acting_for(desk.merchant.id):
        await models.Person.all().delete()
    people = await desk.people(*({"name": "aAäz"[number % 4]} for number in range(12)))
    gone = {people[number].id for is_delete, number, _ in changes if is_delete}
    seen: list[str] = []
    cursor: str | None = None
    for is_delete, number, name in [*changes, *((False, 0, "new") for _ in range(8))]:
        window = {"last": 3, "before": cursor} if backward else {"first": 3, "after": cursor}
        page = (await desk.ask(PAGE, by=[{"name": "ASC"}], **window))["people"]
        seen += [one["id"] for one in page["nodes"]]
        cursor = page["pageInfo"]["startCursor" if backward else "endCursor"] or cursor
        with acting_for(desk.merchant.id):
            if is_delete:
                await models.Person.filter(id=people[number].id).delete()
            else:
                await models.Person.create(name=name)

    stayed = {f"per_{one.id.hex}" for one in people if one.id not in gone}

    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


WRONG = [
    "first: 0",
    "first: -1",
    "first: 101",
    "last: 0",
    "last: 101",
    "first: 1, last: 1",
    'first: 1, before: "x"',
    'last: 1, after: "x"',
    'after: "x", before: "x"',
    'after: ""',
    'after: "x"',
    'after: "漢"',
    f'after: "{base64.urlsafe_b64encode(bytes(40)).decode()}"',
    "orderBy: [{name: ASC, rank: ASC}]",
    "orderBy: [{name: null}]",
    "orderBy: [{}]",
]


async def test_wrong_windows_and_cursors_are_refused(desk: Desk) -> None:
    await desk.people({}, {})

    for arguments in WRONG:
        result = await desk.result(f"{{ people({arguments}) {{ nodes {{ id }} }} }}")

        assert result.errors, arguments
        # graphql-core's own refusals have no code yet: operations give it to them
        assert getattr(result.errors[0].original_error, "code", "BAD_USER_INPUT") == "BAD_USER_INPUT", arguments
        assert result.data in (None, {"people": None})


async def cursor_of(desk: Desk, **variables: Any) -> str:
    found = (await desk.ask(PAGE, first=1, **variables))["people"]["pageInfo"]["endCursor"]
    return str(found)


async def test_a_cursor_of_another_merchant_order_or_list_is_refused(desk: Desk, other: Desk) -> None:
    await desk.people({}, {})
    (ann,) = await other.people({"name": "Ann"})
    await other.add(models.Visit, {"person": ann, "kind": "call"}, {"person": ann, "kind": "call"})
    foreign = await cursor_of(other)
    of_another_order = await cursor_of(desk, by=[{"name": "ASC"}])
    visits = "query ($after: String) { people { nodes { visits(first: 1, after: $after) { nodes { id } } } } }"

    assert await desk.codes(PAGE, after=foreign) == ["BAD_USER_INPUT"]
    assert await desk.codes(PAGE, after=of_another_order) == ["BAD_USER_INPUT"]
    assert await desk.codes(PAGE, after=of_another_order, by=[{"name": "DESC"}]) == ["BAD_USER_INPUT"]
    assert await other.codes(visits, after=foreign) == ["BAD_USER_INPUT"]


@settings(max_examples=counts.scaled(100))
@given(position=st.integers(0, 10_000), char=st.sampled_from("AZaz09-_=+/ \n"))
async def test_a_cursor_with_one_character_changed_is_refused(desk: Desk, position: int, char: str) -> None:
    if not (await desk.ask(PAGE))["people"]["nodes"]:
        await desk.people({"name": "a"}, {"name": "b"})
    cursor = await cursor_of(desk, by=[{"name": "ASC"}])
    place = position % len(cursor)
    mangled = cursor[:place] + char + cursor[place + 1 :]

    expected = [] if mangled == cursor else ["BAD_USER_INPUT"]

    assert await desk.codes(PAGE, after=mangled, by=[{"name": "ASC"}]) == expected
    assert await desk.codes(PAGE, after=cursor + char, by=[{"name": "ASC"}]) == ["BAD_USER_INPUT"]


async def test_the_total_is_counted_only_when_asked_for(desk: Desk) -> None:
    await desk.people({}, {})

    await desk.ask("{ people { nodes { id } } }")

    assert desk.statements == 1


async def test_a_page_shows_the_merchants_own_rows_alone(desk: Desk, other: Desk) -> None:
    await desk.people({"name": "mine"})
    await other.people({"name": "foreign"})

    assert await desk.ask("{ people { totalCount nodes { name } } }") == {
        "people": {"totalCount": 1, "nodes": [{"name": "mine"}]}
    }
