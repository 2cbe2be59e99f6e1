"""``node`` and ``nodes`` answer foreign, deleted and unknown ids alike."""

from uuid import UUID

import toy_models as models
from toy_club import READ_VISITS
from toy_desk import Desk
from toy_sets import ALL

from guanxi.db.merchant import acting_for

NODE = "query ($id: ID!) { node(id: $id) { id ... on Person { name } } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"


async def test_an_object_is_found_by_its_id(desk: Desk) -> None:
    (ann,) = await desk.people({"name": "Ann"})

    assert await desk.ask(NODE, id=f"per_{ann.id.hex}") == {"node": {"id": f"per_{ann.id.hex}", "name": "Ann"}}


async def test_foreign_deleted_and_unknown_ids_are_null_alike(desk: Desk, other: Desk) -> None:
    (gone,) = await desk.people({})
    (foreign,) = await other.people({})
    with acting_for(desk.merchant.id):
        await models.Person.filter(id=gone.id).delete()
    unknown = UUID(int=99)

    answers = [await desk.result(NODE, id=f"per_{one.hex}") for one in (gone.id, foreign.id, unknown)]
    of_no_type = await desk.result(NODE, id=f"xyz_{unknown.hex}")

    assert [(one.data, one.errors) for one in [*answers, of_no_type]] == 4 * [({"node": None}, None)]


MALFORMED = ["", "per_", "per_123", f"PER_{'0' * 32}", f"per_{'0' * 33}", f"per-{'0' * 32}", f"per_{'G' * 32}"]


async def test_a_malformed_id_is_refused(desk: Desk) -> None:
    for text in MALFORMED:
        assert "BAD_USER_INPUT" in await desk.codes(f'{{ node(id: "{text}") {{ id }} }}'), text


async def test_many_come_in_the_order_asked_each_as_often_as_asked(desk: Desk) -> None:
    ann, bob = await desk.people({}, {})
    (visit,) = await desk.add(models.Visit, {"person": ann, "kind": "call"})
    ids = [
        f"vis_{visit.id.hex}",
        f"per_{bob.id.hex}",
        f"per_{visit.id.hex}",
        f"per_{ann.id.hex}",
        f"vis_{visit.id.hex}",
    ]

    found = (await desk.ask(NODES, ids=ids))["nodes"]

    assert [one and one["__typename"] for one in found] == ["CallVisit", "Person", None, "Person", "CallVisit"]
    assert desk.statements == 2


async def test_more_than_a_hundred_are_refused(desk: Desk) -> None:
    assert await desk.codes(NODES, ids=101 * [f"per_{UUID(int=1).hex}"]) == ["BAD_USER_INPUT"]
    assert (await desk.ask(NODES, ids=100 * [f"per_{UUID(int=1).hex}"]))["nodes"] == 100 * [None]


async def test_the_permission_of_the_type_is_asked_for(desk: Desk) -> None:
    ids = [f"vis_{UUID(int=1).hex}"]

    assert await desk.codes(NODES, ids=ids, permissions=ALL - {READ_VISITS}) == ["FORBIDDEN"]
    assert await desk.codes(NODE, id=ids[0], permissions=ALL - {READ_VISITS}) == ["FORBIDDEN"]
    assert desk.statements == 0
