"""What a plugin offers is there only where it is enabled: asked a second time at every door."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from guanxi.context import Actor
from guanxi.db.fields import uuid7
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, PluginDisabledError, PluginFailedError, Text
from guanxi.events import CustomerCreated

OFFERS = """
import asyncio
from dataclasses import dataclass

READ = Permission("bank.account.read", "See accounts", "查看账户")
WRITE = Permission("bank.account.write", "Change accounts", "修改账户")

@dataclass(frozen=True)
class Payment:
    amount: int

class Entry(MerchantModel):
    key = fields.CharField(max_length=40)
    amount = fields.IntField()

    class Meta:
        table = "bank_entry"
        unique_together = (("merchant_id", "key"),)

calls = []
answer = None

async def balances_of(ctx, customer_ids):
    calls.append(list(customer_ids))
    if callable(answer):
        return await answer(ctx, customer_ids)
    return [len(str(one)) for one in customer_ids]

async def pay(ctx, payment, key):
    await Entry.get_or_create(key=key, defaults={"amount": payment.amount})
    if callable(answer):
        await answer(ctx, payment)
    return payment.amount

@hookimpl
def facts():
    return [Fact(name="bank.balance", type=int, description=ABOUT, permission=READ, get=balances_of)]

@hookimpl
def commands():
    return [Command(name="bank.pay", input=Payment, description=ABOUT, permission=WRITE, run=pay)]

@hookimpl
async def customer_created(ctx, event):
    calls.append(event)
