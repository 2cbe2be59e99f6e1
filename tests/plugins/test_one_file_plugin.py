"""The plugin in docs/plugins.md: one short file, brought to a running server."""

from pathlib import Path
from typing import Any

import pytest

from guanxi.db.fields import uuid7
from guanxi.testing import docs

PAGE = Path(__file__).parents[2] / "docs" / "plugins.md"
ENABLE = 'mutation { rescanPlugins { found } enablePlugin(input: {plugin: "wishlist"}) { errors { message } } }'
CREATE = 'mutation { createCustomer(input: {displayName: "Lin"}) { customer { id } errors { message } } }'
WISH = "mutation ($i: AddWishInput!) { addWish(input: $i) { errors { code message } } }"


@pytest.fixture
def text() -> str:
    [block] = [one for one in docs.blocks(PAGE) if one.file == "plugins/wishlist.py"]
    return block.text


def test_it_has_at_most_forty_lines(text: str) -> None:
    assert len(text.splitlines()) <= 40


async def test_its_field_and_mutation_work_without_a_restart(house: Any, shop: Any, other: Any, text: str) -> None:
    (house.folder / "wishlist.py").write_text(text, encoding="utf-8")
    enabled = await shop.ask(ENABLE)
    made = await shop.ask(CREATE)
    assert made.errors == []
    customer = made.data["createCustomer"]["customer"]["id"]

    for product in ("Teapot", "Cup"):
        answer = await shop.ask(WISH, i={"customer": customer, "product": product})
        assert answer.data == {"addWish": {"errors": []}}
    read = await shop.ask("{ customers { nodes { displayName wishes } } }")
    elsewhere = await other.ask("{ customers { nodes { wishes } } }")

    assert enabled.data == {"rescanPlugins": {"found": ["wishlist"]}, "enablePlugin": {"errors": []}}
    assert read.data == {"customers": {"nodes": [{"displayName": "Lin", "wishes": 2}]}}
    assert "Cannot query field 'wishes'" in str(elsewhere.errors)


async def test_its_fact_answers(house: Any, shop: Any, text: str) -> None:
    (house.folder / "wishlist.py").write_text(text, encoding="utf-8")
    await shop.ask(ENABLE)

    with shop.acting():
        assert await (await shop.ctx()).facts("wishlist.wishes", [uuid7()]) == [0]


async def test_its_table_is_made_when_the_first_shop_enables_it(house: Any, shop: Any, other: Any, text: str) -> None:
    (house.folder / "wishlist.py").write_text(text, encoding="utf-8")
    await house.platform.rescan()
    before = await house.db.table_names()

    await shop.enable("wishlist")
    after = await house.db.table_names()
    await other.enable("wishlist")

    assert set(after) - set(before) == {"wishlist_wish"}
    assert set(await house.db.table_names()) == set(after)
