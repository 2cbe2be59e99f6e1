"""Where an order stands, from the facts that share its reference, however late or mixed up they came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guanxi.interactions.rules.facts import Kind


class OrderState(StrEnum):
    """How far an order has come. Declared in that order."""

    ORDERED = "ordered"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    SETTLED = "settled"
    EXCHANGED = "exchanged"
    RETURNED = "returned"
    REFUNDED = "refunded"


REACHED_BY: Mapping[str, OrderState] = {
    Kind.ORDER: OrderState.ORDERED,
    Kind.PAYMENT: OrderState.PAID,
    Kind.SHIPMENT: OrderState.SHIPPED,
    Kind.DELIVERY: OrderState.DELIVERED,
    Kind.PURCHASE: OrderState.SETTLED,
    Kind.EXCHANGE: OrderState.EXCHANGED,
    Kind.RETURN: OrderState.RETURNED,
    Kind.REFUND: OrderState.REFUNDED,
}
RANK = {state: rank for rank, state in enumerate(OrderState)}


@dataclass(frozen=True, slots=True)
class Step:
    """A state, since when, and until when; ``until`` None is the state that stands."""

    state: OrderState
    since: datetime
    until: datetime | None


def course(facts: Iterable[tuple[str, datetime]]) -> list[Step]:
    """The states an order went through, from (kind, occurred_at) of its facts in any order.

    An order never goes back: cash on delivery is paid after it is delivered, which is no new state.
    Kinds that move no order are ignored.
    """
    found = sorted((at, RANK[REACHED_BY[kind]]) for kind, at in facts if kind in REACHED_BY)
    reached: list[tuple[datetime, int]] = []
    for at, rank in found:
        if not reached or rank > reached[-1][1]:
            reached.append((at, rank))
    ends: list[datetime | None] = [at for at, _ in reached[1:]]
    states = list(OrderState)
    return [Step(states[rank], at, end) for (at, rank), end in zip(reached, [*ends, None], strict=False)]
