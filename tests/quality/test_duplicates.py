"""Customers who may be one person are found by what they share; invalid values are counted."""

from datetime import date
from typing import Any

import pytest

from guanxi.customers import service as customers
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.service import NewCustomer
from guanxi.errors import ForbiddenError, NotFoundError
from guanxi.quality import permissions, service
from guanxi.quality.models import DuplicatePair
from guanxi.quality.rules.likeness import Portrait, Reason, compare
from guanxi.quality.service import duplicates

LIST = """{ duplicates { nodes { id score reasons first { displayName } second { displayName } } totalCount } }"""
DISMISS = "mutation ($i: DismissDuplicateInput!) { dismissDuplicate(input: $i) { errors { code } } }"
REPORT = """{ dataQuality { customers withoutContact duplicates invalid { kind reason count } }
    contactPoints(where: {isValid: {eq: false}}) { nodes { kind invalidReason } totalCount } }"""


@pytest.mark.parametrize(
    ("one", "other", "score", "reasons"),
    [
        (Portrait("张伟", {"1"}), Portrait("張偉", {"1"}), 100, [Reason.PHONE, Reason.SAME_NAME]),
        (Portrait("张伟", {"1"}), Portrait("李娜", {"1"}), 60, [Reason.PHONE]),
        (Portrait("章炜"), Portrait("张伟"), 35, [Reason.SAME_READING]),
        (Portrait("John Smith"), Portrait("smith, JOHN"), 40, [Reason.SAME_NAME]),
        (Portrait("Jon Smith"), Portrait("John Smith"), 20, [Reason.SIMILAR_NAME]),
        (Portrait("a", birthday=date(1990, 1, 1)), Portrait("a", birthday=date(1991, 1, 1)), 10, [Reason.SAME_NAME]),
        (Portrait("甲", gender="male"), Portrait("乙", gender="female"), 0, []),
    ],
)
def test_a_pair_is_scored_with_reasons(one: Portrait, other: Portrait, score: int, reasons: list[Reason]) -> None:
    assert compare(one, other) == compare(other, one) == (score, reasons)


async def test_pairs_are_found_by_phone_mail_and_name_in_a_city(shop: Any, ctx: Any) -> None:
    one = await shop.customer("张伟", "13800000001", "wei@example.com")
    two = await shop.customer("张玮", "+86 138-0000-0001")
    three = await shop.customer("李娜", "WEI@example.com")
    at = [NewContact("address", province="浙江", city=city, street="文三路 1 号") for city in ("杭州市", "杭州")]
    four, five = [
        (await customers.create_customer(ctx, NewCustomer({"display_name": name}, [point]))).id
        for name, point in zip(("王芳", "王方"), at, strict=True)
    ]
    await shop.customer("王芳", "13900000009")

    assert await service.find_duplicates(ctx) == 3
    pairs = {(row.customer_id, row.other_id): row.score for row in await DuplicatePair.all()}
    assert pairs == {(one, two): 95, (one, three): 60, (four, five): 50}


async def test_the_surest_come_first_and_what_is_dismissed_stays_away(shop: Any, ctx: Any) -> None:
    await shop.customer("张伟", "13800000001")
    await shop.customer("張偉", "13800000001")
    await shop.customer("李娜", "13800000001")
    await service.find_duplicates(ctx)
    first = (await shop.told(LIST))["duplicates"]["nodes"]

    assert [(pair["score"], pair["reasons"]) for pair in first] == [
        (100, ["PHONE", "SAME_NAME"]), (60, ["PHONE"]), (60, ["PHONE"])
    ]  # fmt: skip
    assert (await shop.told(DISMISS, i={"id": first[0]["id"]}))["dismissDuplicate"]["errors"] == []
    await service.find_duplicates(ctx)
    assert {pair["id"] for pair in (await shop.told(LIST))["duplicates"]["nodes"]} == {one["id"] for one in first[1:]}


async def test_pairs_vanish_with_what_they_shared_and_with_a_merge(shop: Any, ctx: Any) -> None:
    one, two, three = [await shop.customer("张伟", "13800000001") for _ in range(3)]
    assert await service.find_duplicates(ctx) == 3
    await service.merge_customers(ctx, one, two)
    assert {(row.customer_id, row.other_id) for row in await DuplicatePair.all()} == {(one, three)}
    (point,) = (await customers.contact_points_of(ctx, [three]))[0]
    await customers.remove_contact_point(ctx, point.id)

    assert await service.find_duplicates(ctx) == 0


async def test_what_very_many_share_says_nothing(shop: Any, ctx: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MAX_SHARERS", 3)
    for place in range(4):
        await shop.customer(f"客{place}", "057112345678")

    assert await service.find_duplicates(ctx) == 0


async def test_invalid_values_are_counted_and_listed(shop: Any, ctx: Any) -> None:
    await shop.customer("甲", "123", "13800000001")
    await shop.customer("乙", "nobody@")
    await shop.customer("丙", "138****0001")
    await shop.customer("丁")

    told = await shop.told(REPORT)

    found = told["dataQuality"]
    assert (found["customers"], found["withoutContact"], found["duplicates"]) == (4, 3, 0)
    assert sorted((one["kind"], one["count"]) for one in found["invalid"]) == [("EMAIL", 1), ("PHONE", 1), ("PHONE", 1)]
    assert told["contactPoints"]["totalCount"] == 3
    assert {"masked", "not_an_email"} < {one["invalidReason"] for one in told["contactPoints"]["nodes"]}


async def test_reports_need_their_rights(shop: Any, ctx: Any) -> None:
    with pytest.raises(ForbiddenError):
        await service.quality_report(shop.without(permissions.READ_QUALITY))
    for call in (service.dismiss_duplicate, lambda who, _: service.seek_duplicates(who)):
        with pytest.raises(ForbiddenError):
            await call(shop.without(permissions.MANAGE_QUALITY), ctx.merchant.id)
    with pytest.raises(NotFoundError):
        await service.dismiss_duplicate(ctx, ctx.merchant.id)
