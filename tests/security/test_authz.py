"""Who may read what stands in ``authz.csv``, field by field; ``python tests/security/test_authz.py`` writes it anew."""

import asyncio
import csv
import io
from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, is_introspection_type

from guanxi.permissions import SIGNED_IN, Permission
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.facets import FACET
from guanxi.staff import rules
from guanxi.testing import reference, schemas

FILE = Path(__file__).parent / "authz.csv"
CURE = "look at each changed line, then run: python tests/security/test_authz.py"
COLUMNS = ("type", "field", "owner", "permissions", "needs_key", "roles")
# Open to whoever is signed in: what is one's own, and what asks for the rights of each thing that it finds.
OWN_CHANGES = {"changePassword", "markNotificationsRead", "revokeStaffSession"}
OPEN = {
    *("viewer", "merchant", "staffSessions", "notifications", "notificationReceived"),
    *("node", "nodes", "facts", "savedOperations"),
    *OWN_CHANGES,
}
Key = tuple[str, str]


def snapshot(schema: ComposedSchema) -> str:
    """Every field with what it takes to read it, and which built-in roles hold that."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS)
    for made in sorted(composites(schema), key=lambda one: one.name):
        held = made.extensions[FACET].permission
        for name, field in sorted(made.fields.items()):
            facet = field.extensions[FACET]
            needed = {str(one) for one in (*facet.permissions, held) if one is not None}
            roles = [role for role in rules.BUILTIN if needed <= permissions_of(role)]
            key = "yes" if facet.needs_key else ""
            rows.writerow((made.name, name, facet.owner, " ".join(sorted(needed)), key, " ".join(roles)))
    return written.getvalue()


def composites(schema: ComposedSchema) -> list[GraphQLObjectType | GraphQLInterfaceType]:
    return [
        one
        for one in schema.graphql.type_map.values()
        if isinstance(one, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(one)
    ]


def permissions_of(role: str) -> frozenset[str]:
    return rules.permissions_of_role(role, (), is_builtin=True, known=tuple(Permission.known))


def compose() -> ComposedSchema:
    return asyncio.run(schemas.compose({"all": reference.bundled_plugins()}))["all"]


@pytest.fixture(scope="module")
def schema() -> ComposedSchema:
    return compose()


@pytest.fixture(scope="module")
def lines() -> dict[Key, dict[str, str]]:
    """The committed file, by type and field."""
    with FILE.open(encoding="utf-8", newline="") as opened:
        return {(line["type"], line["field"]): line for line in csv.DictReader(opened)}


def test_the_committed_matrix_is_what_the_schema_declares(schema: ComposedSchema) -> None:
    assert FILE.read_text(encoding="utf-8") == snapshot(schema), CURE


def test_every_field_is_declared(schema: ComposedSchema) -> None:
    undeclared = [
        f"{made.name}.{name}"
        for made in composites(schema)
        for name, field in made.fields.items()
        if FACET not in field.extensions or FACET not in made.extensions
    ]

    assert undeclared == []


@pytest.mark.parametrize("home", ["Query", "Mutation", "Subscription"])
def test_every_root_field_asks_for_a_permission(lines: dict[Key, dict[str, str]], home: str) -> None:
    roots = {key: line["permissions"] for key, line in lines.items() if key[0] == home}

    assert [key for key, needed in roots.items() if not needed] == []
    assert {field for (_, field), needed in roots.items() if needed == SIGNED_IN} <= OPEN


@pytest.mark.usefixtures("schema")  # permissions are declared by what it is composed of
def test_every_permission_in_the_matrix_is_known(lines: dict[Key, dict[str, str]]) -> None:
    needed = {name for line in lines.values() for name in line["permissions"].split()}

    assert needed - set(Permission.known) == set()


def test_an_administrator_may_read_everything_and_who_only_reads_may_change_nothing(
    lines: dict[Key, dict[str, str]],
) -> None:
    assert [key for key, line in lines.items() if "admin" not in line["roles"].split()] == []
    changes = {key[1] for key, line in lines.items() if key[0] == "Mutation" and "read-only" in line["roles"].split()}
    assert changes <= OWN_CHANGES


@pytest.mark.parametrize("role", rules.BUILTIN)
def test_what_a_role_sees_of_the_schema_is_what_it_may_read(
    schema: ComposedSchema, lines: dict[Key, dict[str, str]], role: str
) -> None:
    view = schema.visible_to(permissions_of(role))
    seen = {
        (made.name, name)
        for made in view.type_map.values()
        if isinstance(made, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(made)
        for name in made.fields
    }

    allowed = {key for key, line in lines.items() if role in line["roles"].split()}

    assert seen - allowed == set()
    assert {key for key in allowed - seen if key[0] in {"Query", "Mutation", "Subscription"}} == set()


if __name__ == "__main__":
    FILE.write_text(snapshot(compose()), encoding="utf-8")
