"""Erasure: nothing personal is left anywhere, books still balance, once is for ever, and there is a proof."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from privacy_planting import dump, plant

from guanxi.audit.models import AuditEntry
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.customers.service import contact_points_of
from guanxi.db.fields import uuid7
from guanxi.db.privacy import PrivacyClass
from guanxi.errors import ForbiddenError, NotFoundError
from guanxi.execution import operations
from guanxi.execution.request import GraphQLRequest
from guanxi.interactions import service as interactions
from guanxi.interactions.models import Interaction
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.privacy import models, service
from guanxi.privacy.errors import LegalHoldError
from guanxi.privacy.service import erasures, tables
from guanxi.settings import Settings

ERASE = """mutation ($i: EraseCustomerInput!) { eraseCustomer(input: $i) {
    erasure { erasedAt digest tables plugins customer { displayName archivedAt } } errors { code path } } }"""
CREATE = 'mutation { createCustomer(input: {displayName: "ZKanswer"}) { customer { id displayName } } }'
ERASED = (PrivacyClass.SEARCHABLE, PrivacyClass.ENCRYPTED, PrivacyClass.EXPORT, PrivacyClass.ERASE)


async def test_no_mark_is_left_anywhere_and_what_books_need_stays(shop: Any, database_settings: Settings) -> None:
    await shop.enable("membership")
    planted = await plant(await shop.ctx(), await shop.add_customer("ZCname"))
    await shop.disable("membership")
    before = await dump(database_settings)
    assert {place for place, mark in planted.of(*ERASED).items() if mark not in before} == planted.sealed

    await service.erase_customer(await shop.ctx(), planted.customer_id)

    after = await dump(database_settings)
    kept = planted.of(PrivacyClass.RETAIN)
    assert [place for place, mark in planted.of(*ERASED).items() if mark in after] == []
    assert [place for place, mark in kept.items() if mark not in after] == []
    assert "ZCname" not in after
    assert "interaction" in {table for table, _ in kept}


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
async def test_sqlite_overwrites_what_it_frees(shop: Any, database_settings: Settings) -> None:
    planted = await plant(await shop.ctx(), await shop.add_customer("ZCname"))
    path = Path(database_settings.database_url.removeprefix("sqlite://"))

    await service.erase_customer(await shop.ctx(), planted.customer_id)
    await shop.opened.db.close()  # which writes the log into the file

    content = path.read_bytes()
    assert [place for place, mark in planted.of(*ERASED).items() if mark.encode() in content] == []


async def test_books_balance_before_and_after(shop: Any, ctx: Context) -> None:
    await shop.enable("membership")
    ctx = await shop.ctx()
    ann = await shop.add_customer("ann")
    for amount in (1_000, 250):
        fact = NewInteraction(ann, "purchase", shop.clock(), "store", amount_minor=amount, subject="ZC", body="ZC")
        await interactions.record_interaction(ctx, fact)
    before = await ctx.facts("interactions.net_minor", [ann])

    await service.erase_customer(ctx, ann)

    assert await ctx.facts("interactions.net_minor", [ann]) == before == [1_250]
    assert {(one.subject, one.body, one.kind) for one in await Interaction.all()} == {(None, None, "purchase")}
    row = await Customer.get(id=ann)
    assert (row.display_name, row.given_name, row.gender) == ("—", None, None)


async def test_a_second_erasure_gives_the_first_proof(shop: Any, ctx: Context) -> None:
    ann = await shop.add_customer("ann")
    request = await service.register_request(ctx, customer_id=ann, kind="erasure")

    made = await asyncio.gather(*(service.erase_customer(ctx, ann) for _ in range(4)))

    assert len({(one.id, one.digest) for one in made}) == 1
    kept = await models.Erasure.get(customer_id=ann)
    assert kept.digest == service.digest_of(kept)
    assert kept.tables["contact_point"] == {"deleted": 3}
    kept.tables["contact_point"]["deleted"] = 2
    assert kept.digest != service.digest_of(kept)
    assert (await models.PrivacyRequest.get(id=request.id)).state == "done"


async def test_a_legal_hold_beats_erasure_until_it_is_lifted(shop: Any, ctx: Context) -> None:
    ann = await shop.add_customer("ann")
    hold = await service.place_hold(ctx, customer_id=ann, reason="lawsuit")

    with pytest.raises(LegalHoldError):
        await service.erase_customer(ctx, ann)
    assert (await Customer.get(id=ann)).display_name == "ann"

    await service.lift_hold(ctx, hold_id=hold.id)
    await service.erase_customer(ctx, ann)
    assert (await Customer.get(id=ann)).display_name == "—"
    said = [one.action for one in await AuditEntry.filter(subject=f"cus_{ann.hex}").order_by("id")]
    assert said == ["privacy.hold.placed", "privacy.hold.lifted", "privacy.customer.erased"]


async def test_another_customer_and_another_shop_keep_everything(shop: Any, other: Any, ctx: Context) -> None:
    ann, bob = await shop.add_customer("ann"), await plant(ctx, await shop.add_customer("bob"), "ZB")
    with other.acting():
        theirs = await plant(await other.ctx(), await other.add_customer("ann"), "ZO")

    await service.erase_customer(ctx, ann)

    text = await dump(shop.opened.settings)
    assert {place for one in (bob, theirs) for place, mark in one.marks.items() if mark not in text} == bob.sealed
    [points] = await contact_points_of(ctx, [bob.customer_id])
    assert bob.marks["contact_point", "value"] in {point.value for point in points}


async def test_a_stored_answer_that_names_the_customer_says_no_more(shop: Any, database_settings: Settings) -> None:
    request = GraphQLRequest(CREATE, idempotency_key="k-1")
    made = await operations.run(request, await shop.ctx())
    [customer] = await Customer.all()

    await service.erase_customer(await shop.ctx(), customer.id)
    again = await operations.run(request, await shop.ctx())

    assert made.errors == []
    assert "ZKanswer" not in await dump(database_settings)
    assert again.headers.get("Idempotent-Replayed") == "true"
    assert orjson.loads(again.body or b"")["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert await Customer.all().count() == 1


async def test_a_client_confirms_and_gets_the_proof(shop: Any) -> None:
    ann = f"cus_{(await shop.add_customer('ann')).hex}"

    refused = await shop.ask(ERASE, i={"customer": ann, "confirm": f"cus_{uuid7().hex}"})
    made = (await shop.ask(ERASE, i={"customer": ann, "confirm": ann}))["eraseCustomer"]

    assert refused["eraseCustomer"]["errors"] == [{"code": "BAD_USER_INPUT", "path": ["confirm"]}]
    assert made["erasure"]["customer"]["displayName"] == "—"
    assert made["erasure"]["customer"]["archivedAt"] is not None
    assert made["erasure"]["tables"]["customer"]["cleared"] == 1


async def test_only_who_may_erases_and_nobody_unknown(shop: Any, other: Any, ctx: Context) -> None:
    ann = await shop.add_customer("ann")

    with pytest.raises(ForbiddenError):
        await service.erase_customer(await shop.ctx("privacy.customer.erase"), ann)
    with pytest.raises(NotFoundError):
        await service.erase_customer(ctx, uuid7())
    with other.acting(), pytest.raises(NotFoundError):
        await service.erase_customer(await other.ctx(), ann)


async def test_consent_is_gone_with_the_customer_and_its_ledger_stays(shop: Any, ctx: Context) -> None:
    ann = await shop.add_customer("ann")
    given = service.Statement(
        customer_id=ann, channel="sms", purpose="marketing", state="given", source="form", notice_version="1",
        evidence="ZCpaper",
    )  # fmt: skip
    await service.set_consent(ctx, given)

    await service.erase_customer(ctx, ann)

    async with ctx.transaction():
        assert await service.may_contact(ctx, [ann], "sms", "marketing") == [False]
    assert [(one.state, one.evidence) for one in await models.ConsentEntry.all()] == [("given", None)]


async def test_tables_of_facts_are_kept_and_those_above_them(ctx: Context) -> None:
    found = await tables.hanging_tables(ctx)

    kept = {model._meta.db_table for model in erasures.kept_models(found)}

    assert {"customer", "interaction", "interaction_item", "membership_account", "consent_entry"} <= kept
    assert not {"contact_point", "customer_tag", "external_identity", "consent"} & kept
