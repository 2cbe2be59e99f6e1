"""The ledger of consent: what counts, what is refused, and what a sender may rely on."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.errors import BadUserInputError, ForbiddenError, NotFoundError
from guanxi.events import CustomerMerged, CustomerUnmerged
from guanxi.privacy import models, service
from guanxi.privacy.service import Statement
from guanxi.testing import counts

SET = """mutation ($i: SetConsentInput!) { setConsent(input: $i) {
    consents { channel purpose state source noticeVersion } errors { code path } } }"""
READ = """query ($id: ID!) { customer(by: {id: $id}) { isDoNotCall
    consents { channel purpose state } consentEntries(first: 10) { nodes { channel state evidence } } } }"""


def said(customer: UUID, channel: str = "sms", state: str = "given", **more: Any) -> Statement:
    terms = {"purpose": "marketing", "source": "form", "notice_version": "2026-1"} | more
    return Statement(customer_id=customer, channel=channel, state=state, **terms)


async def asked(ctx: Context, customers: list[UUID], channel: str = "sms", purpose: str = "marketing") -> list[bool]:
    async with ctx.transaction():
        return await service.may_contact(ctx, customers, channel, purpose)


async def test_absence_is_refusal_and_a_consent_is_for_its_channel_and_purpose_alone(shop: Any, ctx: Context) -> None:
    ann, bob = await shop.add_customer("ann"), await shop.add_customer("bob")

    await service.set_consent(ctx, said(ann))

    assert await asked(ctx, [bob, ann, uuid7(), ann]) == [False, True, False, True]
    assert await asked(ctx, [ann], "phone") == [False]
    assert await asked(ctx, [ann], purpose="survey") == [False]
    assert await asked(ctx, []) == []


async def test_the_ledger_keeps_every_line_and_the_last_word_counts(shop: Any, ctx: Context) -> None:
    ann = await shop.add_customer()

    for state in ("given", "withdrawn", "given", "withdrawn"):
        shop.clock.advance(seconds=1)
        await service.set_consent(ctx, said(ann, state=state))

    assert [one.state for one in await models.ConsentEntry.all().order_by("id")] == ["given", "withdrawn"] * 2
    assert await asked(ctx, [ann]) == [False]


async def test_a_statement_that_comes_late_changes_nothing_that_holds(shop: Any, ctx: Context) -> None:
    ann, now = await shop.add_customer(), shop.clock()
    await service.set_consent(ctx, said(ann, state="withdrawn", said_at=now - timedelta(days=1)))

    await service.set_consent(ctx, said(ann, said_at=now - timedelta(days=2)))
    await service.set_consent(ctx, said(ann, said_at=now - timedelta(days=1)))  # of two at one moment: withdrawn

    assert await asked(ctx, [ann]) == [False]
    assert await models.ConsentEntry.all().count() == 3


async def test_a_withdrawal_for_any_channel_is_one_for_each(shop: Any, ctx: Context) -> None:
    ann = await shop.add_customer()
    for channel in ("sms", "phone"):
        await service.set_consent(ctx, said(ann, channel))

    shop.clock.advance(seconds=1)
    held = await service.set_consent(ctx, said(ann, "any", "withdrawn"))

    assert {one.channel for one in held} == {"phone", "sms", "email", "wechat", "app", "post"}
    assert [await asked(ctx, [ann], channel) for channel in ("sms", "phone")] == [[False], [False]]
    assert await service.refusals_of_calls(ctx, [uuid7(), ann]) == [False, True]


async def test_what_makes_no_sense_is_refused_with_its_place(shop: Any, ctx: Context) -> None:
    ann, tomorrow = await shop.add_customer(), shop.clock() + timedelta(days=1)
    refused: list[tuple[str | int, ...]] = []

    for wrong in (
        {"channel": "any"},
        {"purpose": "cross_border"},
        {"channel": "pigeon"},
        {"purpose": "other"},
        {"state": "perhaps"},
        {"notice_version": " "},
        {"source": ""},
        {"said_at": tomorrow},
    ):
        with pytest.raises(BadUserInputError) as error:
            await service.set_consent(ctx, said(ann, **wrong))
        refused.append(error.value.path)

    places = ("channel", "channel", "channel", "purpose", "state", "noticeVersion", "source", "saidAt")
    assert refused == [(place,) for place in places]
    assert await models.ConsentEntry.all().count() == 0


async def test_a_use_of_data_has_a_consent_of_its_own(shop: Any, ctx: Context) -> None:
    ann = await shop.add_customer()

    await service.set_consent(ctx, said(ann, "any", purpose="cross_border"))

    async with ctx.transaction():
        assert await service.may_use(ctx, [ann], "cross_border") == [True]
        assert await service.may_use(ctx, [ann], "third_parties") == [False]


async def test_whoever_asks_outside_a_transaction_is_told_so(shop: Any, ctx: Context) -> None:
    with pytest.raises(TypeError, match="transaction"):
        await service.may_contact(ctx, [uuid7()], "sms", "marketing")
    async with ctx.platform.reading():
        with pytest.raises(TypeError, match="transaction"):
            await service.may_contact(ctx, [uuid7()], "sms", "marketing")


async def test_consent_is_the_merchants_own(shop: Any, other: Any, ctx: Context) -> None:
    ann = await shop.add_customer()
    await service.set_consent(ctx, said(ann))

    with other.acting():
        theirs = await other.ctx()
        assert await asked(theirs, [ann]) == [False]
        with pytest.raises(NotFoundError):
            await service.set_consent(theirs, said(ann))


async def test_nobody_records_consent_without_the_right(shop: Any) -> None:
    ann = await shop.add_customer()

    with pytest.raises(ForbiddenError):
        await service.set_consent(await shop.ctx("privacy.consent.write"), said(ann))


async def test_clients_set_and_read_consent(shop: Any) -> None:
    ann = f"cus_{(await shop.add_customer()).hex}"
    given = {"customer": ann, "channel": "PHONE", "purpose": "MARKETING", "state": "GIVEN", "source": "shop"}

    refused = await shop.ask(SET, i=given)
    made = await shop.ask(SET, i=given | {"noticeVersion": "7", "evidence": "signed form 12"})
    shop.clock.advance(seconds=1)
    await shop.ask(SET, i=given | {"state": "WITHDRAWN"})
    read = (await shop.ask(READ, id=ann))["customer"]

    assert refused["setConsent"] == {
        "consents": None,
        "errors": [{"code": "BAD_USER_INPUT", "path": ["noticeVersion"]}],
    }
    assert made["setConsent"]["consents"] == [
        {"channel": "PHONE", "purpose": "MARKETING", "state": "GIVEN", "source": "shop", "noticeVersion": "7"}
    ]
    assert read["isDoNotCall"] is True
    assert read["consents"] == [{"channel": "PHONE", "purpose": "MARKETING", "state": "WITHDRAWN"}]
    assert [one["evidence"] for one in read["consentEntries"]["nodes"]] == [None, "signed form 12"]


async def test_nothing_is_sent_after_a_withdrawal_was_committed(shop: Any) -> None:
    """Senders and a withdrawal at once: each send asks and is recorded in one transaction."""
    ann, total = await shop.add_customer(), counts.scaled(10_000)
    await service.set_consent(await shop.ctx(), said(ann))
    shop.clock.advance(seconds=1)
    sent: list[int] = []
    is_time, is_withdrawn = asyncio.Event(), asyncio.Event()
    late: list[int] = []

    async def send(numbers: range) -> None:
        for number in numbers:
            ctx = await shop.ctx()
            knew = is_withdrawn.is_set()  # the withdrawal was committed before this transaction began
            async with ctx.transaction():
                if (await service.may_contact(ctx, [ann], "sms", "marketing"))[0]:
                    await models.PrivacyRequest.create(
                        customer_id=ann,
                        kind="other",
                        state="done",
                        received_at=shop.clock(),
                        due_on=shop.clock().date(),
                    )
                    assert not is_withdrawn.is_set()  # and it waits for who has asked before
                    sent.append(number)
                    late.extend([number] if knew else [])
            if len(sent) >= total // 4:
                is_time.set()

    async def withdraw() -> None:
        await is_time.wait()
        await service.set_consent(await shop.ctx(), said(ann, state="withdrawn"))
        is_withdrawn.set()

    workers = [send(range(start, total, 5)) for start in range(5)]
    await asyncio.gather(withdraw(), *workers)

    assert late == []
    assert total // 4 <= len(sent) < total
    assert await models.PrivacyRequest.all().count() == len(sent)


async def test_consent_goes_with_a_merge_and_comes_back_with_its_undoing(shop: Any, ctx: Context) -> None:
    ann, twin = await shop.add_customer("ann"), await shop.add_customer("twin")
    for customer, channel, state in ((ann, "sms", "given"), (ann, "email", "given"), (twin, "wechat", "given")):
        await service.set_consent(ctx, said(customer, channel, state))
    await service.set_consent(ctx, said(twin, "sms", "withdrawn"))
    terms = {"merge_id": uuid7(), "survivor_id": ann, "absorbed_id": twin, "occurred_at": shop.clock()}

    async def held() -> dict[str, str]:
        return {one.channel: one.state for one in await models.Consent.filter(customer_id=ann)}

    before = await held()
    async with ctx.transaction():
        await ctx.publish(CustomerMerged(**terms))
    merged = await held()
    shop.clock.advance(seconds=1)
    await service.set_consent(ctx, said(ann, "app"))
    async with ctx.transaction():
        await ctx.publish(CustomerUnmerged(**terms))

    assert merged == {"sms": "withdrawn", "email": "given", "wechat": "given"}
    assert await held() == {**before, "app": "given"}
    assert await models.ConsentEntry.filter(customer_id=ann).count() == 2 + 2 + 1 + 2
