"""Stored answers of keyed mutations that speak of an erased customer."""

from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

import orjson

from guanxi.db.privacy import PrivacyClass
from guanxi.execution.models import IdempotencyRecord
from guanxi.privacy.service import tables
from guanxi.privacy.service.tables import HangingTable

PERSONAL: Final = (PrivacyClass.SEARCHABLE, PrivacyClass.ENCRYPTED, PrivacyClass.EXPORT)
SHORTEST = 2
# Replayed in place of the answer: the effect stays done once, and whoever repeats it learns why it says no more.
FORGOTTEN: Final = orjson.dumps(
    {
        "data": None,
        "errors": [
            {
                "message": "The answer was erased with the customer that it spoke of. Read the state again.",
                "extensions": {"code": "NOT_FOUND"},
            }
        ],
    }
).decode()


async def words_of(found: Iterable[HangingTable], customer_id: UUID) -> set[bytes]:
    """Texts by which an answer speaks of the customer, as JSON writes them: the id, and each personal text."""
    words = {customer_id.hex.encode()}
    for table in found:
        names = table.names_of(*PERSONAL)
        async for page in tables.pages_of(table, table.of_customer(customer_id)):
            words |= {orjson.dumps(text) for row in page for name in names for text in _texts(getattr(row, name))}
    return words


async def forget_answers(words: Collection[bytes]) -> int:
    """Replace each stored answer that speaks of the customer, in the caller's transaction; how many."""
    count, last = 0, UUID(int=0)
    while True:
        rows = IdempotencyRecord.filter(body__isnull=False, id__gt=last).order_by("id").limit(tables.PAGE)
        page = await rows
        for row in page:
            if any(word in (row.body or "").encode() for word in words):
                row.body, count = FORGOTTEN, count + 1
                await row.save(update_fields=["body"])
        if len(page) < tables.PAGE:
            return count
        last = page[-1].id


def _texts(value: Any) -> Iterable[str]:
    """A value's texts that are long enough to say something."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) and len(value) >= SHORTEST else []
