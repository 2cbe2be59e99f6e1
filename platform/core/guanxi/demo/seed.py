"""Writes the story through the services, as any client would."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar
from uuid import UUID

from guanxi.app import Installation
from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.db.merchant import acting_for
from guanxi.demo import story
from guanxi.demo.story import Deed, Person
from guanxi.interactions import service as interactions
from guanxi.interactions.rules.facts import NewInteraction, NewItem
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.plugins import service as plugins
from guanxi.staff import service as staff

T = TypeVar("T")
SHOP, PLAIN = "tea", "plain"
SYSTEM = "demo"
BATCH = 500


async def seed(opened: Installation, ctx: Context) -> None:
    """Open both merchants and tell the story, unless they are there. ``ctx`` is of the platform."""
    if await merchants.find_merchant(ctx, SHOP) is None:
        row = await staff.found_merchant(ctx, NewMerchant(slug=SHOP, name="一叶茶器"))
        inside = dataclasses.replace(ctx, principal=staff.platform_principal(merchants.ref_of(row)))
        with acting_for(row.id):
            await enable_all(opened, inside, await tell(inside, ctx.now().date()))
    if await merchants.find_merchant(ctx, PLAIN) is None:
        await staff.found_merchant(ctx, NewMerchant(slug=PLAIN, name="素馆"))


async def tell(ctx: Context, today: date) -> list[UUID]:
    """Customers and what they did, in batches; the customers."""
    persons = story.people(today)
    ids: list[UUID] = []
    for batch in _batches(persons):
        ids += [
            one.customer.id for one in await customers.upsert_customers(ctx, [_item(p) for p in batch]) if one.customer
        ]
    bought: dict[str, UUID] = {}
    sales = [one for one in story.deeds(persons, today) if one.kind != "refund"]
    backs = [one for one in story.deeds(persons, today) if one.kind == "refund"]
    for told in _batches([*sales, *backs]):
        new = [_interaction(one, ids, bought) for one in told]
        recorded = await interactions.record_interactions(ctx, new, mode="HISTORICAL")
        bought |= {one.external_id: row.id for one, row in zip(told, recorded, strict=True)}
    return ids


async def enable_all(opened: Installation, ctx: Context, customer_ids: Sequence[UUID]) -> None:
    """Enable every plugin for the shop; each adds its own part of the story."""
    enabled: set[str] = set()
    for name, loaded in opened.host.loaded.items():
        await plugins.enable(ctx, opened.platform, name)
        enabled.add(name)
        inside = dataclasses.replace(
            ctx, principal=dataclasses.replace(ctx.principal, plugins=frozenset(enabled)), loaders={}
        )
        await opened.platform.call_hook(inside, loaded, "seed_demo", 60, customer_ids=customer_ids)


def _item(person: Person) -> customers.UpsertItem:
    return customers.UpsertItem(
        Identity(SYSTEM, str(person.number)),
        {
            "display_name": person.family_name + person.given_name,
            "family_name": person.family_name,
            "given_name": person.given_name,
            "source": SYSTEM,
        },
        contacts=[
            NewContact("phone", person.phone, is_preferred=True),
            NewContact("address", city=person.city, street="茶香路 8 号"),
        ],
        tags=["老客"] if person.eagerness > 1 else [],
    )


def _interaction(deed: Deed, ids: Sequence[UUID], bought: dict[str, UUID]) -> NewInteraction:
    items = [NewItem(deed.sku, 1, deed.amount_minor, deed.category)] if deed.sku else []
    return NewInteraction(
        ids[deed.number],
        deed.kind,
        deed.occurred_at,
        deed.channel,
        external_id=deed.external_id,
        source=SYSTEM,
        amount_minor=deed.amount_minor,
        subject=deed.subject,
        refund_of=bought.get(deed.refund_of) if deed.refund_of else None,
        items=items,
    )


def _batches(all_of_them: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(all_of_them)
    while batch := list(islice(rest, BATCH)):
        yield batch
