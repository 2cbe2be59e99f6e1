"""The conformance suite: inherit ``PluginContract``, name the plugin, and its promises are tested on both databases."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
import pytest_asyncio

from guanxi import app
from guanxi.audiences import service as audiences
from guanxi.context import Context
from guanxi.db import privacy, statements
from guanxi.db.merchant import acting_for
from guanxi.permissions import Permission
from guanxi.settings import Settings
from guanxi.testing import breaking, schemas
from guanxi.testing.bench import Bench


class PluginContract:
    """What every plugin promises.

    Attributes:
        plugin: its id.
        plugin_dirs: the folder of a one-file plugin; none for an installed one.
    """

    plugin: ClassVar[str]
    plugin_dirs: ClassVar[Sequence[Path]] = ()
    pytestmark = pytest.mark.asyncio

    async def fill(self, ctx: Context, customer_ids: Sequence[UUID]) -> None:
        """Write some rows of the plugin, as its services do. Override it where the plugin has tables."""

    def command_inputs(self, customer_ids: Sequence[UUID]) -> Mapping[str, object]:
        """One input for each command that the plugin offers, by name. Override it where it offers any."""
        return {}

    @pytest_asyncio.fixture
    async def bench(self, database_settings: Settings, tmp_path: Path) -> AsyncIterator[Bench]:
        """A shop that has enabled what the plugin requires, and not yet the plugin."""
        more = {"plugin_dirs": list(self.plugin_dirs), "backup_dir": tmp_path / "backups"}
        async with app.running(database_settings.model_copy(update=more), work=False) as opened:
            assert self.plugin in opened.host.loaded, opened.host.faults.get(self.plugin)
            made = await Bench.open(opened, self.plugin)
            with acting_for(made.merchant.id):
                yield made

    async def test_its_data_is_kept_while_it_is_off_and_gone_after_a_purge(self, bench: Bench) -> None:
        """Enable, disable, enable, disable, purge, enable."""
        await bench.enable()
        await self.fill(await bench.ctx(), await bench.customers(2))
        filled = await bench.rows()

        await bench.disable()
        assert await bench.rows() == filled
        await bench.enable()
        assert await bench.rows() == filled
        await bench.disable()
        await bench.purge()
        assert [row for rows in (await bench.rows()).values() for row in rows] == []
        await bench.enable()
        assert self.plugin in (await bench.ctx()).schema.plugins

    async def test_every_field_that_it_adds_declares_its_permission(self, bench: Bench) -> None:
        """On types of others and at the roots; and each permission starts with the plugin's id."""
        fields = breaking.fields_added_by(await bench.schema_with(), self.plugin)

        without = [place for place, facet in fields.items() if not facet.permissions]
        unknown = [
            f"{place}: {one}" for place, facet in fields.items() for one in facet.permissions
            if one not in Permission.known
        ]  # fmt: skip
        assert (without, unknown) == ([], [])

    async def test_every_column_of_its_tables_declares_its_privacy_class(self, bench: Bench) -> None:
        """So that an export is whole, and an erasure leaves nothing behind."""
        models = bench.installation.platform.models_of(bench.loaded)

        assert [fault for model in models for fault in privacy.faults_of(model)] == []

    async def test_it_only_adds_to_the_schema_whatever_else_is_enabled(self, bench: Bench) -> None:
        """No line of the schema without it is gone or different with it."""
        for others in bench.subsets():
            before = bench.compose([*others, *bench.required]).sdl().splitlines()
            after = bench.compose([*others, self.plugin]).sdl().splitlines()
            assert Counter(before) - Counter(after) == Counter(), f"beside {others}"

    async def test_its_schema_can_be_built_twice_and_is_the_same(self, bench: Bench) -> None:
        """Nothing that it declares is used up by building a schema."""
        assert bench.compose([self.plugin]).sdl() == bench.compose([self.plugin]).sdl()

    async def test_everything_it_adds_is_described_in_both_languages(self, bench: Bench) -> None:
        """Types, fields, arguments and values say what they are; titles are there in English and Chinese."""
        known = set(schemas.undescribed(bench.compose(bench.required).graphql))
        assert [one for one in schemas.undescribed((await bench.schema_with()).graphql) if one not in known] == []

        assert [text for text in bench.texts() if not (text.en.strip() and text.zh.strip())] == []

    async def test_a_resolver_that_fails_nulls_its_own_field_only(self, bench: Bench) -> None:
        """Each batch field on Customer is broken in turn."""
        await bench.enable()
        await bench.customers(1)
        for name in breaking.batch_fields_on_customer(await bench.schema_with(), bench.loaded):
            schema = breaking.compose_broken(bench, name)
            asked = breaking.selection(schema, name)
            answer = await bench.ask(f"{{ customers(first: 1) {{ nodes {{ id broken: {asked} }} }} }}", schema)

            [node] = answer.data["customers"]["nodes"] if answer.data else [{}]
            assert (node["broken"], node["id"][:4]) == (None, "cus_"), name
            assert [error["path"] for error in answer.errors] == [["customers", "nodes", 0, "broken"]]

    async def test_ten_times_the_customers_cost_the_same_number_of_statements(self, bench: Bench) -> None:
        """Its batch fields and its facts."""
        await bench.enable()
        schema = await bench.schema_with()
        names = breaking.batch_fields_on_customer(schema, bench.loaded)
        fields = " ".join(breaking.selection(schema, name) for name in names)
        counted: list[tuple[int, list[int]]] = []
        for more in (2, 18):
            await bench.customers(more)
            with statements.counting() as asked:
                answer = await bench.ask(f"{{ customers(first: 50) {{ nodes {{ id {fields} }} }} }}", schema)
            assert answer.errors == []
            counted.append((asked.count, await self._cost_of_facts(bench)))

        assert counted[0] == counted[1]

    async def _cost_of_facts(self, bench: Bench) -> list[int]:
        ids, ctx, costs = await bench.customer_ids(), await bench.ctx(), []
        for name in bench.loaded.facts:
            with statements.counting() as asked:
                values = await ctx.facts(name, ids)
            assert len(values) == len(ids), name
            costs.append(asked.count)
        return costs

    async def test_its_facts_say_the_same_to_python_and_to_a_database(self, bench: Bench) -> None:
        """The getter and the SQL form of each fact that has one, with and without rows of the plugin."""
        await bench.enable()
        await bench.customers(3)
        await self.fill(await bench.ctx(), (await bench.customer_ids())[1:])
        ids, ctx = await bench.customer_ids(), await bench.ctx()
        for fact in bench.loaded.facts.values():
            told = await ctx.facts(fact.name, ids)
            if fact.sql is not None:
                by_sql = await audiences.values_by_sql(ctx, fact, ids)
                assert by_sql == [sorted(one) if fact.is_many else one for one in told], fact.name
            assert {type(one) for each in told for one in audiences.values_in(fact, each)} <= {fact.type}, fact.name

    async def test_a_command_with_one_key_twice_has_one_effect(self, bench: Bench) -> None:
        """Every command that it offers, with the input that ``command_inputs`` gives for it."""
        await bench.enable()
        ids = await bench.customers(2)
        await self.fill(await bench.ctx(), ids)
        inputs = self.command_inputs(ids)
        assert set(inputs) == set(bench.loaded.commands), "give an input for each command in command_inputs"

        for name, value in inputs.items():
            await bench.command(name, value)
            once = await bench.rows()
            await bench.command(name, value)
            assert await bench.rows() == once, name
