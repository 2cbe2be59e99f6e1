"""What the mappings that ship make of orders of their systems."""

from typing import Any

import orjson
import pytest

from guanxi.context import Context
from guanxi.customers.models import ContactPoint, Customer, ExternalIdentity
from guanxi.interactions.models import Interaction, InteractionItem
from guanxi.sources import service
from guanxi.sources.models import DeadLetter
from guanxi.sources.service import SourceChanges

FACTS = {
    "taobao": [
        ("order", "order:3901", None, "CNY", "2026-11-01T02:00:00"),
        ("payment", "payment:3901", 29950, "CNY", "2026-11-01T02:05:00"),
        ("shipment", "shipment:3901", None, "CNY", "2026-11-02T01:00:00"),
        ("purchase", "purchase:3901", 29950, "CNY", "2026-11-05T12:00:00"),
        ("refund", "refund:77", 10000, "CNY", "2026-11-05T12:00:00"),
        ("order", "order:3902", None, "CNY", "2026-11-06T15:30:00"),
    ],
    "jd": [
        ("order", "order:28001", None, "CNY", "2026-11-01T00:00:00"),
        ("payment", "payment:28001", 109900, "CNY", "2026-11-01T00:01:00"),
        ("purchase", "purchase:28001", 109900, "CNY", "2026-11-04T04:00:00"),
    ],
    "shopify": [
        ("order", "order:5501", None, "USD", "2026-11-01T15:00:00"),
        ("purchase", "purchase:5501", 4210, "USD", "2026-11-01T15:00:01"),
        ("refund", "refund:66", 2105, "USD", "2026-11-03T14:00:00"),
    ],
    "woocommerce": [
        ("order", "order:727", None, "EUR", "2026-11-01T09:00:00"),
        ("payment", "payment:727", 5900, "EUR", "2026-11-01T09:02:00"),
        ("purchase", "purchase:727", 5900, "EUR", "2026-11-03T10:00:00"),
    ],
}
NAMES = {"taobao": {"林晓", "周宁"}, "jd": {"赵敏"}, "shopify": {"Ada Byrne"}, "woocommerce": {"Lena Koch"}}
CITIES = {"taobao": "杭州市", "jd": "上海市", "shopify": "Austin", "woocommerce": "Berlin"}


@pytest.mark.parametrize("preset", FACTS)
async def test_orders_become_customers_and_facts(ctx: Context, batch: Any, preset: str) -> None:
    await service.create_source(ctx, "shop", SourceChanges(preset=preset))
    source = await service.find_source("shop")
    assert source is not None

    receipt = await service.receive(ctx, source, "m1", orjson.dumps(batch(preset)))

    assert (receipt.refusals, await DeadLetter.all().count()) == ([], 0)
    rows = await Interaction.all().order_by("occurred_at", "external_id")
    found = [
        (one.kind, one.external_id, one.amount_minor, one.currency, one.occurred_at.isoformat()[:19]) for one in rows
    ]
    assert sorted(found) == sorted(FACTS[preset])
    assert set(await Customer.all().values_list("display_name", flat=True)) == NAMES[preset]
    assert CITIES[preset] in await ContactPoint.filter(kind="address").values_list("city", flat=True)
    assert set(await ExternalIdentity.all().values_list("system", flat=True)) == {preset}
    assert await InteractionItem.all().count() >= 1
    assert {one.refund_of_id for one in rows if one.kind == "refund"} <= {one.id for one in rows}
