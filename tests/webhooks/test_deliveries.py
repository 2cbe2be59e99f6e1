"""From an event to its arrival: signed, in order, tried again for three days, then a dead letter."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from guanxi.customers import service as customers
from guanxi.customers.rules.profile import CustomerFields
from guanxi.db.fields import uuid7
from guanxi.errors import ConflictError
from guanxi.webhooks import service
from guanxi.webhooks.models import Webhook


@pytest.fixture(autouse=True)
def present(office: Any) -> None:
    """The verifier looks at the wall clock."""
    office.clock.moment = datetime.now(UTC).replace(microsecond=0)


async def test_an_event_arrives_signed_and_says_what_happened(office: Any, receiver: Any) -> None:
    issued = await office.add_hook(receiver.url)
    event = office.created()

    await office.publish(event)
    await office.runner.run_due()

    (got,) = receiver.got
    (delivery,) = await office.deliveries()
    body = Verifier(issued.secret).verify(got.body, got.headers)
    assert got.headers["webhook-id"] == f"msg_{delivery.id.hex}"
    assert (body["type"], body["data"]["customerId"]) == ("customer_created", f"cus_{event.customer_id.hex}")
    assert (delivery.state, delivery.attempts, delivery.status_code, delivery.body) == ("delivered", 1, 204, None)


async def test_a_body_that_was_changed_or_another_secret_does_not_verify(office: Any, receiver: Any) -> None:
    issued = await office.add_hook(receiver.url)
    other = await office.add_hook(topics=["customer_updated"])
    await office.publish(office.created())
    await office.runner.run_due()
    (got,) = receiver.got

    for secret, body in ((issued.secret, got.body + b" "), (other.secret, got.body)):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(body, got.headers)


async def test_after_a_rotation_both_secrets_verify_for_a_day(office: Any, receiver: Any) -> None:
    old = await office.add_hook(receiver.url)
    with office.acting():
        new = await service.rotate_secret(await office.ctx(), old.webhook.id)

    await office.publish(office.created())
    await office.runner.run_due()
    signed_by_both = receiver.got[0].headers["webhook-signature"].split(" ")
    office.clock.advance(days=1)
    await office.publish(office.created())
    await office.runner.run_due()

    for one in (old, new):
        assert Verifier(one.secret).verify(receiver.got[0].body, receiver.got[0].headers)
    assert (len(signed_by_both), len(receiver.got[1].headers["webhook-signature"].split(" "))) == (2, 1)


async def test_an_event_that_is_rolled_back_or_of_another_topic_is_not_sent(office: Any, receiver: Any) -> None:
    await office.add_hook(receiver.url)

    with pytest.raises(TypeError):
        await office.publish(office.created(), "no event")
    await office.publish(office.updated(uuid7()))
    await office.runner.run_due()

    assert (receiver.got, await office.deliveries()) == ([], [])


async def test_a_delivery_is_tried_for_three_days_and_is_a_dead_letter_then(office: Any, receiver: Any) -> None:
    receiver.answers = [500] * 50
    await office.add_hook(receiver.url)
    await office.publish(office.created())
    begun, tries = office.clock(), []

    while (await office.deliveries())[0].state != "dead":
        before = len(receiver.got)
        await office.runner.run_due()
        if len(receiver.got) > before:
            tries.append((office.clock() - begun).total_seconds())
        office.clock.moment = max((await office.deliveries())[0].due_at, office.clock() + timedelta(seconds=1))

    (delivery,) = await office.deliveries()
    pauses = [round(after - earlier) for earlier, after in pairwise(tries)]
    assert pauses[:7] == [5, 30, 120, 600, 3600, 10800, 21600]
    assert all(43_200 <= one <= 43_800 for one in pauses[7:])
    assert 58 * 3600 < tries[-1] <= 72 * 3600
    assert (delivery.error, delivery.attempts, delivery.body) == ("it answered 500", len(tries), None)
    assert len({one.body for one in receiver.got}) == 1


async def test_deliveries_about_one_customer_arrive_in_their_order_and_others_do_not_wait(
    office: Any, receiver: Any
) -> None:
    await office.add_hook(receiver.url, topics=["customer_created", "customer_updated"])
    slow, quick = uuid7(), uuid7()
    receiver.answers = [503]

    await office.publish(office.created(slow))
    await office.runner.run_due()
    await office.publish(office.updated(slow), office.created(quick))
    await office.runner.run_due()
    meanwhile = len(receiver.got)
    office.clock.advance(seconds=5)
    await office.runner.run_due()

    sent = [(b"created" in one.body, quick.hex.encode() in one.body) for one in receiver.got]
    assert (meanwhile, sent) == (2, [(True, False), (True, True), (True, False), (False, False)])


async def test_410_switches_the_webhook_off(office: Any, receiver: Any) -> None:
    receiver.answers = [410]
    await office.add_hook(receiver.url)

    await office.publish(office.created())
    await office.runner.run_due()
    await office.publish(office.created())
    await office.runner.run_due()

    hook, (delivery,) = await office.hook(), await office.deliveries()
    assert (hook.is_enabled, hook.disabled_reason) == (False, "it answered 410 Gone")
    assert (delivery.state, len(receiver.got)) == ("dead", 1)


async def test_an_endpoint_that_fails_ten_times_in_a_row_is_left_alone_for_a_while(office: Any, receiver: Any) -> None:
    receiver.answers = [500] * 11
    await office.add_hook(receiver.url)
    await office.publish(*(office.created() for _ in range(20)))

    while len(receiver.got) < 10:
        await office.runner.run_due()
    await office.runner.run_due()
    while_open = len(receiver.got)
    office.clock.advance(minutes=6)
    await office.runner.run_due()

    assert while_open <= 13  # those that were under way when it opened
    assert len(receiver.got) > while_open
    for _ in range(3):
        office.clock.advance(hours=1)
        await office.runner.run_due()
    assert {one.state for one in await office.deliveries()} == {"delivered"}
    assert (await office.hook()).failures == 0


async def test_a_dead_letter_is_sent_again_under_its_id(office: Any, receiver: Any) -> None:
    receiver.answers = [410]
    await office.add_hook(receiver.url)
    await office.publish(office.created())
    await office.runner.run_due()
    (dead,) = await office.deliveries()

    with office.acting():
        hook = await service.update_webhook(
            await office.ctx(), dead.webhook_id, {"is_enabled": True}, expected_version=1
        )
        await service.replay_delivery(await office.ctx(), dead.id)
        with pytest.raises(ConflictError, match="still on its way"):
            await service.replay_delivery(await office.ctx(), dead.id)
    await office.runner.run_due()

    first, second = receiver.got
    assert (hook.disabled_reason, first.headers["webhook-id"]) == (None, second.headers["webhook-id"])
    assert (await office.deliveries())[0].state == "delivered"


async def test_a_document_says_what_is_sent_and_reads_with_the_webhooks_own_rights(office: Any, receiver: Any) -> None:
    document = (
        "query ($customerId: ID!) { customer(by: {id: $customerId}) { displayName } jobs(first: 1) { totalCount } }"
    )
    await office.add_hook(receiver.url, document=document, rights=["customers.customer.read"])

    with office.acting():
        ctx = await office.ctx()
        await customers.create_customer(ctx, customers.NewCustomer(CustomerFields(display_name="Ann")))
    await office.runner.run_due()

    assert b'{"customer":{"displayName":"Ann"},"jobs":null},"errors":["FORBIDDEN"]' in receiver.got[0].body


async def test_nothing_is_sent_inside_a_transaction(office: Any, receiver: Any) -> None:
    async def look(reader: Any, writer: Any) -> None:
        with office.acting():  # on SQLite a sender inside a transaction would hold the writer
            await asyncio.wait_for(Webhook.all().update(failures=0), 5)
        writer.write(b"HTTP/1.1 204 X\r\n\r\n")
        await writer.drain()

    receiver.answers = [look]
    office.runner.host.platform.core_jobs["webhooks.deliver"].run.__self__.sender.seconds = 10
    await office.add_hook(receiver.url)

    await office.publish(office.created())
    await office.runner.run_due()

    assert [one.state for one in await office.deliveries()] == ["delivered"]


async def test_old_deliveries_are_forgotten_and_those_on_their_way_are_not(office: Any, receiver: Any) -> None:
    receiver.answers = [204, 500]
    await office.add_hook(receiver.url)
    await office.publish(office.created())
    await office.runner.run_due()
    office.clock.advance(days=31)
    await office.publish(office.created())
    await office.runner.run_due()

    with office.acting():
        await service.trim(await office.ctx())

    assert [one.state for one in await office.deliveries()] == ["pending"]
