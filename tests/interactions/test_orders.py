"""Orders as they follow from the timeline, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from guanxi.db import statements
from guanxi.errors import ForbiddenError
from guanxi.interactions import permissions, service
from guanxi.interactions.loaders import to_order
from guanxi.interactions.rules.facts import NewInteraction
from guanxi.interactions.rules.orders import OrderState


async def happened(ctx: Any, customer: Any, ref: str, *steps: tuple[str, int]) -> list[Any]:
    """Facts of an order, each so many hours ago."""
    made = [
        NewInteraction(customer, kind, ctx.now() - timedelta(hours=ago), order_ref=ref, amount_minor=100)
        for kind, ago in steps
    ]
    return await service.record_interactions(ctx, made)


async def test_an_order_has_a_state_and_the_time_in_each(ctx: Any, customer: Any) -> None:
    await happened(ctx, customer, "A", ("shipment", 20), ("order", 50), ("payment", 49), ("delivery", 10))

    ((order,),) = await service.orders_of(ctx, [customer])
    shown = to_order(order)

    assert [step.state for step in order.steps] == [
        OrderState.ORDERED, OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED
    ]  # fmt: skip
    assert (str(shown.state), [step.seconds for step in shown.steps]) == ("delivered", [3_600, 104_400, 36_000, None])


async def test_orders_come_newest_first_for_many_customers_by_one_statement(ctx: Any, shop: Any) -> None:
    one, two, none = await shop.customers(3)
    for ref, ago in (("A", 30), ("B", 20), ("C", 10)):
        await happened(ctx, one, ref, ("order", ago))
    await happened(ctx, one, "A", ("payment", 5))
    await happened(ctx, two, "A", ("order", 1), ("refund", 1))

    with statements.counting() as asked:
        found = await service.orders_of(ctx, [none, two, one], limit=2)

    assert [[order.order_ref for order in orders] for orders in found] == [[], ["A"], ["A", "C"]]
    assert found[1][0].steps[-1].state is OrderState.REFUNDED
    assert asked.count == 1


async def test_voided_facts_and_other_kinds_move_no_order(ctx: Any, customer: Any) -> None:
    await happened(ctx, customer, "A", ("order", 9), ("inquiry", 5))
    (payment,) = await happened(ctx, customer, "A", ("payment", 8))
    await service.void_interaction(ctx, payment.id)

    ((order,),) = await service.orders_of(ctx, [customer])

    assert [step.state for step in order.steps] == [OrderState.ORDERED]


async def test_orders_need_the_right_to_read_interactions(shop: Any, customer: Any) -> None:
    with pytest.raises(ForbiddenError):
        await service.orders_of(shop.without(permissions.READ_INTERACTIONS), [customer])
