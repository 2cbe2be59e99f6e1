"""Operations to begin with: the core's run in any shop, a plugin's are offered where it is enabled."""

from typing import Any

import pytest

from guanxi import app

ASK = "{ savedOperations { plugin title document variables } }"
PLUGIN = """
from guanxi import SavedOperation

@hookimpl
def saved_operations():
    title = Text("Who asks", "当前身份")
    return [SavedOperation(title=title, document="{ viewer { permissions } }", variables={"n": 1})]
"""


@pytest.fixture(autouse=True)
def _core_operations(house: Any) -> None:
    house.platform.core_operations = app.core_operations()


async def test_each_of_the_core_runs(shop: Any) -> None:
    offered = (await shop.ask(ASK)).data["savedOperations"]

    assert len(offered) >= 2
    for one in offered:
        answer = await shop.ask(one["document"], **(one["variables"] or {}))
        assert (one["plugin"], answer.errors) == ("core", [])


async def test_those_of_a_plugin_are_offered_where_it_is_enabled(house: Any, shop: Any, other: Any) -> None:
    await house.add("hello", PLUGIN)
    await shop.enable("hello")

    here, there = [(await one.ask(ASK)).data["savedOperations"] for one in (shop, other)]

    added = {"plugin": "hello", "title": "Who asks", "document": "{ viewer { permissions } }", "variables": {"n": 1}}
    assert [one for one in here if one not in there] == [added]
