"""Every hook: its documented example, loaded as a plugin and called as the hook's contract says."""

import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from guanxi import jobs
from guanxi.db.fields import uuid7
from guanxi.events import (
    CustomerCreated,
    CustomerErased,
    CustomerExported,
    CustomerMerged,
    CustomerUnmerged,
    CustomerUpdated,
    InteractionRecorded,
    InteractionsImported,
    InteractionVoided,
)
from guanxi.hookspecs import HOOK_EVENTS, OTHER_EVENTS, ReceivedFile
from guanxi.jobs.service import Runner
from guanxi.plugins import service
from guanxi.plugins.jobs import HostJobs
from guanxi.plugins.loading import HOOKS, SYNC_HOOKS
from guanxi.testing import hooks

PAGE = Path(__file__).parents[2] / "docs" / "hooks.md"
Example = Callable[[str], Awaitable[Any]]


@pytest.fixture
def example(house: Any, shop: Any) -> Example:
    """Load the example of a hook and enable it; its module."""

    async def load(hook: str) -> Any:
        text = f"{hooks.PREAMBLE}\n{hooks.contract_of(hook).example}\n"
        (house.folder / "example.py").write_text(text, encoding="utf-8")
        await house.platform.rescan()
        assert house.host.faults == {}
        await shop.enable("example")
        return house.host.loaded["example"].module

    return load


async def test_hook_schema_part(shop: Any, example: Example) -> None:
    await example("schema_part")

    assert "greeting: String" in (await shop.ctx()).schema.sdl()


async def test_hook_facts(shop: Any, example: Example) -> None:
    await example("facts")

    with shop.acting():
        assert await (await shop.ctx()).facts("example.length", [uuid7(), uuid7()]) == [36, 36]


async def test_hook_commands(shop: Any, example: Example) -> None:
    module = await example("commands")

    with shop.acting():
        assert await (await shop.ctx()).command("example.greet", module.Greeting("hi"), key="k") == "hi (k)"


async def test_hook_jobs(house: Any, shop: Any, example: Example) -> None:
    module = await example("jobs")

    with shop.acting():
        await jobs.enqueue(await shop.ctx(), "example.remind", {"customer": "c1"})
        await Runner(HostJobs(house.platform), clock=house.clock).run_due()

    assert module.seen == ["remind c1"]


async def test_hook_saved_operations(house: Any, shop: Any, example: Example) -> None:
    await example("saved_operations")
    [operation] = house.host.loaded["example"].operations

    answer = await shop.ask(operation.document)

    assert answer.errors == []


async def test_hook_plugin_enabled(shop: Any, example: Example) -> None:
    assert (await example("plugin_enabled")).seen == ["enabled for tea-a"]


async def test_hook_plugin_disabled(shop: Any, example: Example) -> None:
    module = await example("plugin_disabled")

    await shop.disable("example")

    assert module.seen == ["disabled for tea-a"]


async def test_hook_plugin_purged(shop: Any, example: Example) -> None:
    module = await example("plugin_purged")

    await shop.disable("example")
    await shop.purge("example")

    assert module.seen == ["purged for tea-a"]


async def test_hook_settings_changed(house: Any, shop: Any, example: Example) -> None:
    module = await example("settings_changed")

    with shop.acting():
        await service.update_settings(await shop.ctx(), house.platform, "example", {"is_loud": True})

    assert module.seen == ['settings {"is_loud":true}']


async def test_hook_customer_created(house: Any, shop: Any, example: Example) -> None:
    module = await example("customer_created")
    event = CustomerCreated(customer_id=uuid7(), occurred_at=house.clock())

    await shop.publish(event)

    assert module.seen == [f"new customer {event.customer_id}"]


async def test_hook_customer_updated(house: Any, shop: Any, example: Example) -> None:
    module = await example("customer_updated")

    await shop.publish(CustomerUpdated(customer_id=uuid7(), changed=("tags", "gender"), occurred_at=house.clock()))

    assert module.seen == ["changed tags, gender"]


async def test_hook_customer_exported(house: Any, shop: Any, example: Example) -> None:
    module = await example("customer_exported")
    event = CustomerExported(customer_id=uuid7(), digest="0" * 64, occurred_at=house.clock())

    await shop.publish(event)

    assert module.seen == [f"handed out {event.customer_id}"]


async def test_hook_customer_erased(house: Any, shop: Any, example: Example) -> None:
    module = await example("customer_erased")
    event = CustomerErased(customer_id=uuid7(), occurred_at=house.clock())

    await shop.publish(event)

    assert module.seen == [f"erased {event.customer_id}"]


