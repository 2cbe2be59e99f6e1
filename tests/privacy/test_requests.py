"""The register of requests with its clock, and how long data is kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from guanxi.context import Context
from guanxi.customers.models import ContactPoint, Customer
from guanxi.errors import BadUserInputError
from guanxi.interactions import service as interactions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.privacy import jobs, service
from guanxi.privacy.rules import deadlines

REGISTER = """mutation ($i: RegisterPrivacyRequestInput!) { registerPrivacyRequest(input: $i) {
    request { id kind state dueOn version } errors { code path } } }"""
CLOSE = """mutation ($i: ClosePrivacyRequestInput!) { closePrivacyRequest(input: $i) {
    request { state closedAt note } errors { code path ... on ConflictUserError { currentVersion } } } }"""
LISTED = "{ privacyRequests(first: 5) { nodes { dueOn customer { displayName } } } }"


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2026, 3, 2, 4, tzinfo=UTC), date(2026, 3, 23)),  # three plain weeks
        (datetime(2026, 9, 21, 4, tzinfo=UTC), date(2026, 10, 19)),  # over two feasts, with a Saturday that is worked
        (datetime(2026, 3, 1, 17, tzinfo=UTC), date(2026, 3, 23)),  # one in the morning of the second, in Shanghai
    ],
)
def test_a_request_is_due_after_fifteen_working_days_of_the_chinese_calendar(received: datetime, due: date) -> None:
    assert deadlines.due_on(received, "Asia/Shanghai") == due


async def test_a_request_is_closed_once_and_a_refusal_gives_its_reason(shop: Any) -> None:
    ann = f"cus_{(await shop.add_customer('ann')).hex}"
    made = (await shop.ask(REGISTER, i={"customer": ann, "kind": "CORRECTION"}))["registerPrivacyRequest"]["request"]
    close = {"id": made["id"], "state": "REFUSED", "expectedVersion": 1}

    silent = (await shop.ask(CLOSE, i=close))["closePrivacyRequest"]
    closed = (await shop.ask(CLOSE, i=close | {"note": "not his"}))["closePrivacyRequest"]
    again = (await shop.ask(CLOSE, i=close | {"note": "no"}))["closePrivacyRequest"]

    assert (made["kind"], made["state"], made["version"]) == ("CORRECTION", "OPEN", 1)
    assert silent["errors"] == [{"code": "BAD_USER_INPUT", "path": ["note"]}]
    assert (closed["request"]["state"], closed["request"]["note"]) == ("REFUSED", "not his")
    assert again["errors"] == [{"code": "CONFLICT", "path": [], "currentVersion": 2}]
    assert len((await shop.ask(LISTED))["privacyRequests"]["nodes"]) == 1


async def test_texts_of_facts_go_after_their_time_and_a_dry_run_only_counts(shop: Any, ctx: Context) -> None:
    ann, held = await shop.add_customer("ann"), await shop.add_customer("held")
    now = shop.clock()
    for customer, days in ((ann, 400), (ann, 10), (held, 400)):
        fact = NewInteraction(customer, "call", now - timedelta(days=days), "phone", subject="s", amount_minor=None)
        await interactions.record_interaction(ctx, fact)
    await service.place_hold(ctx, customer_id=held, reason="lawsuit")
    await service.set_retention(ctx, privacy_class="clear-searchable", keep_days=365)

    dry = await service.run_retention(ctx)
    await jobs.clear_old(ctx, {})
    again = await service.run_retention(ctx, dry_run=False)

    assert dry.tables["interaction"] == 1
    assert (dry.held_customers, again.tables["interaction"]) == (1, 0)
    left = {(one.customer_id == held, one.subject) for one in await Interaction.all()}
    assert left == {(False, None), (False, "s"), (True, "s")}


async def test_who_is_active_keeps_contact_points_and_who_is_gone_does_not(shop: Any, ctx: Context) -> None:
    gone, active = await shop.add_customer("gone"), await shop.add_customer("active")
    for name in ("clear-searchable", "encrypted", "export"):
        await service.set_retention(ctx, privacy_class=name, keep_days=30)
    shop.clock.advance(days=60)
    visit = NewInteraction(active, "visit", shop.clock() - timedelta(days=1), "store")
    await interactions.record_interaction(await shop.ctx(), visit)

    report = await service.run_retention(await shop.ctx(), dry_run=False)

    assert report.tables["contact_point"] >= 3  # a row counts for each class
    assert {one.value for one in await ContactPoint.filter(customer_id=gone)} == {""}
    assert "" not in {one.value for one in await ContactPoint.filter(customer_id=active)}
    assert (await Customer.get(id=gone)).display_name == ""
    assert (await Customer.get(id=active)).display_name == "active"


async def test_an_impossible_rule_is_refused(ctx: Context) -> None:
    for name, days in (("retain", 3), ("erase", 0)):
        with pytest.raises(BadUserInputError):
            await service.set_retention(ctx, privacy_class=name, keep_days=days)
