"""Documents are read once, kept within bounds, and judged in bounded time whatever they are."""

import gc
import random
import time
from contextlib import suppress
from typing import Any

import pytest
from graphql import GraphQLSchema, get_named_type, is_composite_type, parse

from guanxi.errors import GuanxiError
from guanxi.execution import shape
from guanxi.execution.documents import DocumentRefusedError, Documents
from guanxi.settings import Limits
from guanxi.testing import counts

MOMENT = 0.05  # seconds of CPU, as is promised
KINDS = ["Query", "Customer", "Customer", "CustomerConnection", "Order"]


def test_a_text_is_read_once(shop: Any, limits: Limits) -> None:
    documents = Documents(shop.schema, limits)

    first, second = (documents.read("{ count }", frozenset({"x"})) for _ in range(2))

    assert first is second
    assert len(documents) == 1


def test_an_introspecting_text_is_read_for_each_set_of_permissions(shop: Any, limits: Limits) -> None:
    documents = Documents(shop.schema, limits)

    first, second = (documents.read("{ __schema { queryType { name } } }", frozenset({x})) for x in "ab")

    assert first is not second
    assert len(documents) == 2


def test_the_least_used_documents_are_forgotten(shop: Any, limits: Limits) -> None:
    documents = Documents(shop.schema, limits, keep=100)

    for number in range(50):
        documents.read(f"{{ a{number}: count }}", frozenset())
        documents.read("{ count }", frozenset())

    assert documents.kept_tokens <= 100
    assert len(documents) < 20
    assert documents.read("{ count }", frozenset()) is documents.read("{ count }", frozenset())


def test_a_registered_document_may_be_longer(shop: Any, limits: Limits) -> None:
    text = "{ customer { " + " ".join(f"a{n}: name" for n in range(1500)) + " } }"
    documents = Documents(shop.schema, limits)

    with pytest.raises(GuanxiError, match="tokens"):
        documents.read(text, frozenset())

    assert documents.read(text, frozenset(), registered=True).operations


def test_layout_and_comments_do_not_change_the_digest(shop: Any, limits: Limits) -> None:
    documents = Documents(shop.schema, limits)
    texts = ("{ count }", "{\n  count # of all\n}", "{ recent { id } }")

    digests = [documents.read(text, frozenset()).digest for text in texts]

    assert digests[0] == digests[1] != digests[2]


def test_a_document_is_measured_by_visiting_each_selection_once(limits: Limits) -> None:
    node = parse("{ a ...f } fragment f on Query { b c { ...g ...g } } fragment g on C { d @skip(if: true) }")

    measured = shape.measure(node, limits)

    one = measured.operations[0]
    assert measured.visited == 2 + 4 + 1
    assert measured.order == ["g", "f"]
    assert (one.depth, one.root_fields, one.fields, one.directives) == (2, 3, 5, 2)


class Grammar:
    """Documents of any size from a seed; one step in sixty leaves the schema, one document in ten its syntax."""

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self.schema, self.random = schema, random.Random(seed)
        self.wild = self.random.random() < 0.5
        self.wide = self.random.random() < 0.05

    def document(self) -> str:
        self.fragments = {f"f{n}": self.random.choice(KINDS) for n in range(self.random.randrange(4))}
        parts = [self.selections("Query", 4)]
        parts += [f"fragment {name} on {kind} {self.selections(kind, 2)}" for name, kind in self.fragments.items()]
        kept = [one for one in parts if self.wild or one[0] != "f" or f"...{one[9:11]}" in "".join(parts)]
        text = " ".join([f"query Q{'($n: Int)' if '$n' in ''.join(kept) else ''}", *kept])
        cut = self.random.randrange(len(text)) if self.wild and self.random.random() < 0.2 else len(text)
        return text[:cut]

    def selections(self, kind: str, depth: int) -> str:
        width = self.random.randrange(20, 60) if self.wide and depth == 2 else self.random.choice([1, 1, 2, 3])
        return "{ " + " ".join(self.selection(kind, depth) for _ in range(width)) + " }"

    def selection(self, kind: str, depth: int) -> str:
        draw = self.random.random()
        spreads = [name for name, on in self.fragments.items() if on == kind or self.wild]
        if draw < 0.1 and spreads:
            return f"...{self.random.choice(spreads)}"
        if draw < 0.2 and depth:
            return f"... on {kind} {self.selections(kind, depth - 1)}"
        known = getattr(self.schema.type_map.get(kind), "fields", {})
        if not known or (self.wild and draw < 0.25):
            return self.random.choice(["nope", "name { x }", "... on Color { y }", "...f9", "count @nope"])
        name = self.random.choice([*known, "__typename"])
        inner = get_named_type(known[name].type) if name in known else None
        if is_composite_type(inner) and depth == 0:
            return "__typename"
        alias = f"a{self.random.randrange(10**6)}: "
        below = self.selections(inner.name, depth - 1) if is_composite_type(inner) else ""
        return f"{alias}{name}{self.arguments(known.get(name))} {below}"

    def arguments(self, field: Any) -> str:
        names = [one for one in field.args if self.wild or one == "first"] if field is not None else []
        value = self.random.choice(["1", "3", "-1", "1000000000", "$n", '"x"' if self.wild else "2"])
        return f"({self.random.choice(names)}: {value})" if "first" in names or (names and self.wild) else ""


def test_any_document_is_accepted_or_refused(shop: Any, limits: Limits) -> None:
    documents = Documents(shop.schema, limits, keep=0)
    tried, accepted = counts.scaled(10_000, minimum=1_000), 0

    for seed in range(tried):
        with suppress(GuanxiError, DocumentRefusedError):
            documents.read(Grammar(shop.schema.graphql, seed).document(), frozenset())
            accepted += 1

    assert tried / 10 < accepted < tried * 9 / 10


@pytest.mark.soak
def test_no_document_takes_more_than_a_moment_before_it_runs(shop: Any, limits: Limits) -> None:
    """One that is slow must be so again: the machine has other things to do, too."""
    documents = Documents(shop.schema, limits, keep=0)
    texts = [Grammar(shop.schema.graphql, seed).document() for seed in range(counts.scaled(10_000))]
    gc.collect()
    gc.freeze()  # as the server does

    slow = [text for text in texts if min(_seconds(documents, text) for _ in range(3)) > MOMENT]

    gc.unfreeze()
    assert slow == []


def _seconds(documents: Documents, text: str) -> float:
    started = time.thread_time()
    with suppress(GuanxiError, DocumentRefusedError):
        documents.read(text, frozenset())
    return time.thread_time() - started
