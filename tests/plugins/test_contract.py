"""The conformance suite passes for a sound plugin and names what is wrong with others."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest

from guanxi.context import Context
from guanxi.testing.bench import Bench
from guanxi.testing.contract import PluginContract

FOLDER = Path(__file__).parent / "contract_plugins"


class TestSound(PluginContract):
    plugin = "punchcard"
    plugin_dirs: ClassVar[Sequence[Path]] = [FOLDER]

    async def fill(self, ctx: Context, customer_ids: Sequence[UUID]) -> None:
        punch = import_module("guanxi_file_punchcard").Punch
        for one in customer_ids:
            await punch.create(customer_id=one, key=str(one))

    def command_inputs(self, customer_ids: Sequence[UUID]) -> Mapping[str, object]:
        return {"punchcard.punch": import_module("guanxi_file_punchcard").NewPunch(customer_ids[0])}


class TestCareless(PluginContract):
    """Each promise that it breaks is named; the others hold."""

    plugin = "careless"
    plugin_dirs: ClassVar[Sequence[Path]] = [FOLDER]

    def command_inputs(self, customer_ids: Sequence[UUID]) -> Mapping[str, object]:
        return {"careless.punch": import_module("guanxi_file_careless").NewPunch(customer_ids[0])}

    async def test_a_command_with_one_key_twice_has_one_effect(self, bench: Bench) -> None:
        with pytest.raises(AssertionError, match=r"careless\.punch"):
            await super().test_a_command_with_one_key_twice_has_one_effect(bench)

    async def test_ten_times_the_customers_cost_the_same_number_of_statements(self, bench: Bench) -> None:
        with pytest.raises(AssertionError):
            await super().test_ten_times_the_customers_cost_the_same_number_of_statements(bench)

    async def test_everything_it_adds_is_described_in_both_languages(self, bench: Bench) -> None:
        with pytest.raises(AssertionError, match=r"CarelessCard\.punches"):
            await super().test_everything_it_adds_is_described_in_both_languages(bench)

    async def test_every_column_of_its_tables_declares_its_privacy_class(self, bench: Bench) -> None:
        with pytest.raises(AssertionError, match=r"Punch\.key has no privacy class"):
            await super().test_every_column_of_its_tables_declares_its_privacy_class(bench)

    async def fill(self, ctx: Context, customer_ids: Sequence[UUID]) -> None:
        punch = import_module("guanxi_file_careless").punch
        for one in [*customer_ids, *customer_ids]:
            await punch(ctx, import_module("guanxi_file_careless").NewPunch(one), "k")

    async def test_its_facts_say_the_same_to_python_and_to_a_database(self, bench: Bench) -> None:
        with pytest.raises(ValueError, match=r"careless\.punches gives a customer several values"):
            await super().test_its_facts_say_the_same_to_python_and_to_a_database(bench)


class TestForgetful(PluginContract):
    """A command for which the suite is given no input is no proof."""

    plugin = "punchcard"
    plugin_dirs: ClassVar[Sequence[Path]] = [FOLDER]

    async def test_a_command_with_one_key_twice_has_one_effect(self, bench: Bench) -> None:
        with pytest.raises(AssertionError, match="give an input for each command"):
            await super().test_a_command_with_one_key_twice_has_one_effect(bench)
