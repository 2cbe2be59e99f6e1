"""Statistics and rows as GraphQL shows them, and what clients send as the service takes it."""

from functools import partial
from typing import Any, cast
from uuid import UUID

from guanxi.context import Context
from guanxi.execution import rows, where
from guanxi.execution.sql import Statement
from guanxi.interactions import service
from guanxi.interactions.rules.facts import NewInteraction, NewItem
from guanxi.interactions.types.enums import Channel, InteractionKind, StatsGroup
from guanxi.interactions.types.filters import InteractionFilter, InteractionStatsOrder
from guanxi.interactions.types.inputs import InteractionInput
from guanxi.interactions.types.orders import OrderState, OrderStep, SalesOrder
from guanxi.interactions.types.outputs import CUSTOMER, INTERACTION, Interaction, InteractionStats
from guanxi.schema import scope
from guanxi.schema.connections import Connection, Edge, PageInfo
from guanxi.schema.inputs import SortDirection
from guanxi.schema.money import Money
from guanxi.schema.scalars import Currency, Long

TEXTS = ("external_id", "source", "order_ref", "currency", "subject", "body")
AMOUNTS = ("amount_minor", "tax_minor", "shipping_minor", "discount_minor")


def condition_of(ctx: Context, given: InteractionFilter | None) -> service.Condition:
    """A ``where`` as the service takes it."""
    if not given:
        return service.Only()
    mapping = where.as_mapping(given)

    def write(statement: Statement, alias: str) -> str:
        return where.write(ctx.schema.catalog, InteractionFilter.__name__, mapping, statement, alias, ctx)

    return write


def order_of(given: list[InteractionStatsOrder] | None) -> list[tuple[service.Measure, bool]]:
    """An ``orderBy`` as the service takes it."""
    keys = [(measure, getattr(one, measure.value)) for one in given or () for measure in service.Measure]
    return [(measure, said is SortDirection.DESC) for measure, said in keys if isinstance(said, SortDirection)]


def groups_of(given: list[StatsGroup] | None) -> list[service.Group]:
    """A ``groupBy`` as the service takes it."""
    return [service.Group[group.name] for group in given or ()]


async def stats_page(ctx: Context, query: service.StatsQuery) -> Connection[InteractionStats]:
    """A page of statistics."""
    page = await service.interaction_stats(ctx, query)
    edges = [Edge(cursor=stat.cursor, node=to_stats(stat)) for stat in page.rows]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=query.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        counter=partial(service.count_stats, ctx, query),
    )


def to_stats(stat: service.Stat) -> InteractionStats:
    """One group as GraphQL shows it."""
    currency = Currency(stat.currency)
    return InteractionStats(
        kind=None if stat.kind is None else InteractionKind(stat.kind),
        channel=None if stat.channel is None else Channel(stat.channel),
        bucket=stat.bucket,
        currency=currency,
        count=Long(stat.count),
        amount=Money(amount_minor=Long(stat.amount_minor), currency=currency),
        net=Money(amount_minor=Long(stat.net_minor), currency=currency),
        first_at=stat.first_at,
        last_at=stat.last_at,
        customer_id=stat.customer_id,
    )


def to_order(order: service.Order) -> SalesOrder:
    """An order as GraphQL shows it."""
    steps = [
        OrderStep(
            state=OrderState(step.state),
            since=step.since,
            until=step.until,
            seconds=None if step.until is None else Long(int((step.until - step.since).total_seconds())),
        )
        for step in order.steps
    ]
    return SalesOrder(order_ref=order.order_ref, state=steps[-1].state, steps=steps)


def to_new(values: InteractionInput) -> NewInteraction:
    """A fact that a client sent. Raises: BadUserInputError where an id is of another type."""
    return NewInteraction(
        values.customer.of(CUSTOMER),
        str(values.kind),
        values.occurred_at,
        str(values.channel),
        **{name: getattr(values, name) for name in (*TEXTS, *AMOUNTS)},
        refund_of=values.refund_of.of(INTERACTION) if values.refund_of else None,
        attributes=cast("dict[str, Any]", {} if values.attributes is None else values.attributes),
        items=[NewItem(item.sku, item.qty, item.amount_minor, item.category) for item in values.items],
    )


async def find_matching(ctx: Context, row_id: UUID, given: InteractionFilter | None) -> Interaction | None:
    """A row by its id, where it matches."""
    table = ctx.schema.catalog.table_of(Interaction)
    statement = Statement(ctx.platform.dialect)
    mine = f't."merchant_id" = {statement.bind(ctx.merchant.id)} AND t."id" = {statement.bind(row_id)}'
    mine += scope.suffix(ctx, statement.bind, table.model, "t")
    matches = condition_of(ctx, given)(statement, "t")
    sql = f"SELECT {rows.select_list(table, 't')} FROM {table.sql} t WHERE {mine} AND {matches}"
    found: list[Interaction] = await rows.fetch(ctx, table, sql, statement)
    return found[0] if found else None