async def test_hook_customer_merged(house: Any, shop: Any, example: Example) -> None:
    module = await example("customer_merged")
    ids = {"merge_id": uuid7(), "survivor_id": uuid7(), "absorbed_id": uuid7()}

    await shop.publish(CustomerMerged(occurred_at=house.clock(), **ids))

    assert module.seen == [f"{ids['absorbed_id']} is {ids['survivor_id']} now"]


async def test_hook_customer_unmerged(house: Any, shop: Any, example: Example) -> None:
    module = await example("customer_unmerged")
    ids = {"merge_id": uuid7(), "survivor_id": uuid7(), "absorbed_id": uuid7()}

    await shop.publish(CustomerUnmerged(occurred_at=house.clock(), **ids))

    assert module.seen == [f"{ids['absorbed_id']} is itself again"]


async def test_hook_interaction_recorded(house: Any, shop: Any, example: Example) -> None:
    module = await example("interaction_recorded")
    buyer, caller = uuid7(), uuid7()

    for customer, kind in ((buyer, "purchase"), (caller, "call")):
        fact = InteractionRecorded(interaction_id=uuid7(), customer_id=customer, kind=kind, occurred_at=house.clock())
        await shop.publish(fact)

    assert module.seen == [f"thank {buyer}"]


async def test_hook_interactions_imported(house: Any, shop: Any, example: Example) -> None:
    module = await example("interactions_imported")

    await shop.publish(InteractionsImported(count=7, first_id=uuid7(), last_id=uuid7(), occurred_at=house.clock()))

    assert module.seen == ["7 facts"]


async def test_hook_interaction_voided(house: Any, shop: Any, example: Example) -> None:
    module = await example("interaction_voided")
    event = InteractionVoided(interaction_id=uuid7(), customer_id=uuid7(), voided_by=uuid7(), occurred_at=house.clock())

    await shop.publish(event)

    assert module.seen == [f"undo {event.interaction_id}"]


async def test_hook_attachment_scan(house: Any, shop: Any, example: Example, tmp_path: Path) -> None:
    module = await example("attachment_scan")
    path = tmp_path / "sent"

    answers = []
    for content in (b"hello", b"X EICAR"):
        path.write_bytes(content)
        file = ReceivedFile(path=path, name="a.txt", media_type="text/plain", size=len(content), sha256="")
        with shop.acting():
            answers += await house.platform.ask_plugins(await shop.ctx(), "attachment_scan", file=file)

    assert answers == [None, module.Text("It holds a virus.", "文件含有病毒。")]
    assert module.seen == ["a.txt: text/plain"] * 2


async def test_hook_seed_demo(house: Any, shop: Any, example: Example) -> None:
    module = await example("seed_demo")

    with shop.acting():
        loaded, ctx = house.host.loaded["example"], await shop.ctx()
        await house.platform.call_hook(ctx, loaded, "seed_demo", 10, customer_ids=[uuid7()])

    assert module.seen == ["1 customers"]


async def test_hook_event_published(house: Any, shop: Any, example: Example) -> None:
    module = await example("event_published")

    await shop.publish(CustomerCreated(customer_id=uuid7(), occurred_at=house.clock()))

    assert module.seen == ["plugin_state_changed at 2026-11-11 12:00:00+00:00"], "its own enabling, and nothing else"


def test_every_hook_has_a_test_and_no_test_is_of_a_hook_that_is_gone() -> None:
    tested = [name.removeprefix("test_hook_") for name in globals() if name.startswith("test_hook_")]

    assert tested == list(HOOKS)


def test_the_page_of_hooks_says_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == hooks.hooks_page(), "run: python -m guanxi.testing.hooks"


@pytest.mark.parametrize("hook", HOOKS)
def test_a_contract_says_purpose_when_and_failure_and_gives_an_example(hook: str) -> None:
    contract = hooks.contract_of(hook)

    assert contract.purpose
    assert {"When", "Failure", "Example"} <= set(contract.sections)
    assert ("Result" in contract.sections) == (hook in SYNC_HOOKS)
    assert f"\n## {hook}\n\n```text\n{hook}(" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("cls", hooks.CLASSES)
def test_every_attribute_that_a_plugin_fills_in_is_explained(cls: type) -> None:
    rows = [line for line in hooks._class(cls).splitlines() if line.startswith("| `")]

    assert len(rows) == len(inspect.signature(cls).parameters)
    assert [row for row in rows if row.endswith("|  |")] == []


def test_every_event_of_the_core_has_its_hook() -> None:
    assert {*HOOK_EVENTS, OTHER_EVENTS} <= set(HOOKS)
