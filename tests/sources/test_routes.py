"""Batches come in signed, whole and once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from guanxi.context import Context, utc_now
from guanxi.customers.models import Customer
from guanxi.interactions.models import Interaction
from guanxi.sources import service
from guanxi.sources.models import DeadLetter, SourceBatch
from guanxi.sources.service import Issued, SourceChanges


@pytest.fixture
async def taobao(ctx: Context) -> Issued:
    return await service.create_source(ctx, "shop", SourceChanges(preset="taobao"))


async def test_a_signed_batch_is_taken_and_taken_once(post: Any, taobao: Issued, batch: Any) -> None:
    first = await post(taobao.secret, batch("taobao"))
    again = await post(taobao.secret, batch("taobao"))
    under_another_id = await post(taobao.secret, batch("taobao"), id_="m2")

    assert (first.status_code, first.json()) == (200, {"rows": 2, "taken": 2, "isRepeat": False, "refused": []})
    assert again.json() == {"rows": 2, "taken": 2, "isRepeat": True, "refused": []}
    assert under_another_id.json() == {"rows": 2, "taken": 2, "isRepeat": False, "refused": []}
    assert (await Customer.all().count(), await Interaction.all().count()) == (2, 6)


async def test_the_same_batch_twice_at_once_is_taken_once(post: Any, taobao: Issued, batch: Any) -> None:
    answers = await asyncio.gather(*(post(taobao.secret, batch("taobao")) for _ in range(4)))

    assert [one.status_code for one in answers] == [200] * 4
    assert sorted(one.json()["isRepeat"] for one in answers) == [False, True, True, True]
    assert (await Customer.all().count(), await Interaction.all().count()) == (2, 6)


async def test_an_id_means_one_batch(post: Any, taobao: Issued, batch: Any) -> None:
    await post(taobao.secret, batch("taobao"))
    other = await post(taobao.secret, {"trades": {"trade": []}})

    assert other.status_code == 400
    assert other.json()["errors"][0]["extensions"]["code"] == "CONFLICT"


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ({"webhook-signature": "v1,AAAA"}, "shop"),
        ({"webhook-signature": ""}, "shop"),
        ({"timestamp": str(int((utc_now() - timedelta(minutes=6)).timestamp()))}, "shop"),
        ({"timestamp": str(int((utc_now() + timedelta(minutes=9)).timestamp()))}, "shop"),
        ({"timestamp": "now"}, "shop"),
        ({"id_": "a b"}, "shop"),
        ({}, "nobody"),
    ],
)
async def test_whoever_is_not_the_source_is_told_nothing_more(
    post: Any, taobao: Issued, batch: Any, said: dict[str, str], source: str
) -> None:
    answer = await post(taobao.secret, batch("taobao"), source=source, **said)

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await Customer.all().count() == 0


async def test_a_changed_body_is_refused(post: Any, taobao: Issued) -> None:
    answer = await post(taobao.secret, b'{"trades": {"trade": []}}', **{"webhook-signature": "v1,x"})

    assert answer.status_code == 401


async def test_the_secret_before_works_for_a_while(post: Any, ctx: Context, taobao: Issued) -> None:
    empty = {"trades": {"trade": []}}
    overlap = utc_now() - ctx.now() + timedelta(hours=1)
    fresh = await service.rotate_secret(ctx, taobao.id, overlap=overlap)
    codes = [(await post(one.secret, empty, id_=f"a{n}")).status_code for n, one in enumerate((taobao, fresh))]
    await service.rotate_secret(ctx, taobao.id, overlap=timedelta(0))
    codes += [(await post(one.secret, empty, id_=f"b{n}")).status_code for n, one in enumerate((taobao, fresh))]

    assert codes == [200, 200, 401, 401]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"[1,", 400),
        (b"null", 400),
        (b'{"trades": {"trade": 7}}', 400),
        (b'{"trades": {"trade": [' + b"1," * 500 + b"1]}}", 400),
        (b'"' + b"x" * 1_000_001 + b'"', 400),
    ],
)
async def test_a_malformed_batch_is_refused_whole_with_the_cure(
    post: Any, taobao: Issued, body: bytes, status: int
) -> None:
    answer = await post(taobao.secret, body)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (status, "BAD_USER_INPUT")
    assert (await SourceBatch.all().count(), await DeadLetter.all().count()) == (0, 0)


async def test_a_wrong_row_waits_and_the_others_are_taken(post: Any, taobao: Issued, batch: Any) -> None:
    sent = batch("taobao")
    good = sent["trades"]["trade"]
    late = {**good[0], "tid": "9", "payment": "12.345"}
    sent["trades"]["trade"] = [7, good[0], {**good[1], "buyer_open_uid": ""}, late, good[1]]

    answer = (await post(taobao.secret, sent)).json()

    refused = [(one["row"], one["code"], one["path"]) for one in answer["refused"]]
    assert (answer["rows"], answer["taken"]) == (5, 2)
    assert refused == [
        (0, "BAD_USER_INPUT", ["row"]),
        (2, "BAD_USER_INPUT", ["customer", "externalId"]),
        (3, "BAD_USER_INPUT", ["facts", "1", "amount"]),
    ]
    assert all(one["message"] for one in answer["refused"])
    assert await DeadLetter.all().count() == 3
    assert await Interaction.filter(order_ref="9").count() == 0


async def test_a_row_that_its_services_refuse_leaves_nothing_behind(post: Any, taobao: Issued, batch: Any) -> None:
    sent = batch("taobao")
    first, second = sent["trades"]["trade"]
    again = {**first, "buyer_open_uid": "AAHx9", "tid": "3902", "payment": "1.00"}
    sent["trades"]["trade"] = [second, again]

    answer = (await post(taobao.secret, sent)).json()

    assert [(one["row"], one["code"]) for one in answer["refused"]] == [(1, "CONFLICT")]
    assert await Customer.all().count() == 1, "the refused row's customer is not there"
