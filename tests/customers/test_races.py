"""Many at the same time: one wins, nothing is lost, nobody waits for ever."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from typing import Any

from guanxi.context import Context
from guanxi.customers import service
from guanxi.customers.models import ContactPoint, Customer, CustomerTag, ExternalIdentity
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.customers.service import CustomerChanges, NewCustomer, UpsertItem
from guanxi.errors import ConflictError
from guanxi.testing import counts


async def at_once(calls: Iterable[Awaitable[Any]]) -> list[Any]:
    """All results, exceptions included; a deadlock would not end by itself."""
    async with asyncio.timeout(60):
        return await asyncio.gather(*calls, return_exceptions=True)


def apart(ctx: Context) -> Context:
    """The context of another operation."""
    return replace(ctx, loaders={})


async def test_of_fifty_edits_of_one_version_one_wins(ctx: Context) -> None:
    row = await service.create_customer(ctx, NewCustomer({"display_name": "李雷"}))

    results = await at_once(
        service.update_customer(apart(ctx), row.id, CustomerChanges({"source": f"s{n}"}), expected_version=1)
        for n in range(50)
    )

    won = [result for result in results if isinstance(result, Customer)]
    lost = [result for result in results if isinstance(result, ConflictError)]
    assert (len(won), len(lost)) == (1, 49)
    assert {error.details["currentVersion"] for error in lost} == {2}
    assert (await service.get_customer(ctx, row.id)).source == won[0].source


async def test_changes_that_commute_are_all_kept(ctx: Context) -> None:
    row = await service.create_customer(ctx, NewCustomer({"display_name": "李雷"}))

    await at_once(
        [
            *(service.add_tags(apart(ctx), row.id, [f"t{n}"]) for n in range(10)),
            *(service.add_contact_point(apart(ctx), row.id, NewContact("phone", f"1380000000{n}")) for n in range(10)),
            *(service.add_contact_point(apart(ctx), row.id, NewContact("email", "a@b.cn")) for n in range(10)),
        ]
    )

    assert await CustomerTag.all().count() == 10
    assert await ContactPoint.all().count() == 11
    assert (await service.get_customer(ctx, row.id)).version == 22


async def test_parallel_upserts_of_one_identity_make_one_customer(ctx: Context) -> None:
    item = UpsertItem(Identity("shop", "1"), {"display_name": "李雷"}, [NewContact("phone", "13800000001")], ["vip"])

    results = await at_once(service.upsert_customers(apart(ctx), [item]) for _ in range(10))

    assert Counter(outcomes[0].status for outcomes in results) == {"created": 1, "unchanged": 9}
    assert await Customer.all().count() == await ExternalIdentity.all().count() == 1
    assert await ContactPoint.all().count() == await CustomerTag.all().count() == 1


async def test_batches_in_opposite_order_end_and_make_each_customer_once(ctx: Context) -> None:
    items = [UpsertItem(Identity("shop", str(n)), {"display_name": f"客{n}"}) for n in range(20)]
    changed = [replace(item, fields={"source": "web"}) for item in items]
    rounds = counts.scaled(20)

    for _ in range(rounds):
        results = await at_once(
            service.upsert_customers(apart(ctx), batch) for batch in (items, items[::-1], changed, changed[::-1])
        )
        assert [result for result in results if isinstance(result, BaseException)] == []

    assert await Customer.all().count() == await ExternalIdentity.all().count() == 20


async def test_of_parallel_creations_with_one_identity_one_wins(ctx: Context) -> None:
    new = NewCustomer({"display_name": "李雷"}, identities=[Identity("shop", "1")])

    results = await at_once(service.create_customer(apart(ctx), new) for _ in range(10))

    assert Counter(type(result) for result in results) == {Customer: 1, ConflictError: 9}
    assert await Customer.all().count() == 1