"""


@pytest.fixture
async def bank(house: Any, shop: Any) -> Any:
    made = await house.add("bank", OFFERS, models="guanxi_file_bank")
    await shop.enable("bank")
    return made


async def entries(shop: Any, bank: Any) -> list[tuple[str, int]]:
    with shop.acting():
        return [(row.key, row.amount) for row in await bank.Entry.all().order_by("key")]


async def without_rights(shop: Any) -> Any:
    ctx = await shop.ctx()
    return replace(ctx, principal=replace(ctx.principal, actor=Actor("token", "t")))


async def test_a_fact_answers_for_many_customers_in_the_order_asked(shop: Any, bank: Any) -> None:
    ids = [uuid7() for _ in range(3)]

    with shop.acting():
        answers = await (await shop.ctx()).facts("bank.balance", ids)

    assert (answers, bank.calls) == ([36, 36, 36], [ids])


async def test_a_command_runs_in_the_transaction_of_whoever_asks(shop: Any, bank: Any) -> None:
    with shop.acting():
        ctx = await shop.ctx()
        with pytest.raises(LookupError):
            await _pay_and_fail(ctx, bank)
        lost = await entries(shop, bank)
        async with ctx.transaction():
            paid = await ctx.command("bank.pay", bank.Payment(7), key="a")

    assert (lost, paid, await entries(shop, bank)) == ([], 7, [("a", 7)])


async def _pay_and_fail(ctx: Any, bank: Any) -> None:
    async with ctx.transaction():
        await ctx.command("bank.pay", bank.Payment(7), key="a")
        raise LookupError


async def test_twice_with_one_key_is_one_effect(shop: Any, bank: Any) -> None:
    with shop.acting():
        ctx = await shop.ctx()
        for _ in range(2):
            await ctx.command("bank.pay", bank.Payment(7), key="a")

    assert await entries(shop, bank) == [("a", 7)]


@pytest.mark.parametrize("name", ["bank.balance", "bank.nothing", "nobody.balance", "bank"])
async def test_a_fact_that_is_not_on_offer_is_a_typed_error_and_never_a_value(
    house: Any, shop: Any, other: Any, bank: Any, name: str
) -> None:
    for one in (other, shop) if name != "bank.balance" else (other,):
        with one.acting(), pytest.raises(PluginDisabledError) as refused:
            await (await one.ctx()).facts(name, [uuid7()])

        assert refused.value.details == {"plugin": name.split(".", 1)[0]}
    assert bank.calls == []


async def test_a_command_of_a_plugin_that_is_off_is_refused(other: Any, bank: Any) -> None:
    with other.acting(), pytest.raises(PluginDisabledError):
        await (await other.ctx()).command("bank.pay", bank.Payment(7), key="a")

    assert await entries(other, bank) == []


async def test_a_request_from_before_it_was_disabled_gets_nothing_any_more_in_a_transaction(
    house: Any, shop: Any, bank: Any
) -> None:
    old = await shop.ctx()
    await shop.disable("bank")

    with shop.acting():
        async with old.transaction():
            await old.publish(CustomerCreated(customer_id=uuid7(), occurred_at=house.clock()))
            with pytest.raises(PluginDisabledError):
                await old.command("bank.pay", bank.Payment(7), key="a")

    assert (bank.calls, await entries(shop, bank)) == ([], [])


async def test_offers_ask_for_their_permission(shop: Any, bank: Any) -> None:
    ctx = await without_rights(shop)

    with shop.acting():
        with pytest.raises(ForbiddenError, match="See accounts"):
            await ctx.facts("bank.balance", [uuid7()])
        with pytest.raises(ForbiddenError, match="Change accounts"):
            await ctx.command("bank.pay", bank.Payment(7), key="a")


async def test_a_command_takes_its_own_input_only(shop: Any, bank: Any) -> None:
    with shop.acting(), pytest.raises(BadUserInputError, match="takes a Payment"):
        await (await shop.ctx()).command("bank.pay", {"amount": 7}, key="a")


async def _raises(ctx: Any, subject: Any) -> Any:
    raise LookupError("secret")


async def _hangs(ctx: Any, subject: Any) -> Any:
    await asyncio.sleep(60)


async def _exits(ctx: Any, subject: Any) -> Any:
    raise SystemExit(1)


async def _spoils(ctx: Any, subject: Any) -> Any:
    await ctx.platform.fetch("SELECT * FROM no_such_table", [])


async def _too_few(ctx: Any, ids: Sequence[UUID]) -> Any:
    return [1] * (len(ids) - 1)


@pytest.mark.parametrize("answer", [_raises, _hangs, _exits, _spoils, _too_few])
async def test_a_fact_that_fails_is_contained_and_spoils_no_transaction(
    house: Any, shop: Any, bank: Any, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guanxi.plugins.platform.OFFER_SECONDS", 0.2)
    bank.answer = answer

    with shop.acting():
        ctx = await shop.ctx()
        async with ctx.platform.reading():
            with pytest.raises(PluginFailedError) as failed:
                await ctx.facts("bank.balance", [uuid7()])
            assert await ctx.platform.fetch("SELECT 1 AS one", []) == [{"one": 1}]
        async with ctx.transaction():
            with pytest.raises(PluginFailedError):
                await ctx.facts("bank.balance", [uuid7()])
            await bank.Entry.create(key="after", amount=1)

    assert "secret" not in str(failed.value)
    assert await entries(shop, bank) == [("after", 1)]
    assert [one.place for one in await shop.faults("bank")] == ["balance"]


@pytest.mark.parametrize("answer", [_raises, _hangs, _exits, _spoils])
async def test_a_command_that_fails_is_rolled_back_and_its_caller_goes_on(
    house: Any, shop: Any, bank: Any, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guanxi.plugins.platform.OFFER_SECONDS", 0.2)
    bank.answer = answer

    with shop.acting():
        ctx = await shop.ctx()
        async with ctx.transaction():
            with pytest.raises(PluginFailedError):
                await ctx.command("bank.pay", bank.Payment(7), key="a")
            await bank.Entry.create(key="after", amount=1)

    assert await entries(shop, bank) == [("after", 1)]


async def test_an_expected_failure_of_a_command_reaches_its_caller_as_it_is(shop: Any, bank: Any) -> None:
    async def refuses(ctx: Any, payment: Any) -> None:
        raise ConflictError(Text("Not enough.", "余额不足。"))

    bank.answer = refuses

    with shop.acting(), pytest.raises(ConflictError, match="Not enough"):
        await (await shop.ctx()).command("bank.pay", bank.Payment(7), key="a")

    assert (await entries(shop, bank), await shop.faults("bank")) == ([], [])
