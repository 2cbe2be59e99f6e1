"""What posts reach of their targets, and what is kept when a period is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from team_shop import Member, Shop

from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError, PluginDisabledError
from guanxi.interactions import service as interactions
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.staff.models import PostHolding
from guanxi.teamwork import rules, service
from guanxi.teamwork.rules import Measured

PERIOD = "2026-11"
SPENT, COUNT = "interactions.net_minor", "interactions.purchase_count"


async def sell(shop: Shop, owner: Member, *amounts: int) -> None:
    for place, amount in enumerate(amounts):
        customer = await shop.customer(f"customer {place}", owner)
        one = NewInteraction(customer.id, "purchase", shop.clock(), "store", amount_minor=amount, source="till")
        await interactions.record_interactions(shop.ctx, [one])


async def target(shop: Shop, of: Member, metric: str, wanted: int, weight_bp: int, **more: int) -> int:
    new = service.NewTarget(post_id=of.post.id, metric=metric, period=PERIOD, target=wanted, weight_bp=weight_bp)
    return (await service.set_target(shop.ctx, new, **more)).version


@given(
    st.lists(
        st.builds(
            Measured,
            st.just("m"),
            st.integers(1, 10**9),
            st.integers(1, rules.WHOLE),
            st.floats(0, 1e12, allow_nan=False),
        ),
        max_size=6,
    )
)
def test_a_score_is_the_sum_of_weights_times_what_was_reached_at_most_one_and_a_half(found: list[Measured]) -> None:
    expected = sum(one.weight_bp / 10_000 * min(one.value / one.target, 1.5) for one in found)

    assert rules.score(found) == pytest.approx(expected)
    assert rules.score(found) <= sum(one.weight_bp for one in found) / 10_000 * 1.5 + 1e-9


@pytest.mark.parametrize(
    ("period", "end"),
    [("2026-11", "2026-12-01"), ("2026-12", "2027-01-01"), ("2026-Q1", "2026-04-01"), ("2026-Q4", "2027-01-01")],
)
def test_a_period_ends_with_its_last_day(period: str, end: str) -> None:
    assert rules.end_of(rules.checked_period(period)).isoformat() == end


@pytest.mark.parametrize("period", ["", "2026", "2026-13", "2026-Q5", "2026-00", "26-11", "2026-11-01"])
def test_what_is_no_period_is_refused(period: str) -> None:
    with pytest.raises(BadUserInputError):
        rules.checked_period(period)


async def test_a_score_is_made_of_facts_of_the_posts_own_customers(shop: Shop) -> None:
    li, wang = await shop.hire("li"), await shop.hire("wang")
    await sell(shop, li, 300_00, 150_00)
    await sell(shop, wang, 9_000_00)
    await target(shop, li, SPENT, 900_00, 6_000)
    await target(shop, li, COUNT, 1, 4_000)

    found = await service.post_score(shop.ctx, li.post.id, PERIOD)

    assert [(one.metric, one.value) for one in found.measured] == [(SPENT, 450_00.0), (COUNT, 2.0)]
    assert found.score == pytest.approx(0.6 * 0.5 + 0.4 * 1.5)
    assert not found.is_closed


async def test_a_closed_period_stays_with_the_post_and_with_who_held_it(shop: Shop) -> None:
    li = await shop.hire("li")
    await sell(shop, li, 100_00)
    await target(shop, li, COUNT, 2, 10_000)
    with pytest.raises(ConflictError):
        await service.close_period(shop.ctx, li.post.id, PERIOD)

    shop.clock.advance(days=30)
    closed = await service.close_period(shop.ctx, li.post.id, PERIOD)
    await PostHolding.filter(post_id=li.post.id).update(until=shop.clock())
    await sell(shop, li, 100_00, 100_00)
    again = await service.close_period(shop.ctx, li.post.id, PERIOD)

    assert (closed.score, closed.person_id, closed.is_closed) == (0.5, li.person.id, True)
    assert again == closed == await service.post_score(shop.ctx, li.post.id, PERIOD)
    with pytest.raises(ConflictError):
        await target(shop, li, COUNT, 5, 10_000, expected_version=1)


async def test_a_target_that_makes_no_score_is_refused(shop: Shop) -> None:
    li = await shop.hire("li")
    agent = li.ctx

    for wanted, weight in ((0, 1), (-1, 1), (1, 0), (1, 10_001)):
        with pytest.raises(BadUserInputError):
            await target(shop, li, COUNT, wanted, weight)
    with pytest.raises(PluginDisabledError):
        await target(shop, li, "nobody.knows", 1, 1)
    with pytest.raises(ForbiddenError):
        await service.set_target(
            agent, service.NewTarget(post_id=li.post.id, metric=COUNT, period=PERIOD, target=1, weight_bp=1)
        )
    assert await target(shop, li, COUNT, 1, 1) == 1
    with pytest.raises(ConflictError):
        await target(shop, li, COUNT, 2, 1)
    assert await target(shop, li, COUNT, 2, 1, expected_version=1) == 2


async def test_the_score_of_a_post_out_of_sight_is_not_told(shop: Shop) -> None:
    li, wang = await shop.hire("li", "manager"), await shop.hire("wang", "manager")
    await target(shop, li, COUNT, 1, 10_000)

    assert (await service.post_score(li.ctx, li.post.id, PERIOD)).score == 0
    with pytest.raises(NotFoundError):
        await service.post_score(wang.ctx, li.post.id, PERIOD)
