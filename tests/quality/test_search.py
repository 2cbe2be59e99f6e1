"""The search on both databases: all and only, in the transaction of every change."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.customers import service as customers
from guanxi.customers.permissions import READ_CONTACTS, READ_CUSTOMERS
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.customers.service import CustomerChanges, UpsertItem, bulk
from guanxi.customers.service.bulk import BulkCustomer
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.errors import BadUserInputError, ConflictError, Text
from guanxi.quality.models import SearchToken
from guanxi.quality.service import index
from guanxi.testing.counts import scaled

FIND = """query ($search: String!) { customers(where: {search: $search}, orderBy: [{displayName: ASC}], first: 2) {
    nodes { displayName } pageInfo { hasNextPage endCursor } totalCount } }"""
# Characters with one reading each, none of them a surname that is read otherwise.
READ_AS = {"张": "zhang", "伟": "wei", "王": "wang", "芳": "fang", "李": "li", "娜": "na", "敏": "min", "静": "jing"}
NAMES = st.text(st.sampled_from(list(READ_AS)), min_size=1, max_size=4)


def is_meant(name: str, query: str) -> bool:
    """The search by its definition, over names of the characters above."""
    ends = [name[place:] for place in range(len(name))]
    typed = [*ends, *("".join(READ_AS[one] for one in end) for end in ends)]
    return any(one.startswith(query) for one in [*typed, *("".join(READ_AS[one][0] for one in end) for end in ends)])


@st.composite
def searches(draw: Any) -> str:
    """Part of a name as somebody types it."""
    name = draw(NAMES)
    typed = draw(
        st.sampled_from([name, "".join(READ_AS[one] for one in name), "".join(READ_AS[one][0] for one in name)])
    )
    return str(typed[: draw(st.integers(1, len(typed)))])


async def create_and_fail(shop: Any, ctx: Any) -> None:
    """A caller that fails after a customer was made."""
    async with ctx.transaction():
        await shop.customer("李娜")
        raise ConflictError(Text("no", "不"))


async def test_a_name_finds_all_who_have_it_and_nobody_else(shop: Any) -> None:
    names = ("张伟", "張偉", "张伟明", "小张伟", "章炜", "伟张", "张　伟", "Zhang Wei", "王伟", "欧阳锋", "歐陽鋒")
    ids = {name: await shop.customer(name) for name in names}

    async def found(query: str) -> set[str]:
        hit = await shop.found(query)
        return {name for name, one in ids.items() if one in hit}

    wei = {"张伟", "張偉", "张伟明", "小张伟", "张　伟"}
    assert await found("张伟") == await found("張偉") == wei
    assert await found("zhangwei") == await found("ＺＨＡＮＧＷＥＩ") == wei | {"章炜"}
    assert await found("zw") == wei | {"章炜"}
    assert await found("zhang wei") == wei | {"章炜", "伟张", "Zhang Wei"}
    assert await found("欧阳") == await found("ouyang") == await found("oy") == {"欧阳锋", "歐陽鋒"}
    assert await found("") == set(ids)
    assert await found("%") == await found("张 %") == set()


async def test_random_names_are_found_by_their_definition(shop: Any) -> None:
    seen: dict[UUID, str] = {}

    @settings(max_examples=scaled(300, 25), suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.lists(NAMES, max_size=3), st.lists(searches(), min_size=1, max_size=6))
    def check(names: list[str], queries: list[str]) -> None:
        examples.append((names, queries))

    examples: list[tuple[list[str], list[str]]] = []
    await asyncio.to_thread(check)
    for names, queries in examples:
        for name in names:
            seen[await shop.customer(name)] = name
        for query in queries:
            assert await shop.found(query) == {one for one, name in seen.items() if is_meant(name, query)}, query


async def test_every_way_to_change_a_customer_keeps_the_index(shop: Any, ctx: Any) -> None:
    one = await shop.customer("王芳", "13800000001")
    item = UpsertItem(Identity("erp", "1"), {"display_name": "李娜"}, [NewContact("phone", "13900001111")])
    (made,) = await customers.upsert_customers(ctx, [item])
    changes = CustomerChanges({"display_name": "赵敏"}, [NewContact("phone", "13700002222")])
    await customers.update_customer(ctx, one, changes)
    await customers.archive_customer(ctx, made.customer.id)

    assert await shop.found("王芳") == set()
    assert await shop.found("赵敏") == {one}
    assert (
        await shop.found("0001")
        == await shop.found("2222")
        == await shop.found("138 0000 0001 ".replace(" ", ""))
        == {one}
    )
    assert await shop.found("lina") == await shop.found("1111") == {made.customer.id}


async def test_a_change_that_is_rolled_back_leaves_the_index(shop: Any, ctx: Any) -> None:
    one = await shop.customer("王芳")
    with pytest.raises(ConflictError):
        await customers.update_customer(ctx, one, CustomerChanges({"display_name": "李娜"}), expected_version=9)
    with pytest.raises(ConflictError):
        await create_and_fail(shop, ctx)

    assert await shop.found("王芳") == {one}
    assert await shop.found("李娜") == set()


async def test_customers_of_a_file_are_found(shop: Any, ctx: Any) -> None:
    new = [BulkCustomer(uuid7(), str(place), f"客户{place}") for place in range(2_500)]
    async with ctx.transaction():
        await bulk.insert_customers(ctx, shop.opened.db, system="erp", customers=new)

    assert await shop.found("kehu1234") == {new[1234].id}
    assert len(await shop.found("客户")) == 2_500


async def test_the_index_can_be_built_anew(shop: Any, ctx: Any) -> None:
    one = await shop.customer("曾静", "13800000001")
    before = set(await SearchToken.all().values_list("token", flat=True))
    await SearchToken.all().delete()

    assert await index.rebuild(ctx) == 1 == await index.rebuild(ctx)
    assert await SearchToken.all().count() == len(before)
    assert set(await SearchToken.all().values_list("token", flat=True)) == before
    assert await shop.found("zengjing") == {one}


async def test_who_sees_contacts_masked_does_not_search_by_them(shop: Any) -> None:
    one = await shop.customer("王芳", "13800000001", "fang@example.com")
    masked = shop.without(READ_CONTACTS)

    for query in ("0001", "13800000001", "fang@example.com"):
        assert await shop.found(query) == {one}
        assert await shop.found(query, masked) == set()
    assert await shop.found("wangfang", masked) == {one}
    assert (await shop.ask(FIND, by=shop.without(READ_CUSTOMERS), search="王芳")).errors[0]["extensions"][
        "code"
    ] == "FORBIDDEN"


async def test_a_hotline_finds_nobody(shop: Any) -> None:
    await shop.customer("银行", "95588", "4008123123")

    assert await shop.found("5588") == await shop.found("95588") == await shop.found("3123") == set()


async def test_a_list_of_customers_is_searched_with_pages_and_counts(shop: Any) -> None:
    for name in ("王芳", "王敏", "王静", "李娜"):
        await shop.customer(name)

    found = (await shop.told(FIND, search="wang"))["customers"]

    assert [one["displayName"] for one in found["nodes"]] == ["王敏", "王芳"]
    assert (found["pageInfo"]["hasNextPage"], found["totalCount"]) == (True, 3)
    answer = await shop.ask(FIND, search="王" * 201)
    assert answer.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_another_shop_is_not_searched(shop: Any, other: Any) -> None:
    one = await shop.customer("王芳", "13800000001")
    with acting_for(other.ctx.merchant.id):
        theirs = await other.customer("王芳", "13800000001")
        assert await other.found("王芳") == await other.found("0001") == {theirs}

    assert await shop.found("王芳") == await shop.found("13800000001") == {one}


async def test_an_over_long_search_is_refused(shop: Any) -> None:
    for query in ("a" * 201, "a b c d e f g h i"):
        with pytest.raises(BadUserInputError):
            await shop.found(query)
