"""Every way into a merchant's table is scoped or refused."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from tea_points.models import Account
from tea_shop.models import Customer, Interaction, Kind
from tortoise.exceptions import DoesNotExist, IntegrityError, OperationalError
from tortoise.expressions import F, Q, Subquery
from tortoise.functions import Count
from tortoise.query_utils import Prefetch

from guanxi.db.database import Database
from guanxi.db.merchant import ForeignMerchantError, MerchantNotBoundError, acting_for
from guanxi.testing.clock import START

Join = Callable[[UUID, str], Awaitable[Customer]]

READS: dict[str, Callable[[Customer], Any]] = {
    "all": lambda row: Customer.all(),
    "filter": lambda row: Customer.filter(id=row.id),
    "exclude": lambda row: Customer.exclude(name="nobody"),
    "or": lambda row: Customer.filter(Q(id=row.id) | Q(name="x")),
    "not": lambda row: Customer.filter(~Q(name="nobody")),
    "first": lambda row: Customer.first(),
    "last": lambda row: Customer.last(),
    "earliest": lambda row: Customer.earliest("id"),
    "get_or_none": lambda row: Customer.get_or_none(id=row.id),
    "in_bulk": lambda row: Customer.in_bulk([row.id], "id"),
    "exists": lambda row: Customer.exists(id=row.id),
    "count": lambda row: Customer.all().count(),
    "values": lambda row: Customer.all().values("id"),
    "values_list": lambda row: Customer.all().values_list("id"),
    "only": lambda row: Customer.all().only("id"),
    "annotate": lambda row: Customer.annotate(n=Count("interactions")).values("n"),
    "group_by": lambda row: Customer.annotate(n=Count("id")).group_by("name").values("name", "n"),
    "update": lambda row: Customer.filter(id=row.id).update(name="stolen"),
    "delete": lambda row: Customer.filter(id=row.id).delete(),
    "latest": lambda row: Customer.filter(id=row.id).latest("id").get_or_none(),
    "for_update": lambda row: Customer.select_for_update().filter(id=row.id),
    "subquery": lambda row: Customer.filter(id__in=Subquery(Customer.filter(id=row.id).values("id"))),
    "by_key": lambda row: Customer.filter(pk=row.id),
}


async def test_a_query_finds_its_merchants_rows_only(db: Database, tea: UUID, coffee: UUID, join: Join) -> None:
    for way, read in READS.items():
        theirs = await join(coffee, way)

        with acting_for(tea):
            assert not await read(theirs), way
        with pytest.raises(MerchantNotBoundError):
            await read(theirs)
        with acting_for(coffee):
            assert await read(theirs), way


async def test_joins_and_prefetches_stay_with_the_merchant(db: Database, tea: UUID, coffee: UUID, join: Join) -> None:
    ann, bob = await join(tea, "ann"), await join(coffee, "bob")

    with acting_for(tea):
        assert [one.customer.name for one in await Interaction.all().select_related("customer")] == ["ann"]
        assert await Interaction.filter(customer__name="bob") == []
        assert await Customer.filter(interactions__customer__name="bob") == []
        assert await Customer.filter(points__balance=5).values_list("name", flat=True) == ["ann"]
        assert len(await Customer.all().prefetch_related("interactions__customer", "points")) == 1
        assert len(await Customer.all().prefetch_related(Prefetch("interactions", queryset=Interaction.all()))) == 1
        assert await Interaction.filter(customer=bob) == []
        with pytest.raises(DoesNotExist):
            await Customer.get(id=bob.id)
        first = await Interaction.first()
        assert first is not None
        assert (await first.customer).id == ann.id


async def test_another_merchants_object_leads_nowhere(db: Database, tea: UUID, coffee: UUID, join: Join) -> None:
    bob: Any = await join(coffee, "bob")

    with acting_for(tea):
        assert await bob.interactions.all() == []
        await bob.fetch_related("interactions")
        assert list(bob.interactions) == []
        assert await bob.points is None


FORBIDDEN: dict[str, Callable[[Customer], Any]] = {
    "save": lambda row: row.save(),
    "delete": lambda row: row.delete(),
    "refresh": lambda row: row.refresh_from_db(),
    "create": lambda row: Customer.create(name="x", merchant_id=row.merchant_id),
    "bulk_create": lambda row: Customer.bulk_create([Customer(name="x", merchant_id=row.merchant_id)]),
    "bulk_update": lambda row: Customer.bulk_update([row], ["name"]),
    "move": lambda row: Customer.filter(name="mine").update(merchant_id=row.merchant_id),
    "bulk_move": lambda row: Customer.bulk_update([Customer(name="x")], ["merchant_id"]),
    "upsert": lambda row: Customer.bulk_create(
        [Customer(id=row.id, name="x")], on_conflict=["id"], update_fields=["name"]
    ),
    "upsert_move": lambda row: Customer.bulk_create(
        [Customer(id=row.id, name="x")], on_conflict=["merchant_id", "id"], update_fields=["merchant_id"]
    ),
}


async def test_a_write_to_another_merchants_row_is_refused(db: Database, tea: UUID, coffee: UUID, join: Join) -> None:
    bob = await join(coffee, "bob")

    for way, write in FORBIDDEN.items():
        with acting_for(tea):
            assert await refusal(write, bob) is ForeignMerchantError, way

    with acting_for(coffee):
        assert await Customer.all().values_list("name", flat=True) == ["bob"]


async def refusal(write: Callable[[Customer], Any], row: Customer) -> type[Exception] | None:
    try:
        await write(row)
    except Exception as error:
        return type(error)
    return None


async def test_a_forged_key_changes_nothing(db: Database, tea: UUID, coffee: UUID, join: Join) -> None:
    bob = await join(coffee, "bob")

    with acting_for(tea):
        forged = Customer(id=bob.id, name="stolen")
        for options in ({"force_update": True}, {"update_fields": ["name"]}, {}):
            with pytest.raises(IntegrityError):
                await forged.save(**options)
        forged._saved_in_db = True
        await forged.delete()
        assert await Customer.bulk_update([forged], ["name"]) == 0
        mine = await Customer.create(name="mine")
        mine.id = bob.id  # a changed key would have updated the other row in stock Tortoise
        with pytest.raises(IntegrityError):
            await mine.save()

    with acting_for(coffee):
        assert await Customer.all().values_list("name", flat=True) == ["bob"]


async def test_what_cannot_be_scoped_is_refused(db: Database, tea: UUID) -> None:
    with acting_for(tea):
        with pytest.raises(OperationalError):
            Customer.raw("SELECT * FROM customer")
        with pytest.raises(OperationalError):
            Customer.filter(name="x").union(Customer.all())


async def test_no_row_refers_to_another_merchants_row(db: Database, tea: UUID, coffee: UUID, join: Join) -> None:
    """The hole that is easy to guess: my row, their id."""
    bob = await join(coffee, "bob")
    visit = {"kind": Kind.VISIT, "happened_at": START}
    attempts: list[Callable[[], Any]] = [
        lambda: Interaction.create(customer_id=bob.id, **visit),
        lambda: Interaction.create(customer=bob, **visit),
        lambda: Interaction.bulk_create([Interaction(customer_id=bob.id, **visit)]),
        lambda: Account.create(customer_id=bob.id),
    ]

    with acting_for(tea):
        for attempt in attempts:
            with pytest.raises(IntegrityError):
                await attempt()
        ann = await Customer.create(name="ann")
        mine = await Interaction.create(customer=ann, referrer=ann, **visit)
        with pytest.raises(IntegrityError):
            await Interaction.filter(id=mine.id).update(customer_id=bob.id)
        mine.referrer_id = bob.id
        with pytest.raises(IntegrityError):
            await mine.save()


async def test_deleting_a_parent_does_what_the_model_says(db: Database, tea: UUID) -> None:
    with acting_for(tea):
        ann, ben = await Customer.create(name="ann"), await Customer.create(name="ben")
        visit = await Interaction.create(customer=ann, referrer=ben, kind=Kind.VISIT, happened_at=START)

        await ben.delete()
        await visit.refresh_from_db()
        assert visit.referrer_id is None
        assert visit.merchant_id == tea

        await ann.delete()
        assert await Interaction.all().count() == 0


async def test_get_or_create_makes_a_row_of_its_own(db: Database, tea: UUID, coffee: UUID, join: Join) -> None:
    await join(coffee, "bob")

    with acting_for(tea):
        mine, created = await Customer.get_or_create(phone="1bob", defaults={"name": "mine"})
        assert (created, mine.merchant_id) == (True, tea)
        again, created = await Customer.update_or_create(phone="1bob", defaults={"name": "renamed"})
        assert (created, again.id, again.name) == (False, mine.id, "renamed")

    with acting_for(coffee):
        assert await Customer.all().values_list("name", flat=True) == ["bob"]


async def test_nothing_is_made_without_a_merchant(db: Database) -> None:
    with pytest.raises(MerchantNotBoundError):
        await Customer.get_or_create(phone="9")
    with pytest.raises(MerchantNotBoundError):
        Customer(name="x")


async def test_the_merchant_follows_the_task(db: Database, tea: UUID, coffee: UUID, join: Join) -> None:
    await join(tea, "ann")
    await join(coffee, "bob")

    async def names(merchant: UUID) -> list[Any]:
        with acting_for(merchant):
            await asyncio.sleep(0)
            async with db.transaction():
                return list(await Customer.all().values_list("name", flat=True))

    assert await asyncio.gather(names(tea), names(coffee), names(tea)) == [["ann"], ["bob"], ["ann"]]


async def test_a_transaction_follows_the_merchant_that_is_bound(db: Database, tea: UUID, coffee: UUID) -> None:
    async def undone() -> None:
        async with db.transaction():
            with acting_for(tea):
                await Customer.create(name="dan")
            raise ZeroDivisionError

    async with db.transaction():
        for merchant, name in ((tea, "ann"), (coffee, "bob"), (tea, "cat")):
            with acting_for(merchant):
                await Customer.create(name=name)
        with acting_for(coffee), pytest.raises(ZeroDivisionError):
            await undone()
        with acting_for(coffee):
            await Customer.create(name="eve")

    with acting_for(tea):
        assert sorted(await Customer.all().values_list("name", flat=True)) == ["ann", "cat"]
    with acting_for(coffee):
        assert sorted(await Customer.all().values_list("name", flat=True)) == ["bob", "eve"]


async def test_saving_writes_what_changed_and_nothing_else(db: Database, tea: UUID) -> None:
    with acting_for(tea):
        ann = await Customer.create(name="ann", phone="1")
        await Customer.filter(id=ann.id).update(phone="2")

        ann.name = "anna"
        await ann.save(update_fields=["name"])
        await ann.refresh_from_db()
        assert (ann.name, ann.phone) == ("anna", "2")

        account: Any = await Account.create(customer=ann, balance=1)
        account.balance = F("balance") + 4
        await account.save()
        await account.refresh_from_db()
        assert account.balance == 5


@pytest.mark.parametrize("wrong", ["a text", None, 7])
def test_only_a_uuid_can_be_bound(wrong: Any) -> None:
    with pytest.raises(TypeError), acting_for(wrong):
        pass
