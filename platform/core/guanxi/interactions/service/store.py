"""Rows of interactions as tuples: written many at once, without an object for each."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from guanxi.context import Context
from guanxi.interactions.models import Interaction, InteractionItem

COLUMNS = (
    "id",
    "merchant_id",
    "customer_id",
    "kind",
    "occurred_at",
    "recorded_at",
    "channel",
    "source",
    "external_id",
    "order_ref",
    "amount_minor",
    "currency",
    "tax_minor",
    "shipping_minor",
    "discount_minor",
    "refund_of_id",
    "voids_id",
    "subject",
    "body",
    "actor",
    "attributes",
    "mode",
)
ITEM_COLUMNS = ("id", "merchant_id", "interaction_id", "position", "sku", "category", "qty", "amount_minor")
Row = Sequence[Any]


def insert_text(table: str, columns: Sequence[str], *, skip_known: bool = False) -> str:
    """INSERT with ``?1`` style parameters; ``skip_known`` leaves out rows that break a unique key."""
    names = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join(f"?{place}" for place in range(1, len(columns) + 1))
    return f'INSERT INTO "{table}" ({names}) VALUES ({places}){" ON CONFLICT DO NOTHING" if skip_known else ""}'


INSERT = insert_text("interaction", COLUMNS)
INSERT_NEW = insert_text("interaction", COLUMNS, skip_known=True)
INSERT_ITEM = insert_text("interaction_item", ITEM_COLUMNS)


def id_writer(dialect: str) -> Callable[[UUID], Any]:
    """What the driver takes fastest for an id."""
    return _bytes_of if dialect == "sqlite" else _same


def time_writer(dialect: str) -> Callable[[datetime], Any]:
    """What the driver takes fastest for a time, in the form that ``UtcField`` stores."""
    return _text_of if dialect == "sqlite" else _same


def write_attributes(attributes: Any) -> str:
    """JSON as text, as both drivers take it."""
    return orjson.dumps(attributes).decode() if attributes else "{}"


def actor_of(ctx: Context) -> str:
    """Whoever acts, as a timeline names them."""
    return f"{ctx.actor.kind}:{ctx.actor.id}"[:120]


async def insert(rows: Sequence[Row]) -> None:
    """Write interactions in one statement; those whose external id is known are left out."""
    await _write(Interaction, INSERT_NEW, rows)


async def insert_items(rows: Sequence[Row]) -> None:
    """Write items in one statement."""
    await _write(InteractionItem, INSERT_ITEM, rows)


async def _write(model: type[Interaction] | type[InteractionItem], text: str, rows: Sequence[Row]) -> None:
    if rows:
        client = model._meta.db  # the running transaction's, where there is one
        text = text if client.capabilities.dialect == "sqlite" else text.replace("?", "$")
        await client.execute_many(text, [list(row) for row in rows])


def _bytes_of(value: UUID) -> bytes:
    return value.bytes


def _text_of(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(" ", "microseconds")


def _same(value: Any) -> Any:
    return value
