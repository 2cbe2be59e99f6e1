"""What an operation costs before it runs: never less than what it then returns."""

import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from guanxi.execution import shape, steps
from guanxi.execution.cost import count_objects
from guanxi.settings import Limits

PRICES = [
    ("{ count }", 0),
    ("{ customer { name } }", 1),
    ("{ a: customer { id } b: customer { id } }", 2),
    ("{ recent(first: 4) { id } }", 4),
    ("{ recent { id } }", 3),  # its default
    ("{ recent(first: 1000) { id } }", 5),  # the resolver refuses more than its maximum
    ("{ customers(first: 4) { nodes { id } } }", 1 + 4),
    ("{ customers(last: 2) { nodes { id } edges { node { id } } } }", 1 + 2 + 2 * 2),
    ("{ customers(first: 4) { pageInfo { hasNextPage } totalCount } }", 2),
    ("{ customers(first: 4) { nodes { orders(first: 3) { nodes { id } } } } }", 1 + 4 * (1 + 1 + 3)),
    ("{ recent(first: 2) { friends(first: 3) { friends(first: 4) { id } } } }", 2 + 6 + 24),
    ("{ recent(first: 2) { tags } }", 2),
    ('{ named(ids: ["1"]) { id } }', 10),  # a short list is priced as an unknown one
    ("{ customer { orders(first: 1) { nodes { lines { sku } } } } }", 1 + 1 + 1 + 10),
    ('mutation { rename(name: "x") { customer { id } } }', 10 + 1 + 1),
    ('mutation { a: rename(name: "x") { errors { message } } }', 10 + 1 + 10),
    ("{ customers(first: 4) { ...P } } fragment P on CustomerConnection { nodes { id } }", 5),
    ("{ recent(first: 2) { ...A ...A } } fragment A on Customer { best { id } }", 2 + 2 * 2),
]


@pytest.mark.parametrize(("text", "expected"), PRICES)
def test_an_object_costs_one_and_a_list_multiplies(shop: Any, text: str, expected: int) -> None:
    assert cost(shop, text) == expected


def test_sizes_may_come_by_variable(shop: Any) -> None:
    text = "query ($n: Int, $m: Int = 4) { recent(first: $n) { friends(first: $m) { id } } }"

    assert cost(shop, text, {"n": 2}) == 2 + 2 * 4
    assert cost(shop, text, {"n": 5, "m": 1}) == 5 + 5
    assert cost(shop, text, {"n": None}) == 3 + 3 * 4


def test_a_list_is_as_long_as_the_list_it_was_given(shop: Any) -> None:
    text = "query ($ids: [ID!]) { named(ids: $ids) { best { id } } }"

    assert cost(shop, text, {"ids": [str(n) for n in range(500)]}) == 1000


def test_plain_fields_are_free_until_there_are_many(shop: Any) -> None:
    few = " ".join(f"a{n}: name" for n in range(24))
    many = " ".join(f"b{n}: name" for n in range(60))

    assert cost(shop, f"{{ recent(first: 5) {{ {few} }} }}") == 5
    assert cost(shop, f"{{ recent(first: 5) {{ {few} ...F }} }} fragment F on Customer {{ {many} }}") == 5 * (1 + 3)


def test_introspection_costs_by_the_field(shop: Any) -> None:
    assert cost(shop, "{ __schema { types { name } } }") == 10 + 10 + 10


def test_deep_lists_cost_the_product(shop: Any) -> None:
    text = "{ recent(first: 5) { friends(first: 4) { friends(first: 4) { friends(first: 4) { id } } } } }"

    assert cost(shop, text) == 5 + 20 + 80 + 320


@pytest.mark.parametrize("doublings", [10, 20, 40, 60])
def test_doubling_fragments_are_judged_in_one_pass(shop: Any, doublings: int) -> None:
    text = "{ customer { ...f0 } } " + " ".join(
        f"fragment f{n} on Customer {{ a: best {{ ...f{n + 1} }} b: best {{ ...f{n + 1} }} }}" for n in range(doublings)
    )
    node = parse(f"{text} fragment f{doublings} on Customer {{ id }}")
    measured = shape.measure(node, Limits.model_validate({}))

    prices = steps.compile_prices(shop.schema.graphql, node, measured.order)

    assert prices.visited == measured.visited == 2 + 4 * doublings + 1
    assert prices.of(0, {}) == min(10**9, 2 ** (doublings + 1) - 1)


