"""Every word of a declaration, on both databases."""

from typing import Any
from uuid import UUID

import toy_models as models
from toy_desk import Desk

from guanxi.schema.ids import encode


async def club(desk: Desk) -> dict[str, Any]:
    """Ann with a badge, two hobbies and three visits, one of them hosted by Bob; Bob with nothing."""
    ann, bob = await desk.people({"name": "Ann", "nickname": "A", "rank": 3}, {"name": "Bob"})
    await desk.add(models.Badge, {"person": ann, "level": 2})
    tea, chess = await desk.add(models.Hobby, {"name": "tea"}, {"name": "chess"})
    await desk.add(models.PersonHobby, {"person": ann, "hobby": tea}, {"person": ann, "hobby": chess})
    await desk.add(
        models.Visit,
        {"person": ann, "kind": "call", "minutes": 5, "note": "rang", "host": bob},
        {"person": ann, "kind": "golden", "minutes": 9},
        {"person": ann, "kind": "strange", "minutes": 7},
    )
    return {"ann": encode("per", ann.id), "bob": encode("per", bob.id)}


async def test_key_finds_one_row_and_null_for_all_others(desk: Desk, other: Desk) -> None:
    ids = await club(desk)
    document = "query ($id: ID!) { person(id: $id) { id name } }"

    assert await desk.ask(document, id=ids["ann"]) == {"person": {"id": ids["ann"], "name": "Ann"}}
    assert await other.ask(document, id=ids["ann"]) == {"person": None}
    assert await desk.ask(document, id=encode("per", UUID(int=5))) == {"person": None}
    assert await desk.codes(document, id=encode("hob", UUID(int=5))) == ["BAD_USER_INPUT"]


async def test_one_by_the_key_that_points_here(desk: Desk) -> None:
    await club(desk)

    found = await desk.ask("{ people { nodes { name badge { level } } } }")

    assert found["people"]["nodes"] == [{"name": "Ann", "badge": {"level": 2}}, {"name": "Bob", "badge": None}]


async def test_one_via_the_id_that_stands_here(desk: Desk) -> None:
    ids = await club(desk)

    found = await desk.ask("{ people(first: 1) { nodes { visits { nodes { personId person { name } } } } } }")

    assert found["people"]["nodes"][0]["visits"]["nodes"] == 3 * [{"personId": ids["ann"], "person": {"name": "Ann"}}]


async def test_many_by_a_key_and_through_a_link(desk: Desk) -> None:
    await club(desk)

    found = await desk.ask(
        "{ people { nodes { hobbies { name } hosted { minutes } few: hobbies(first: 1) { name } } } }"
    )

    assert found["people"]["nodes"] == [
        {"hobbies": [{"name": "chess"}, {"name": "tea"}], "hosted": [], "few": [{"name": "chess"}]},
        {"hobbies": [], "hosted": [{"minutes": 5}], "few": []},
    ]


async def test_a_list_is_never_longer_than_its_maximum(desk: Desk) -> None:
    await club(desk)

    for size in (0, -1, 4):
        assert await desk.codes(f"{{ people {{ nodes {{ hosted(first: {size}) {{ id }} }} }} }}") == 2 * [
            "BAD_USER_INPUT"
        ]


async def test_rows_of_an_interface_come_back_as_their_kind(desk: Desk) -> None:
    await club(desk)

    found = await desk.ask(
        "{ people(first: 1) { nodes { visits { nodes { __typename kind minutes ... on CallVisit { note } } } } } }"
    )

    assert found["people"]["nodes"][0]["visits"]["nodes"] == [
        {"__typename": "GoldenVisit", "kind": "GOLDEN", "minutes": 9},
        {"__typename": "PlainVisit", "kind": "OTHER", "minutes": 7},
        {"__typename": "CallVisit", "kind": "CALL", "minutes": 5, "note": "rang"},
    ]


async def test_a_page_of_children_has_cursors_a_filter_and_a_count_of_its_own(desk: Desk) -> None:
    await club(desk)
    document = """query ($after: String) { people { nodes { visits(first: 1, after: $after, where: {minutes: {lt: 9}}) {
        nodes { minutes } totalCount pageInfo { endCursor hasNextPage } } } } }"""

    first = (await desk.ask(document))["people"]["nodes"]
    cursor = first[0]["visits"]["pageInfo"].pop("endCursor")
    second = (await desk.ask(document, after=cursor))["people"]["nodes"]

    assert first[0]["visits"] == {"nodes": [{"minutes": 7}], "totalCount": 2, "pageInfo": {"hasNextPage": True}}
    assert first[1]["visits"]["totalCount"] == 0
    assert second[0]["visits"]["nodes"] == [{"minutes": 5}]
    assert second[0]["visits"]["pageInfo"]["hasNextPage"] is False


async def test_a_namespace_shows_the_same_row(desk: Desk) -> None:
    await club(desk)

    found = await desk.ask("{ people(first: 1) { nodes { alias reach { nickname } } } }")

    assert found["people"]["nodes"] == [{"alias": "A", "reach": {"nickname": "A"}}]


async def test_every_type_of_column_keeps_its_value(desk: Desk) -> None:
    row = {
        "name": "안 한漢字🍵",
        "karma": 2**53 - 1,
        "score": 0.1 + 0.2,
        "is_active": False,
        "born_on": "2000-02-29",
        "joined_at": "2026-11-11T00:00:00.000001+08:00",
    }
    await desk.people(row)

    found = await desk.ask("{ people { nodes { name karma score isActive bornOn joinedAt } } }")

    assert found["people"]["nodes"] == [
        {
            "name": "안 한漢字🍵",
            "karma": 2**53 - 1,
            "score": 0.1 + 0.2,
            "isActive": False,
            "bornOn": "2000-02-29",
            "joinedAt": "2026-11-10T16:00:00.000001Z",
        }
    ]


async def test_a_batch_field_gets_all_parents_and_its_arguments(desk: Desk) -> None:
    await desk.people({"karma": 1}, {"karma": 2})

    found = await desk.ask("{ people { nodes { shine twice: shine(by: 2) nameLength(times: 3) } } }")

    assert found["people"]["nodes"] == [
        {"shine": 1, "twice": 2, "nameLength": 6},
        {"shine": 2, "twice": 4, "nameLength": 6},
    ]
