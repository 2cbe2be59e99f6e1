"""What a list costs does not depend on how long it is: one statement for each level and relation."""

import toy_models as models
from toy_desk import Desk

QUERIES = {
    "page at the root": ("{ people(first: 100) { nodes { name } } }", 1),
    "count": ("{ people(first: 100) { totalCount nodes { name } } }", 2),
    "count of an alias with the same rows": ("{ a: people { totalCount } b: people { totalCount } }", 3),
    "one by": ("{ people(first: 100) { nodes { badge { level } } } }", 2),
    "many by": ("{ people(first: 100) { nodes { hosted { minutes } } } }", 2),
    "many through": ("{ people(first: 100) { nodes { hobbies { name } } } }", 2),
    "page of children": ("{ people(first: 100) { nodes { visits { nodes { minutes } } } } }", 2),
    "counts of children": ("{ people(first: 100) { nodes { visits { totalCount nodes { minutes } } } } }", 3),
    "one via": ("{ people(first: 100) { nodes { visits { nodes { person { name } } } } } }", 3),
    "namespace and amount": ("{ people(first: 100) { nodes { reach { nickname } paid { formatted } } } }", 1),
    "batch": ("{ people(first: 100) { nodes { shine nameLength } } }", 1),
    "two relations side by side": ("{ people(first: 100) { nodes { badge { level } hobbies { name } } } }", 3),
}


async def fill(desk: Desk, count: int) -> None:
    people = await desk.people(*({} for _ in range(count)))
    hobbies = await desk.add(models.Hobby, {"name": "tea"}, {"name": "go"})
    await desk.add(models.Badge, *({"person": one} for one in people))
    await desk.add(models.PersonHobby, *({"person": one, "hobby": two} for one in people for two in hobbies))
    await desk.add(models.Visit, *({"person": one, "host": one, "kind": "call"} for one in people for _ in range(3)))


async def test_ten_times_the_parents_cost_the_same_number_of_statements(desk: Desk, other: Desk) -> None:
    await fill(desk, 4)
    await fill(other, 40)

    for name, (document, expected) in QUERIES.items():
        await desk.ask(document)
        await other.ask(document)

        assert (desk.statements, other.statements) == (expected, expected), name


async def test_nodes_of_many_types_cost_one_statement_for_each_type(desk: Desk) -> None:
    await fill(desk, 40)
    people = (await desk.ask("{ people(first: 40) { nodes { id visits { nodes { id } } } } }"))["people"]["nodes"]
    ids = [one["id"] for one in people] + [one["visits"]["nodes"][0]["id"] for one in people]

    found = await desk.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert [one["id"] for one in found["nodes"]] == ids
    assert desk.statements == 2
