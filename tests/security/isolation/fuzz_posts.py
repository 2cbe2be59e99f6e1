"""Two posts of one merchant, each with customers of its own: what the one holds must not be seen by the other."""

from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import fuzz_registry
from fuzz_documents import Document
from fuzz_probes import NOBODY, Probe, Value, _text
from fuzz_rows import Rows, Secrets, read_rows, secrets_of
from fuzz_shops import Shop, context_of, grow, new_shops, sign_in
from fuzz_walk import Position, Target
from fuzz_world import WIDE, UndoneError, World, open_world

from guanxi.app import Installation
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.db.fields import IdField
from guanxi.db.merchant import acting_for
from guanxi.db.scoping import ways_of
from guanxi.execution.request import Answer
from guanxi.schema import scope
from guanxi.staff import service as staff

# What belongs to a segment follows from the segment, which is the whole merchant's to change.
MERCHANT_WIDE = {"segment_member", "segment_change"}
_identifier = IdField()


@dataclass
class Posts(World):
    """Shop A is a post of B's merchant here; B, the other one."""

    hidden: dict[str, set[Any]] = field(default_factory=dict)  # ids of rows of the other post, by table

    @property
    def secrets(self) -> Secrets:
        """What stands in no row that A may see, not even as a part of a text."""
        found = secrets_of(self.rows["ZB"], self.rows["ZA"], self.b.year)
        seen = repr(self.rows["ZA"]).lower()
        return Secrets(tuple(one for one in found.texts if one != f"{self.b.year}-" and one not in seen))

    @property
    def scoped(self) -> dict[str, str]:
        """Tags of types whose rows belong to posts, with their tables."""
        tags = self.schema.catalog.tags.items()
        return {tag: one.model._meta.db_table for tag, one in tags if ways_of(one.model)}

    async def look(self) -> None:
        """Read again what each post holds; what belongs to no post is known to both."""
        with self.opened.db.bound(), acting_for(self.b.merchant.id):
            ctx = replace(context_of(self.opened, self.b), principal=self.a.principals["admin"])
            async with self.opened.db.reading():
                rows = await read_rows(self.opened.db, self.b)
                visible = {model._meta.db_table: await _seen(ctx, model) for model in self._models()}
        self.rows = {"ZA": {}, "ZB": {}}
        for table, found in rows.items():
            mine = visible.get(table)
            self.rows["ZA"][table] = [row for row in found if mine is None or _key(row) in mine]
            self.rows["ZB"][table] = [row for row in found if mine is not None and _key(row) not in mine]
        self.hidden = {table: {_key(row) for row in self.rows["ZB"][table]} for table in visible}
        for mark in ("ZA", "ZB"):
            self.ids[mark] = {
                tag: [_key(row).hex for row in self.rows[mark if tag in self.scoped else "ZA"][table]]
                for tag, table in self._tables().items()
                if tag != "mer"
            }

    def _models(self) -> Iterator[Any]:
        for app in self.opened.db.known_apps.values():
            yield from (model for model in app.values() if ways_of(model))

    async def try_out(
        self, shop: Shop, role: str, document: Document, variables: Mapping[str, Any]
    ) -> tuple[Answer, list[str]]:
        """As with two merchants; what may not change are the rows of the other post."""
        if document.target.operation == "query":
            return await self.ask(shop, role, document, variables), []
        found: list[tuple[Answer, list[str]]] = []
        with self.opened.db.bound(), acting_for(shop.merchant.id):
            try:
                async with self.opened.platform.transaction():
                    answer = await self.ask(shop, role, document, variables)
                    after = await read_rows(self.opened.db, self.b)
                    found.append((answer, [table for table in self.hidden if self._is_changed(table, after)]))
                    raise UndoneError
            except UndoneError:
                pass
        return found[0]

    def _is_changed(self, table: str, after: Rows) -> bool:
        kept = [row for row in after[table] if _key(row) in self.hidden[table]]
        return table not in MERCHANT_WIDE and kept != self.rows["ZB"][table]


@asynccontextmanager
async def open_posts(opened: Installation, other: Shop, folder: Path) -> Any:
    """B's merchant with a second post; all that was there before belongs to the first one."""
    vars(opened.platform)["limits"] = WIDE  # before the first request, which keeps them
    mine = new_shops()[0]
    mine.ref, mine.enabled, mine.named = other.ref, other.enabled, dict(other.named)
    mine.moment = 100_000
    with opened.db.bound(), acting_for(other.merchant.id):
        before = set(await Customer.all().values_list("id", flat=True))
        await grow(opened, mine, folder, 2)
        ctx = context_of(opened, other)
        unit = await staff.create_unit(ctx, name="both")
        admin = (await staff.get_role(ctx, "admin")).id
        for shop, title in ((mine, "mine"), (other, "theirs")):
            post = await staff.create_post(ctx, staff.NewPost(unit.id, admin, title))
            issued = await staff.create_token(ctx, name=title, post_id=post.id)
            shop.texts = {"admin": issued.text}
            rows = Customer.exclude(id__in=before) if shop is mine else Customer.filter(id__in=before)
            await rows.update(owner_post_id=post.id)
            shop.named |= {"owner": post.id.hex}
        for shop in (mine, other):
            await sign_in(opened, shop)
    async with open_world(opened, (mine, other), folder, Posts) as world:
        yield world


def list_post_probes(world: Posts) -> list[Probe]:
    """Each place that names a row of a post, and each field by itself."""
    found: list[Probe] = []
    for target in world.targets:
        if target.operation == "subscription" or fuzz_registry.ROOTS[target.root].alone:
            continue
        if target.operation == "query":
            found.append(Probe(target, {}, ()))
        found += [
            Probe(target, {one.place: value}, (one,))
            for one in target.positions
            for value in _values(world, target, one)
        ]
    return found


def _values(world: Posts, target: Target, one: Position) -> list[Value]:
    if one.is_id:
        wanted = fuzz_registry.IDS[one.coordinate]
        tags = [tag for tag in world.scoped if wanted in {tag, fuzz_registry.ANY} and world.ids["ZB"][tag]]
        return [Value(f"{tag}_{world.ids['ZB'][tag][0]}", f"{tag}_{NOBODY}") for tag in tags]
    table, column = fuzz_registry.NAMES.get(one.coordinate, ("", ""))
    # A name that must be unique within the merchant tells whoever writes it that it is taken.
    if target.operation != "query" or table not in world.hidden or one.leaf.name != "String":
        return []
    return [_text(world, table, column, one.coordinate)]


async def _seen(ctx: Context, model: Any) -> set[Any]:
    params: list[Any] = []

    def bind(value: Any) -> str:
        params.append(value)
        return f"?{len(params)}"

    mine = f't."merchant_id" = {bind(ctx.merchant.id)}'
    sql = f'SELECT t."id" AS id FROM "{model._meta.db_table}" t WHERE {mine}{scope.suffix(ctx, bind, model, "t")}'
    return {_identifier.to_python_value(row["id"]) for row in await ctx.platform.fetch(sql, params)}


def _key(row: Mapping[str, Any]) -> Any:
    return _identifier.to_python_value(row["id"])
