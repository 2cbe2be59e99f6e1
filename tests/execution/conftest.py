"""A toy schema, composed by hand, and what it takes to run operations on it without a database."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_schema

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.fields import uuid7
from guanxi.execution import operations
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.schema.facets import Facet
from guanxi.settings import Limits

SHOP = """
interface Node { id: ID! }
enum Color { RED GREEN @deprecated(reason: "Use RED.") }
input Range { low: Int high: Int old: Int @deprecated(reason: "Use low.") }
input Filter { name: String colors: [Color!] range: Range all: [Filter!] }
type Query {
  customers(first: Int, last: Int, where: Filter): CustomerConnection
  customer(id: ID): Customer
  recent(first: Int): [Customer!]
  named(ids: [ID!], name: String): [Customer!]
  node: Node
  count(color: Color, n: Int, old: Int @deprecated(reason: "Use n.")): Int
  secret: Secret
}
type Mutation { rename(name: String): Renamed move(points: Int): Renamed }
type Subscription { ticks(count: Int): Customer }
type Renamed { customer: Customer errors: [Problem!] query: Query }
type Problem { message: String }
type Secret { word: String }
type Customer implements Node {
  id: ID! name: String tags: [String!] best: Customer
  nick: String @deprecated(reason: "Use name. Removal: 2027-01")
  orders(first: Int, last: Int): OrderConnection
  friends(first: Int): [Customer!]
}
type Order implements Node { id: ID! total: Int customer: Customer lines: [Line!] }
type Line { sku: String }
type CustomerConnection { edges: [CustomerEdge!] nodes: [Customer!] pageInfo: PageInfo totalCount: Int }
type CustomerEdge { cursor: String node: Customer }
type OrderConnection { edges: [OrderEdge!] nodes: [Order!] pageInfo: PageInfo }
type OrderEdge { node: Order }
type PageInfo { hasNextPage: Boolean }
"""
SIZES = {
    "Query.customers": (3, 5),
    "Query.recent": (3, 5),
    "Customer.orders": (2, 4),
    "Customer.friends": (2, 4),
}


@dataclass(eq=False)
class Composed:
    """Stands in for a ComposedSchema; ``views`` are what some permissions let see."""

    graphql: GraphQLSchema
    key: str = "toy"
    views: dict[frozenset[str], GraphQLSchema] = field(default_factory=dict)

    def visible_to(self, permissions: frozenset[str]) -> GraphQLSchema:
        return self.views.get(permissions, self.graphql)


@dataclass(eq=False)
class Platform:
    """An installation without a database."""

    limits: Limits
    dialect: str = "sqlite"
    readings: int = 0

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    def reading(self) -> AbstractAsyncContextManager[None]:
        self.readings += 1
        return nullcontext()


@dataclass
class Toy:
    """One token's view of the toy schema."""

    schema: Composed
    platform: Any
    ctx: Context

    async def run(self, query: str | None, variables: Any = None, **more: Any) -> Answer:
        return await operations.run(GraphQLRequest(query, variables=variables, **more), self.context())

    async def subscribe(self, query: str, variables: Any = None) -> Any:
        return await operations.subscribe(GraphQLRequest(query, variables=variables), self.context())

    def context(self) -> Context:
        return replace(self.ctx, loaders={}, schema=self.schema)

    @property
    def engine(self) -> Any:
        return operations.engine_of(self.platform)


def compose(
    sdl: str,
    resolvers: Mapping[str, Callable[..., Any]],
    facets: Mapping[str, Facet],
    *,
    subscribers: Mapping[str, Callable[..., Any]] | None = None,
) -> Composed:
    schema = build_schema(sdl)
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__"):
            for name, one in kind.fields.items():
                coordinate = f"{kind.name}.{name}"
                one.extensions["guanxi"] = facets.get(coordinate, Facet("core"))
                one.resolve = resolvers.get(coordinate)
                one.subscribe = (subscribers or {}).get(coordinate)
    return Composed(schema)