@st.composite
def selections(draw: st.DrawFn, kind: str, depth: int, fragments: Mapping[str, list[str]]) -> str:
    """A selection set on ``kind``; each ``@`` becomes a number of its own, so that no two fields conflict."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        name, inner, sized = draw(st.sampled_from(FIELDS[kind] if depth else FIELDS[kind][:1]))
        size = draw(st.sampled_from(["", "(first: 1)", "(first: 4)", "(first: $n)", "(first: $m)"])) if sized else ""
        below = f" {draw(selections(inner, depth - 1, fragments))}" if inner else ""
        field = f"x@: {name}{size}{below}"
        made.append(draw(st.sampled_from([field, f"... on {kind} {{ {field} }}", f"... {{ {field} }}"])))
    spreads = fragments.get(kind, [])
    if spreads and draw(st.booleans()):
        made.append(f"...{draw(st.sampled_from(spreads))}")
    return f"{{ {' '.join(made)} }}"


FIELDS: dict[str, list[tuple[str, str | None, bool]]] = {
    "Query": [
        ("count", None, False),
        ("customers", "CustomerConnection", True),
        ("recent", "Customer", True),
        ("customer", "Customer", False),
    ],
    "Customer": [
        ("name", None, False),
        ("orders", "OrderConnection", True),
        ("friends", "Customer", True),
        ("best", "Customer", False),
    ],
    "CustomerConnection": [
        ("totalCount", None, False),
        ("edges", "CustomerEdge", False),
        ("nodes", "Customer", False),
        ("pageInfo", "PageInfo", False),
    ],
    "CustomerEdge": [("cursor", None, False), ("node", "Customer", False)],
    "OrderConnection": [("__typename", None, False), ("edges", "OrderEdge", False), ("nodes", "Order", False)],
    "OrderEdge": [("__typename", None, False), ("node", "Order", False)],
    "Order": [("total", None, False), ("customer", "Customer", False), ("lines", "Line", False)],
    "Line": [("sku", None, False)],
    "PageInfo": [("hasNextPage", None, False)],
}


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A query with fragments, of which each spreads only later ones."""
    known: dict[str, list[str]] = {}
    texts = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["Customer", "CustomerConnection", "OrderConnection"]))
        texts.insert(0, f"fragment F{number} on {kind} {draw(selections(kind, 2, dict(known)))}")
        known = {**known, kind: [*known.get(kind, []), f"F{number}"]}
    body = draw(selections("Query", 4, known))
    numbers = count()
    return re.sub("@", lambda _: str(next(numbers)), " ".join([f"query ($n: Int, $m: Int = 2) {body}", *texts]))


@given(text=documents(), n=st.sampled_from([None, 1, 3, 5, 50]))
async def test_no_query_returns_more_than_it_was_priced(make_toy_shop: Callable[..., Any], text: str, n: int) -> None:
    shop = make_toy_shop(cost=10**6, depth=40, cost_per_minute=10**7)

    answer = await shop.run(without_unused(text), {"n": n})

    assert answer.errors == []
    assert count_objects(answer.data) <= answer.extensions["cost"]["requested"]


def body_of(text: str) -> str:
    return text.partition(") ")[2]


def without_unused(text: str) -> str:
    """Leave out what validation would call unused."""
    body, *fragments = body_of(text).split(" fragment ")
    for part in list(fragments):  # each is spread only by the body and by later ones
        if not any(f"...{part.split()[0]} " in f"{other} " for other in [body, *fragments] if other is not part):
            fragments.remove(part)
    kept = " fragment ".join([body, *fragments])
    declared = " ".join(said for name, said in (("$n", "$n: Int"), ("$m", "$m: Int = 2")) if name in kept)
    return f"query {f'({declared})' if declared else ''} {kept}"


def cost(shop: Any, text: str, variables: Mapping[str, Any] | None = None) -> int:
    document = shop.engine.documents_of(shop.schema).read(text, frozenset())
    operation = document.operations[0]
    defaults = {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.node.variable_definitions or ()
        if one.default_value is not None
    }
    return operation.cost({**defaults, **(variables or {})})
