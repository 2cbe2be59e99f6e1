"""What a customer is handed of his data: every column of every part, disabled plugins too, and nobody else's."""

import hashlib
from typing import Any

import orjson
import pytest
from privacy_planting import plant

from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.db.privacy import PrivacyClass
from guanxi.errors import ForbiddenError, NotFoundError
from guanxi.execution.models import IdempotencyRecord
from guanxi.privacy import service
from guanxi.privacy.models import PrivacyRequest
from guanxi.privacy.service import tables

EXPORT = """mutation ($id: ID!) { exportCustomer(input: {customer: $id}) {
    export { document digest rowCount } errors { code path } } }"""
EXPORTED = (PrivacyClass.SEARCHABLE, PrivacyClass.ENCRYPTED, PrivacyClass.EXPORT, PrivacyClass.RETAIN)


async def test_a_mark_in_every_column_is_in_the_export(shop: Any) -> None:
    await shop.enable("membership")
    planted = await plant(await shop.ctx(), await shop.add_customer())
    await shop.disable("membership")

    made = await service.export_customer(await shop.ctx(), planted.customer_id)

    text = orjson.dumps(made.document).decode()
    assert {place for place, mark in planted.of(*EXPORTED).items() if f'"{mark}"' not in text} == set()
    assert {place for place, mark in planted.of(PrivacyClass.ERASE).items() if mark in text} == set()
    assert len(planted.of(*EXPORTED)) >= 25
    assert made.document["tables"]["membership_account"][0]["spend_minor"] is not None


async def test_every_table_that_points_to_a_customer_is_known(ctx: Context) -> None:
    found = {one.name for one in await tables.hanging_tables(ctx)}

    assert {"customer", "contact_point", "interaction", "interaction_item", "consent", "privacy_erasure"} <= found
    assert "merchant" not in found


async def test_nothing_of_another_customer_is_in_it(shop: Any, ctx: Context) -> None:
    ann = await shop.add_customer("ann")
    stranger = await plant(ctx, await shop.add_customer("bob"), "ZS")

    made = await service.export_customer(ctx, ann)

    assert "ZS" not in orjson.dumps(made.document).decode()
    assert stranger.customer_id.hex not in orjson.dumps(made.document).decode()


async def test_a_client_gets_the_document_and_can_check_it(shop: Any, ctx: Context) -> None:
    ann = await shop.add_customer("ann")
    await service.register_request(ctx, customer_id=ann, kind="export")

    made = (await shop.ask(EXPORT, id=f"cus_{ann.hex}"))["exportCustomer"]["export"]

    assert made["document"]["tables"]["customer"][0]["display_name"] == "ann"
    digest = hashlib.sha256(orjson.dumps(made["document"], option=orjson.OPT_SORT_KEYS)).hexdigest()
    assert made["digest"] == digest
    assert made["rowCount"] == sum(map(len, made["document"]["tables"].values()))
    assert (await PrivacyRequest.get(customer_id=ann)).state == "done"
    assert await IdempotencyRecord.all().count() == 0


async def test_only_who_may_gets_it_and_of_nobody_unknown(shop: Any, other: Any, ctx: Context) -> None:
    ann = await shop.add_customer("ann")

    with pytest.raises(ForbiddenError):
        await service.export_customer(await shop.ctx("privacy.customer.export"), ann)
    with pytest.raises(NotFoundError):
        await service.export_customer(ctx, uuid7())
    with other.acting(), pytest.raises(NotFoundError):
        await service.export_customer(await other.ctx(), ann)