@pytest.fixture
def limits() -> Limits:
    """The limits as an installation has them."""
    return Limits.model_validate({})


@pytest.fixture
def ctx() -> Context:
    actor = Actor("token", "t1", frozenset({"a.b.c"}))
    nothing: Any = None  # each toy brings its own platform
    return Context(Principal(MerchantRef(uuid7(), "tea", "Tea"), actor), nothing, "r-42")


@pytest.fixture
def toy(limits: Limits, ctx: Context) -> Callable[..., Toy]:
    """Make a toy of your own SDL and resolvers; lists of 10 unless ``sizes`` say otherwise."""

    def make(
        sdl: str,
        resolvers: Mapping[str, Callable[..., Any]] | None = None,
        *,
        needs_key: tuple[str, ...] = (),
        sizes: Mapping[str, tuple[int, int]] | None = None,
        platform: Any = None,
        subscribers: Mapping[str, Callable[..., Any]] | None = None,
        **changed: Any,
    ) -> Toy:
        facets = {name: Facet("core", needs_key=True) for name in needs_key}
        facets |= {name: Facet("core", sizes=size) for name, size in (sizes or {}).items()}
        schema = compose(sdl, resolvers or {}, facets, subscribers=subscribers)
        here = platform or Platform(limits.model_copy(update=changed))
        return Toy(schema, here, replace(ctx, platform=here))

    return make


@pytest.fixture
def shop(toy: Callable[..., Toy]) -> Toy:
    """A shop whose every list is as long as it was asked for."""
    return make_shop(toy)


def size(name: str, given: Mapping[str, Any]) -> int:
    """How many rows the toy returns: as many as it was asked for."""
    asked = [one for one in (given.get("first"), given.get("last")) if one is not None]
    return min(max(asked), SIZES[name][1]) if asked else SIZES[name][0]


def customer(*_: Any, **__: Any) -> dict[str, Any]:
    return {"__typename": "Customer", "id": "1", "name": "Ann", "tags": ["x"], "nick": "A"}


def order(*_: Any) -> dict[str, Any]:
    return {"__typename": "Order", "id": "1", "total": 5, "lines": [{"sku": "s"}] * 10}


def page(name: str, make: Callable[[], Any]) -> Callable[..., Any]:
    def resolve(_source: Any, _info: Any, **given: Any) -> Any:
        rows = [make() for _ in range(size(name, given))]
        return {"edges": [{"cursor": "c", "node": row} for row in rows], "nodes": rows, "pageInfo": {}}

    return resolve


def rows(name: str) -> Callable[..., Any]:
    return lambda _source, _info, **given: [customer() for _ in range(size(name, given))]


async def ticks(_source: Any, _info: Any, count: int = 2) -> Any:
    for _ in range(count):
        yield {}


RESOLVERS: dict[str, Callable[..., Any]] = {
    "Query.customers": page("Query.customers", customer),
    "Customer.orders": page("Customer.orders", order),
    "Query.recent": rows("Query.recent"),
    "Customer.friends": rows("Customer.friends"),
    "Query.named": lambda _source, _info, ids=(), **_: [customer() for _ in ids],
    "Query.customer": customer,
    "Query.node": customer,
    "Query.secret": lambda *_: {"word": "hush"},
    "Query.count": lambda *_, **__: 7,
    "Customer.best": customer,
    "Order.customer": customer,
    "Mutation.rename": lambda *_, **__: {"customer": customer(), "errors": [], "query": {}},
    "Mutation.move": lambda *_, **__: {"customer": customer(), "errors": []},
    "Subscription.ticks": customer,
}


def make_shop(toy: Callable[..., Toy], **changed: Any) -> Toy:
    subscribers = {"Subscription.ticks": ticks}
    return toy(SHOP, RESOLVERS, sizes=SIZES, needs_key=("Mutation.move",), subscribers=subscribers, **changed)


@pytest.fixture
def make_toy_shop(toy: Callable[..., Toy]) -> Callable[..., Toy]:
    """The shop under other limits."""
    return lambda **changed: make_shop(toy, **changed)
