"""Inputs that plugins extend: flat for the client, a class of its own for the plugin."""

from typing import Any

from toy_context import ask, context
from toy_sets import compose

RENAME = "mutation ($input: RenameInput!) { renamePerson(input: $input) { seen errors { __typename code message } } }"
PERSON = "per_" + "03" * 16


async def rename(*plugins: str, **values: Any) -> Any:
    return await ask(compose(*plugins), RENAME, input={"id": PERSON, **values})


async def test_a_part_reaches_the_resolver_as_its_own_input() -> None:
    answer = await rename("badges", name="Ann", badgeLevel=3)

    assert answer.data["renamePerson"]["seen"] == "Ann, BadgeInput {'level': 3}"


async def test_a_part_that_was_not_sent_is_absent() -> None:
    assert (await rename("badges", name="Ann")).data["renamePerson"]["seen"] == "Ann"


async def test_a_field_of_a_plugin_that_is_off_is_refused_in_variables_and_literals() -> None:
    in_variables = await rename(name="Ann", badgeLevel=3)
    literal = f'mutation {{ renamePerson(input: {{id: "{PERSON}", badgeLevel: 3}}) {{ seen }} }}'

    assert "not to include unknown field 'badgeLevel'" in in_variables.errors[0].message
    assert "not to include unknown field 'badgeLevel'" in (await ask(compose(), literal)).errors[0].message


async def test_null_is_not_absent() -> None:
    assert (await rename(name=None)).data["renamePerson"]["seen"] == "None"
    absent = (await rename()).data["renamePerson"]
    assert absent["errors"][0]["code"] == "CONFLICT"


async def test_an_expected_failure_is_data_and_rolls_back() -> None:
    schema = compose()
    ctx = context(schema)

    answer = await ask(
        schema, RENAME.replace("code", "... on ConflictUserError { currentVersion } code"), ctx, input={"id": PERSON}
    )

    assert answer.errors is None
    assert answer.data["renamePerson"]["errors"] == [
        {"__typename": "ConflictUserError", "currentVersion": 7, "code": "CONFLICT", "message": "Nothing to change."}
    ]
    assert ctx.platform.steps == ["rolled back"]


async def test_an_id_of_another_type_is_refused() -> None:
    answer = await ask(compose(), RENAME, input={"id": "hob_" + "03" * 16, "name": "Ann"})

    assert answer.data["renamePerson"]["errors"][0]["code"] == "BAD_USER_INPUT"
