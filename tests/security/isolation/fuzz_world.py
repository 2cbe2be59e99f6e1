"""An installation with both shops in it, and how a probe asks it."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import fuzz_registry
from fuzz_documents import DEPTH, Document, Values
from fuzz_rows import Rows, Secrets, fingerprint, read_rows, secrets_of
from fuzz_shops import Shop, grow
from fuzz_walk import Target, list_targets

from guanxi.app import Installation
from guanxi.db.fields import IdField, uuid7
from guanxi.db.merchant import acting_for
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.gateway import InstallationGateway
from guanxi.http.ports import Call
from guanxi.schema.composed import ComposedSchema
from guanxi.settings import Limits

# A probe reads everything behind its target: what a client may ask at once is another test's business.
WIDE = Limits.model_validate({"tokens": 20_000, "cost": 10**7, "cost_per_minute": 10**12, "root_aliases": 100})
REQUEST = "probe"
W = TypeVar("W", bound="World")
_identifier = IdField()


class UndoneError(Exception):
    """Ends a transaction whose effects nobody wants."""


@dataclass
class World:
    """Two shops, A who asks and B who must not be seen."""

    opened: Installation
    folder: Path
    a: Shop
    b: Shop
    schema: ComposedSchema
    targets: list[Target]
    ids: dict[str, dict[str, list[str]]] = field(default_factory=dict)  # mark -> tag -> hex ids
    rows: dict[str, Rows] = field(default_factory=dict)
    documents: dict[tuple[Target, int], Document] = field(default_factory=dict)

    @property
    def gateway(self) -> InstallationGateway:
        return InstallationGateway(self.opened.platform)

    @property
    def secrets(self) -> Secrets:
        return secrets_of(self.rows["ZB"], self.rows["ZA"], self.b.year)

    @property
    def known(self) -> frozenset[str]:
        """Ids and public ids that stand in the database."""
        ids = {one for tags in self.ids.values() for found in tags.values() for one in found}
        public = {row["public_id"] for rows in self.rows.values() for row in rows["api_token"]}
        return frozenset(ids | public)

    def document(self, target: Target, depth: int = DEPTH) -> Document:
        if (target, depth) not in self.documents:
            self.documents[target, depth] = Document(self.schema.graphql, target, depth)
        return self.documents[target, depth]

    def id_of(self, shop: Shop, tag: str, name: str | None = None) -> str:
        """A global id of the shop's; ``ANY`` is a customer."""
        tag = "cus" if tag == fuzz_registry.ANY else tag
        return f"{tag}_{shop.named[name] if name else self.ids[shop.mark][tag][0]}"

    def values(self, shop: Shop) -> Values:
        def sample(coordinate: str, leaf: Any) -> Any:
            return fuzz_registry.sample_of(coordinate, leaf, lambda tag, name: self.id_of(shop, tag, name))

        return Values(sample, fuzz_registry.BESIDE)

    async def look(self) -> None:
        """Read again what both shops own."""
        with self.opened.db.bound():
            for shop in (self.a, self.b):
                with acting_for(shop.merchant.id):
                    async with self.opened.db.reading():
                        self.rows[shop.mark] = await read_rows(self.opened.db, shop)
                self.ids[shop.mark] = {
                    tag: [_identifier.to_python_value(row["id"]).hex for row in self.rows[shop.mark][table]]
                    for tag, table in self._tables().items()
                }

    def _tables(self) -> dict[str, str]:
        return {tag: one.model._meta.db_table for tag, one in self.schema.catalog.tags.items()} | {"mer": "merchant"}

    async def double(self) -> None:
        """B gets once more what it has."""
        with self.opened.db.bound(), acting_for(self.b.merchant.id):
            await grow(self.opened, self.b, self.folder, 2)

    async def ask(self, shop: Shop, role: str, document: Document, variables: Mapping[str, Any]) -> Answer:
        """One operation as a role of a shop; a mutation for good."""
        key = uuid7().hex if self._needs_key(document) else None
        request = GraphQLRequest(document.text, variables=dict(variables))
        return await self.gateway.run(request, shop.principals[role], Call(REQUEST, idempotency_key=key))

    def _needs_key(self, document: Document) -> bool:
        facet = document.target.steps[0].field.extensions["guanxi"]
        return bool(facet.needs_key)

    async def try_out(
        self, shop: Shop, role: str, document: Document, variables: Mapping[str, Any]
    ) -> tuple[Answer, list[str]]:
        """The same, taken back afterwards; and the tables of B that it changed."""
        if document.target.operation == "query":
            return await self.ask(shop, role, document, variables), []
        found: list[tuple[Answer, list[str]]] = []
        with self.opened.db.bound(), acting_for(shop.merchant.id):
            try:
                async with self.opened.platform.transaction():
                    before = await fingerprint(self.opened.db, self.b)
                    answer = await self.ask(shop, role, document, variables)
                    after = await fingerprint(self.opened.db, self.b)
                    found.append((answer, [table for table, one in after.items() if one != before[table]]))
                    raise UndoneError
            except UndoneError:
                pass
        return found[0]


@asynccontextmanager
async def open_world(
    opened: Installation, shops: tuple[Shop, Shop], folder: Path, kind: type[W] = World
) -> AsyncIterator[W]:
    """Both shops as they stand in the database, with all that the schema of A takes."""
    vars(opened.platform)["limits"] = WIDE
    a, b = shops
    schema = await opened.platform.schema_for(a.principals["admin"].plugins)
    world = kind(opened, folder, a, b, schema, list_targets(schema.graphql))
    await world.look()
    yield world


class Listening(logging.Handler):
    """Keeps what is logged while A asks."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def listening() -> Iterator[Listening]:
    """Every log record that reaches the process's handlers."""
    root, heard = logging.getLogger(), Listening()
    root.addHandler(heard)
    try:
        yield heard
    finally:
        root.removeHandler(heard)
