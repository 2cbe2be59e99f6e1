"""Open a shop, read it, change it, raise its epoch."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from guanxi.context import Actor, Context, Principal
from guanxi.db.fields import uuid7
from guanxi.db.merchant import current_merchant
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.merchants import service
from guanxi.merchants.models import Merchant

OpenShop = Callable[..., Awaitable[Context]]


async def nothing(ctx: Context) -> None:
    """What a shop needs at least."""


async def test_a_shop_opens_with_the_defaults_of_the_platform(open_shop: OpenShop) -> None:
    ctx = await open_shop("tea")

    row = await service.get_merchant(ctx)

    assert (row.slug, row.name, row.timezone, row.currency) == ("tea", "Tea", "Asia/Shanghai", "CNY")
    assert (row.locale, row.document_mode, row.allowed_origins) == ("zh-CN", "limited", [])
    assert (row.epoch, row.version, row.created_at) == (1, 1, ctx.now())
    assert ctx.merchant == service.ref_of(row)


async def test_what_must_be_there_from_the_start_is_written_with_the_shop(platform_ctx: Context) -> None:
    seen = []

    async def failing(ctx: Context) -> None:
        seen.append(ctx.merchant.id == current_merchant())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await service.create_merchant(platform_ctx, service.NewMerchant("tea", "Tea"), then=failing)

    assert seen == [True]
    assert await service.find_merchant(platform_ctx, "tea") is None


async def test_two_shops_cannot_have_one_slug(open_shop: OpenShop) -> None:
    results = await asyncio.gather(*(open_shop("tea") for _ in range(3)), return_exceptions=True)

    lost = [result for result in results if isinstance(result, ConflictError)]
    assert len(lost) == 2
    assert lost[0].path == ("slug",)
    assert await Merchant.all().count() == 1


async def test_only_the_platform_opens_finds_and_lists_shops(open_shop: OpenShop) -> None:
    ctx = await open_shop("tea")

    for attempt in (
        service.create_merchant(ctx, service.NewMerchant("tea-2", "Tea"), then=nothing),
        service.find_merchant(ctx, "tea"),
        service.list_merchants(ctx),
    ):
        with pytest.raises(ForbiddenError):
            await attempt


async def test_shops_are_listed_by_slug_page_by_page(platform_ctx: Context, open_shop: OpenShop) -> None:
    for slug in ("cups", "apples", "books"):
        await open_shop(slug)

    first = await service.list_merchants(platform_ctx, limit=2)
    rest = await service.list_merchants(platform_ctx, after_slug=first[-1].slug)

    assert [row.slug for row in [*first, *rest]] == ["apples", "books", "cups"]


async def test_a_change_keeps_what_it_does_not_name(open_shop: OpenShop) -> None:
    ctx = await open_shop("tea", currency="USD", allowed_origins=("https://tea.example",))

    row = await service.update_merchant(ctx, {"name": "Tea House", "document_mode": "trusted"}, expected_version=1)

    assert (row.name, row.document_mode, row.version, row.epoch) == ("Tea House", "trusted", 2, 2)
    assert (row.currency, row.allowed_origins) == ("USD", ["https://tea.example"])


async def test_of_parallel_changes_one_wins_and_the_others_learn_the_version(open_shop: OpenShop) -> None:
    ctx = await open_shop("tea")

    results = await asyncio.gather(
        *(service.update_merchant(ctx, {"name": f"Tea {n}"}, expected_version=1) for n in range(10)),
        return_exceptions=True,
    )

    won = [result for result in results if isinstance(result, Merchant)]
    lost = [result for result in results if isinstance(result, ConflictError)]
    assert (len(won), len(lost)) == (1, 9)
    assert {error.details["currentVersion"] for error in lost} == {2}
    assert (await service.get_merchant(ctx)).name == won[0].name


async def test_a_refused_setting_changes_nothing(open_shop: OpenShop) -> None:
    ctx = await open_shop("tea")

    with pytest.raises(BadUserInputError) as refused:
        await service.update_merchant(ctx, {"name": "New", "timezone": "Asia/Nowhere"}, expected_version=1)

    assert refused.value.path == ("timezone",)
    assert (await service.get_merchant(ctx)).version == 1


async def test_a_change_needs_its_permission(open_shop: OpenShop) -> None:
    ctx = await open_shop("tea")
    guest = replace(ctx, principal=Principal(ctx.merchant, Actor("token", "t")), loaders={})

    with pytest.raises(ForbiddenError) as refused:
        await service.update_merchant(guest, {"name": "Mine"}, expected_version=1)

    assert refused.value.details == {"permission": "merchants.merchant.write"}


async def test_a_change_stays_in_its_own_shop(open_shop: OpenShop) -> None:
    ctx, other = await open_shop("tea-a"), await open_shop("tea-b")

    await service.update_merchant(ctx, {"name": "Changed"}, expected_version=1)

    assert (await service.get_merchant(other)).name == "Tea-B"


async def test_parallel_raises_of_the_epoch_all_count(open_shop: OpenShop) -> None:
    ctx = await open_shop("tea")

    async def raised() -> None:
        async with ctx.transaction():
            await service.raise_epoch(ctx.merchant.id)

    await asyncio.gather(*(raised() for _ in range(10)))

    assert (await service.get_merchant(ctx)).epoch == 11


async def test_an_epoch_rises_with_its_transaction_or_not_at_all(open_shop: OpenShop) -> None:
    ctx = await open_shop("tea")

    async def failing() -> None:
        async with ctx.transaction():
            await service.raise_epoch(ctx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()

    assert (await service.get_merchant(ctx)).epoch == 1


async def test_there_is_no_epoch_of_an_unknown_merchant(platform_ctx: Context) -> None:
    with pytest.raises(NotFoundError):
        await service.raise_epoch(uuid7())
    with pytest.raises(NotFoundError):
        await service.get_merchant(platform_ctx)
