"""A one-file plugin that comes while servers run: found, its tables made, enabled and used, without a restart."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from journey_documents import ENABLE, Clerk
from journey_servers import Caller, House, Shop, run_command, serving

from guanxi import app

SOURCE = '''
from guanxi import Context, Customer, Long, Manifest, MerchantModel, Payload, Permission, SchemaPart, Text, hookimpl
from tortoise import fields
import strawberry

ABOUT = Text("Wishes of customers.", "顾客心愿。")
MANIFEST = Manifest(id="{id}", version="1.0", title=ABOUT, summary=ABOUT, models="guanxi_file_{id}")
READ = Permission("{id}.wish.read", "Read wishes", "查看心愿")
WRITE = Permission("{id}.wish.write", "Write wishes", "记录心愿")
schema = SchemaPart()


class Wish(MerchantModel):
    text = fields.CharField(max_length=100, description="What is wished for.")

    class Meta:
        table = "{id}_wish"


@schema.value(description="What came of a wish.")
class MakeWishPayload(Payload):
    count: Long | None = strawberry.field(default=None, description="How many there are now.")


@strawberry.input(description="A wish.")
class MakeWishInput:
    text: str = strawberry.field(description="What is wished for.")


@schema.mutation(permission=WRITE)
async def make_wish(ctx: Context, values: MakeWishInput) -> MakeWishPayload | None:
    """Make a wish."""
    await Wish.create(text=values.text)
    return MakeWishPayload(count=Long(await Wish.all().count()))


@schema.query(permission=READ)
async def wishes(ctx: Context) -> list[str] | None:
    """All wishes."""
    return list(await Wish.all().order_by("id").values_list("text", flat=True))


@schema.batch(Customer, permission=READ)
async def wish_count(customers: list[Customer], ctx: Context) -> list[Long | None]:
    """How many wishes there are."""
    return [Long(await Wish.all().count())] * len(customers)


@hookimpl
def schema_part():
    return schema
'''
RESCAN = "mutation { rescanPlugins { found errors { message } } }"
WISH = 'mutation { makeWish(input: {text: "tea"}) { count errors { message } } }'
WISHES = "{ wishes customers { nodes { wishCount } } }"


def drop(folder: Path, plugin: str) -> None:
    (folder / f"{plugin}.py").write_text(SOURCE.replace("{id}", plugin), encoding="utf-8")


async def test_a_plugin_that_is_dropped_in_is_enabled_and_used_through_every_process(
    house: House, tea: Shop, silk: Shop, caller: Caller
) -> None:
    here, there = house.servers
    clerk = Clerk(caller, here, tea)
    await clerk.add_customer()
    drop(house.plugins, "wishes")

    found = (await clerk.do(RESCAN))["found"]
    await clerk.enable("wishes")
    made = [await caller.data_of(server, tea, WISH) for server in (there, here)]
    seen = [await caller.data_of(server, tea, WISHES) for server in (there, here)]
    foreign = await caller.ask(there, silk, WISHES)

    assert found == ["wishes"]
    assert [one["makeWish"]["count"] for one in made] == [1, 2]
    assert seen == [{"wishes": ["tea", "tea"], "customers": {"nodes": [{"wishCount": 2}]}}] * 2
    assert foreign["errors"][0]["message"] == "Cannot query field 'wishes' on type 'Query'."


async def test_its_tables_are_walled_between_merchants(house: House, tea: Shop, silk: Shop, caller: Caller) -> None:
    drop(house.plugins, "walled")
    for server, shop in zip(house.servers, (tea, silk), strict=True):
        await Clerk(caller, server, shop).do(RESCAN)
        await Clerk(caller, server, shop).enable("walled")

    await caller.data_of(house.servers[0], tea, WISH)

    assert (await caller.data_of(house.servers[1], silk, WISHES))["wishes"] == []


async def test_without_the_owner_on_postgres_the_missing_tables_are_told_with_the_cure(
    houses: Callable[[str], House], tmp_path: Path, caller: Caller
) -> None:
    house = houses("postgres")
    shop, serving_role = house.new_shop(), house.settings.model_copy(update={"owner_url": None})
    folders = {"GUANXI_PLUGIN_DIRS": json.dumps([str(tmp_path)])}
    with serving(serving_role, tmp_path, **folders) as (server,):
        clerk = Clerk(caller, server, shop)
        drop(tmp_path, "orphan")
        await clerk.do(RESCAN)
        refused = await caller.ask(server, shop, ENABLE, id="orphan")
        planned = await app.plan_migrations(house.settings.model_copy(update={"plugin_dirs": [tmp_path]}))
        printed = await asyncio.to_thread(run_command, house.settings, tmp_path, "migrate", **folders)
        await clerk.enable("orphan")
        made = await caller.data_of(server, shop, WISH)

    payload = refused["data"]["enablePlugin"]
    assert (payload["plugin"], [one["code"] for one in payload["errors"]]) == (None, ["CONFLICT"])
    assert payload["errors"][0]["message"] == (
        "The tables of orphan are missing. Run `guanxi migrate` on the server, or set GUANXI_OWNER_URL."
    )
    assert (planned, printed) == (["orphan.orphan_wish"], "+orphan.orphan_wish\n1 migrations applied\n")
    assert made["makeWish"]["count"] == 1
