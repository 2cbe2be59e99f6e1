"""What happens at one merchant is told to nobody else: not to plugins, not to background work, not to subscribers."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fuzz_answers import written
from fuzz_documents import Document
from fuzz_registry import IDS
from fuzz_shops import ROLES, Shop, context_of, sign_in
from fuzz_walk import Position, Target
from fuzz_world import REQUEST, World, open_world

from guanxi import app
from guanxi.customers import service as customers
from guanxi.db.merchant import acting_for
from guanxi.events import InteractionRecorded
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http.ports import Call
from guanxi.interactions import service as interactions
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.plugins import service as plugins
from guanxi.plugins import worker
from guanxi.plugins.models import Delivery, OutboxEvent
from guanxi.settings import Settings
from guanxi.testing.counts import scaled

Shops = tuple[Shop, Shop]
STEP_SECONDS, QUIET_SECONDS, PATIENT_SECONDS = 0.02, 0.3, 20


@dataclass
class Spied:
    world: World
    calls: list[tuple[UUID, UUID | None, Any]]


# What tells of that which happens here; all others hear by the same way, of jobs, imports, segments and notes.
HAPPENING = ("interactionRecorded", "pluginStateChanged")


@pytest.fixture
async def spied(shops_settings: tuple[Settings, Shops], tmp_path: Path) -> AsyncIterator[Spied]:
    settings, shops = shops_settings
    folder = tmp_path / "plugins"
    folder.mkdir()
    shutil.copyfile(Path(__file__).parent / "spy.py", folder / "spy.py")
    settings = settings.model_copy(update={"plugin_dirs": [folder]})
    async with app.running(settings, work=False) as opened, open_world(opened, shops, tmp_path) as world:
        yield Spied(world, sys.modules["guanxi_file_spy"].calls)


async def test_a_plugin_hears_only_of_merchants_that_enabled_it(spied: Spied) -> None:
    world = spied.world
    await _enable(world, world.a)

    await _happen(world, world.b)
    await _happen(world, world.a)

    assert {one[0] for one in spied.calls} == {world.a.merchant.id}


async def test_each_call_of_a_plugin_is_bound_to_the_merchant_whose_event_it_is(spied: Spied) -> None:
    world = spied.world
    for shop in (world.a, world.b):
        await _enable(world, shop)

    await asyncio.gather(*(_record(world, (world.a, world.b)[place % 2]) for place in range(scaled(200))))

    await world.look()
    owners = {UUID(one): shop.merchant.id for shop in (world.a, world.b) for one in world.ids[shop.mark]["cus"]}
    assert [(context, bound) for context, bound, event in spied.calls] == [
        (owners[event.customer_id], owners[event.customer_id]) for _, _, event in spied.calls
    ]
    assert {one[0] for one in spied.calls} == {world.a.merchant.id, world.b.merchant.id}


async def test_background_work_that_names_another_merchants_event_finds_nothing(spied: Spied) -> None:
    world = spied.world
    await _enable(world, world.a)
    await _happen(world, world.b)
    theirs = await _newest_event(world, world.b)

    with world.opened.db.bound(), acting_for(world.a.merchant.id):
        await Delivery.create(event_id=theirs, plugin="spy", state="pending", due_at=world.a.now())
        await worker.serve_merchant(world.opened.platform, world.a.merchant)

    assert spied.calls == []


async def test_a_subscription_tells_of_nothing_at_another_merchant(world: World) -> None:
    for target in [one for one in world.targets if one.root in HAPPENING]:
        document = world.document(target)
        streams = [await _subscribe(world, role, document, {}) for role in ROLES]
        streams = [one for one in streams if one is not None]

        await _happen(world, world.b)
        early = [one for one in streams if one.done()]
        await _happen(world, world.a)
        answers = await asyncio.wait_for(asyncio.gather(*streams), PATIENT_SECONDS)

        assert early == []
        assert answers, target
        for answer in answers:
            assert {one["extensions"]["code"] for one in answer.errors} <= {"FORBIDDEN"}  # of single fields, by role
            assert world.secrets.seen_in(written(answer)) == []


async def test_a_subscription_by_another_merchants_id_tells_nothing(world: World) -> None:
    streams = []
    for target, position in _asked_by_id(world):
        given = {position.place: world.id_of(world.b, IDS[position.coordinate])}
        document = world.document(target)
        stream = await _subscribe(world, "admin", document, world.values(world.a).of(document, given))
        assert stream is not None
        streams.append((position.label, stream))

    await _happen(world, world.b)
    await _happen(world, world.a)
    await asyncio.sleep(QUIET_SECONDS)

    assert [label for label, stream in streams if stream.done()] == []
    for _, stream in streams:
        stream.cancel()


def _asked_by_id(world: World) -> list[tuple[Target, Position]]:
    """Where a subscription is narrowed to one thing; ``not`` and ``ne`` widen it."""
    return [
        (target, one)
        for target in world.targets
        if target.operation == "subscription"
        for one in target.positions
        if one.is_id and not {"not", "ne"} & set(one.place)
    ]


async def _subscribe(
    world: World, role: str, document: Document, variables: dict[str, Any]
) -> "asyncio.Task[Answer] | None":
    """Waits for the first answer; None where the role may not ask."""
    principal = world.a.principals[role]
    request = GraphQLRequest(document.text, variables=variables)
    stream = await world.gateway.subscribe(request, principal, Call(REQUEST))
    if isinstance(stream, Answer):
        assert [one["extensions"]["code"] for one in stream.errors] == ["FORBIDDEN"]
        return None
    waiting = asyncio.create_task(anext(aiter(stream)))
    await asyncio.sleep(STEP_SECONDS)  # it follows from its first step on
    return waiting


async def _enable(world: World, shop: Shop) -> None:
    with world.opened.db.bound(), acting_for(shop.merchant.id):
        await plugins.enable(context_of(world.opened, shop), world.opened.platform, "spy")
    shop.enabled |= {"spy"}
    await sign_in(world.opened, shop)


async def _happen(world: World, shop: Shop) -> None:
    """A new customer, a fact, and a plugin that goes off and on again."""
    await _record(world, shop)
    ctx = context_of(world.opened, shop)
    with world.opened.db.bound(), acting_for(shop.merchant.id):
        await plugins.disable(ctx, world.opened.platform, "membership")
        await plugins.enable(ctx, world.opened.platform, "membership")


async def _record(world: World, shop: Shop) -> None:
    ctx = context_of(world.opened, shop)
    with world.opened.db.bound(), acting_for(shop.merchant.id):
        name: Any = {"display_name": shop.text("customer", "event", shop.moment)}
        made = await customers.create_customer(ctx, customers.NewCustomer(name))
        fact = NewInteraction(made.id, "purchase", shop.now(), "store", amount_minor=shop.number(1))
        await interactions.record_interaction(ctx, fact)


async def _newest_event(world: World, shop: Shop) -> UUID:
    with world.opened.db.bound(), acting_for(shop.merchant.id):
        return (await OutboxEvent.filter(name=InteractionRecorded.name).order_by("-id"))[0].id
