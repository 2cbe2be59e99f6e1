"""What each role really gets is what ``authz.csv`` says, field by field; an actor without rights gets nothing."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fuzz_registry import ROOTS
from fuzz_shops import ROLES
from fuzz_walk import Target
from fuzz_world import REQUEST, World

from guanxi.context import Actor
from guanxi.db.fields import uuid7
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http.ports import Call
from guanxi.permissions import SIGNED_IN

FILE = Path(__file__).parents[1] / "authz.csv"
OWN_NEWS = "notificationReceived"  # of whoever asks
# What is one's own, and two lists that show what the rights of each allow.
OPEN = {
    *("viewer", "merchant", "notifications", "markNotificationsRead"),
    *("staffSessions", "revokeStaffSession", "changePassword"),
    *("facts", "savedOperations"),
}
Found = tuple[str, str]
together = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def allowed() -> dict[Found, set[str]]:
    """The roles that may read each field."""
    with FILE.open(encoding="utf-8", newline="") as opened:
        return {(line["type"], line["field"]): set(line["roles"].split()) for line in csv.DictReader(opened)}


@pytest.mark.parametrize("role", ROLES)
@together
async def test_a_root_field_is_forbidden_exactly_where_the_matrix_says(
    shared: World, allowed: dict[Found, set[str]], role: str
) -> None:
    wrong = []
    for target in _roots(shared):
        document = shared.document(target)
        answer, _ = await shared.try_out(shared.a, role, document, shared.values(shared.a).of(document, {}))
        is_allowed = role in allowed[target.last.holder, target.root]
        wrong += [] if is_allowed != _is_forbidden(answer, target) else [(target.root, is_allowed, answer.errors)]

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
@together
async def test_a_role_gets_no_field_that_the_matrix_does_not_give_it(
    shared: World, allowed: dict[Found, set[str]], role: str
) -> None:
    got: set[Found] = set()
    for target in [one for one in _roots(shared) if one.operation == "query"]:
        document = shared.document(target)
        answer = await shared.ask(shared.a, role, document, shared.values(shared.a).of(document, {}))
        got |= set(_fields(answer.data, "Query"))

    assert {one for one in got if role not in allowed[one]} == set()
    assert len(got) > 40


@together
async def test_an_actor_without_rights_is_refused_everything(shared: World) -> None:
    principal = shared.a.principals["admin"]
    nobody = replace(principal, actor=Actor("token", "nobody", frozenset({SIGNED_IN})))

    open_to_all = set()
    for target in [one for one in shared.targets if len(one.steps) == 1]:
        document = shared.document(target)
        variables = shared.values(shared.a).of(document, {})
        answer = await shared.gateway.subscribe(
            GraphQLRequest(document.text, variables=variables), nobody, Call(REQUEST, idempotency_key=_key(target))
        )
        if target.root == OWN_NEWS:
            continue
        assert isinstance(answer, Answer), target
        open_to_all |= set() if _is_forbidden(answer, target) else {target.root}

    assert open_to_all == OPEN


@together
async def test_an_actor_without_rights_learns_nothing_by_ids(shared: World) -> None:
    principal = shared.a.principals["admin"]
    nobody = replace(principal, actor=Actor("token", "nobody", frozenset({SIGNED_IN})))
    text = "query ($id: ID!) { node(id: $id) { id } }"

    async def told(one: str) -> Any:
        answer = await shared.gateway.run(GraphQLRequest(text, variables={"id": one}), nobody, Call(REQUEST))
        return answer.data, [error["extensions"]["code"] for error in answer.errors]

    mine, theirs = await told(shared.id_of(shared.a, "cus")), await told(shared.id_of(shared.b, "cus"))

    assert mine == theirs == ({"node": None}, ["FORBIDDEN"])
    assert await told(f"zzz_{uuid7().hex}") == ({"node": None}, [])


def _roots(world: World) -> list[Target]:
    return [
        one
        for one in world.targets
        if len(one.steps) == 1 and one.operation != "subscription" and not ROOTS[one.root].alone
    ]


def _is_forbidden(answer: Answer, target: Target) -> bool:
    """Whether the root field itself was refused, not a field behind it."""
    return any(
        one["extensions"]["code"] == "FORBIDDEN" and one.get("path", [target.root]) == [target.root]
        for one in answer.errors
    )


def _key(target: Target) -> str | None:
    return uuid7().hex if target.steps[0].field.extensions["guanxi"].needs_key else None


def _fields(value: Any, holder: str) -> Iterator[Found]:
    """Each field that was answered with anything but null; an alias is ``Type_field``."""
    if isinstance(value, list):
        for one in value:
            yield from _fields(one, holder)
    elif isinstance(value, dict) and (holder or "__typename" in value):  # else it is JSON
        holder = value.get("__typename", holder)
        for name, one in value.items():
            if one is not None and name != "__typename":
                yield holder, name.removeprefix(f"{holder}_")
                yield from _fields(one, "")
