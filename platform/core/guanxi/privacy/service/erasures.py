"""Erasing a customer's personal data from every part of the system, with a proof."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from tortoise import Model

from guanxi import audit
from guanxi.context import Context
from guanxi.customers.models import Customer
from guanxi.db.privacy import PrivacyClass
from guanxi.events import CustomerErased
from guanxi.privacy import errors, permissions
from guanxi.privacy.models import Erasure
from guanxi.privacy.service import answers, clearing, holds, locking, requests, tables
from guanxi.privacy.service.tables import HangingTable

ERASED_NAME = "—"
ANSWERS = "execution_idempotency_record"
# Retained by rule: alone they are no reason to keep a row.
BY_RULE = frozenset({"created_at", "updated_at"})


async def erase_customer(ctx: Context, customer_id: UUID) -> Erasure:
    """Erase all personal data of a customer, in every plugin, disabled ones too; what books need stays.

    The customer's row stays as an id that stands for nobody. Twice is once: the proof of the first time comes back.
    Open requests for it are closed.

    Raises:
        ForbiddenError: ERASE_CUSTOMERS is missing.
        NotFoundError: there is no such customer.
        LegalHoldError: a legal hold stands.
    """
    ctx.require(permissions.ERASE_CUSTOMERS)
    async with ctx.transaction():
        await locking.lock_customer(customer_id)
        known = await Erasure.get_or_none(customer_id=customer_id)
        if known is not None:
            return known
        if await holds.held_among([customer_id]):
            raise errors.held()
        event = CustomerErased(occurred_at=ctx.now(), customer_id=customer_id)
        await ctx.publish(event)
        told = await ctx.platform.tell_disabled(ctx, event)
        await _overwrite(ctx)
        counts = await _erase_rows(ctx, customer_id)
        await requests.close_answered(ctx, customer_id, "erasure")
        return await _prove(ctx, customer_id, counts, told)


async def _overwrite(ctx: Context) -> None:
    """From here on SQLite writes zeros over what it frees; otherwise the old text would stay in the file."""
    if ctx.platform.dialect == "sqlite":
        await ctx.platform.fetch("PRAGMA main.secure_delete = ON", [])


async def _erase_rows(ctx: Context, customer_id: UUID) -> dict[str, dict[str, int]]:
    """Delete or clear the customer's rows, table by table; how many."""
    found = await tables.hanging_tables(ctx)
    kept = kept_models(found)
    words = await answers.words_of(found, customer_id)
    counts = {ANSWERS: {"cleared": await answers.forget_answers(words)}}
    for table in found:
        ids = await tables.ids_of(table, customer_id)
        if table.model in kept:
            names = [name for name, said in table.classes.items() if said.is_erased]
            counts[table.name] = {"cleared": await clearing.clear(table, ids, names), "kept": len(ids)}
        else:
            counts[table.name] = {"deleted": await _delete(table.model, ids)}
    await _close_customer(ctx, customer_id)
    return counts


def kept_models(found: Sequence[HangingTable]) -> set[type[Model]]:
    """Tables whose rows stay: they hold facts that must be kept, or rows that stay point to them."""
    kept = {one.model for one in found if set(one.names_of(PrivacyClass.RETAIN)) - BY_RULE} | {Customer}
    while True:
        above = {parent for model in kept for _, parent in tables.parents_of(model)}
        more = {one.model for one in found if one.model in above} - kept
        if not more:
            return kept
        kept |= more


async def _delete(model: type[Model], ids: Sequence[UUID]) -> int:
    for start in range(0, len(ids), clearing.CHUNK):
        await model.filter(id__in=list(ids[start : start + clearing.CHUNK])).delete()
    return len(ids)


async def _close_customer(ctx: Context, customer_id: UUID) -> None:
    row = await Customer.get(id=customer_id)
    row.display_name, row.updated_at, row.version = ERASED_NAME, ctx.now(), row.version + 1
    row.archived_at = row.archived_at or ctx.now()
    await row.save()


async def _prove(
    ctx: Context, customer_id: UUID, counts: Mapping[str, Mapping[str, int]], told: Mapping[str, str]
) -> Erasure:
    row = Erasure(
        customer_id=customer_id,
        erased_at=ctx.now(),
        erased_by=f"{ctx.actor.kind}:{ctx.actor.id}",
        tables={name: dict(counts[name]) for name in sorted(counts)},
        plugins=dict(told),
    )
    row.digest = digest_of(row)
    await row.save(force_create=True)
    subject, details = f"cus_{customer_id.hex}", {"erasure": f"era_{row.id.hex}", "digest": row.digest}
    await audit.record(ctx, action="privacy.customer.erased", subject=subject, details=details)
    return row


def digest_of(row: Erasure) -> str:
    """SHA-256 over what the proof says, keys in order: whoever changes a number is found out."""
    said: dict[str, Any] = {
        "customer": row.customer_id.hex,
        "merchant": row.merchant_id.hex,
        "erasedAt": row.erased_at.isoformat(timespec="microseconds"),
        "erasedBy": row.erased_by,
        "tables": row.tables,
        "plugins": row.plugins,
    }
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
