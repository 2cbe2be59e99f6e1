"""What an actor may not read he can neither see nor find out by asking differently."""

from typing import Any

from toy_badges import READ_BADGES
from toy_club import PHONES, READ, READ_VISITS, SECRETS
from toy_desk import Desk
from toy_sets import ALL

ROW: dict[str, Any] = {"name": "Ann", "phone": "13800001234", "secret": "s"}


def without(*permissions: str) -> frozenset[str]:
    return ALL - set(permissions)


async def test_a_mask_shows_that_a_value_is_there(desk: Desk) -> None:
    await desk.people(ROW, {"name": "Bob"})
    document = "{ people { nodes { reach { phone } } } }"

    masked = await desk.ask(document, permissions=without(PHONES))
    open_ = await desk.ask(document)

    assert masked["people"]["nodes"] == [{"reach": {"phone": "…34"}}, {"reach": {"phone": None}}]
    assert open_["people"]["nodes"][0] == {"reach": {"phone": "13800001234"}}


async def test_a_column_without_a_mask_is_forbidden_whether_or_not_it_is_empty(desk: Desk) -> None:
    await desk.people(ROW, {"name": "Bob"})

    result = await desk.result("{ people { nodes { name secret } } }", permissions=without(SECRETS))

    assert [one.original_error.code for one in result.errors] == ["FORBIDDEN", "FORBIDDEN"]
    assert result.data["people"]["nodes"] == [{"name": "Ann", "secret": None}, {"name": "Bob", "secret": None}]


PROBES = [
    (PHONES, 'where: {phone: {startsWith: "138"}}'),
    (PHONES, "where: {not: {or: [{and: [{phone: {isNull: true}}]}]}}"),
    (PHONES, "orderBy: [{phone: ASC}]"),
    (SECRETS, 'where: {secret: {eq: "s"}}'),
    (SECRETS, "orderBy: [{name: ASC}, {secret: DESC}]"),
    (READ_BADGES, "where: {badgeLevel: {eq: 1}}"),
    (READ, ""),
]


async def test_filtering_and_ordering_by_what_is_hidden_is_forbidden(desk: Desk) -> None:
    await desk.people(ROW)

    for missing, arguments in PROBES:
        document = f"{{ people({arguments or 'first: 1'}) {{ nodes {{ name }} }} }}"

        assert await desk.codes(document, permissions=without(missing)) == ["FORBIDDEN"], arguments
        assert desk.statements == 0
        assert await desk.codes(document) == []


DENIED = [
    (READ_VISITS, "visits { totalCount }"),
    (READ_VISITS, "hosted { id }"),
    (READ_BADGES, "badge { level }"),
    (READ_BADGES, "shine"),
]


async def test_a_denied_relation_is_never_queried(desk: Desk) -> None:
    await desk.people(ROW)

    for missing, field in DENIED:
        document = f"{{ people {{ nodes {{ {field} }} }} }}"

        assert await desk.codes(document, permissions=without(missing)) == ["FORBIDDEN"], field
        assert desk.statements == 1


async def test_an_error_names_the_permission_but_no_value(desk: Desk) -> None:
    await desk.people(ROW)

    result = await desk.result("{ people { nodes { secret } } }", permissions=without(SECRETS))

    (error,) = result.errors
    assert error.original_error.details == {"permission": SECRETS}
    assert error.path == ["people", "nodes", 0, "secret"]


async def test_a_cursor_of_an_order_may_be_used_by_who_may_use_the_order(desk: Desk) -> None:
    await desk.people(ROW, ROW)
    document = """query ($after: String) {
        people(first: 1, after: $after, orderBy: [{secret: ASC}]) { pageInfo { endCursor } } }"""
    cursor = (await desk.ask(document))["people"]["pageInfo"]["endCursor"]

    assert await desk.codes(document, after=cursor, permissions=without(SECRETS)) == ["FORBIDDEN"]
