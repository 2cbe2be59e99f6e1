"""The ledger of consent, and whether a customer may be contacted now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.customers.rules.text import clean_text
from guanxi.db.transactions import OpenTransaction
from guanxi.privacy import errors, permissions
from guanxi.privacy.events import ConsentChanged
from guanxi.privacy.models import Consent, ConsentEntry
from guanxi.privacy.rules import consents as rules
from guanxi.privacy.rules.consents import Channel, Purpose, State
from guanxi.privacy.service import locking

CHUNK = 5_000
GIVEN = "SELECT customer_id FROM consent WHERE merchant_id = ?1 AND channel = ?2 AND purpose = ?3 AND state = 'given'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a customer said. ``said_at`` None: now. ``channel`` any withdraws everywhere."""

    customer_id: UUID
    channel: str
    purpose: str
    state: str
    source: str
    notice_version: str | None = None
    evidence: str | None = None
    said_at: datetime | None = None


async def set_consent(ctx: Context, said: Statement) -> list[Consent]:
    """Write a line of the ledger for each channel that is meant; what holds for these channels now.

    A line that is older than what is known changes nothing that holds; of two at one moment the withdrawal does.

    Raises:
        ForbiddenError: WRITE_CONSENTS is missing.
        BadUserInputError: a value is refused.
        NotFoundError: there is no such customer.
    """
    ctx.require_for(said.customer_id, permissions.WRITE_CONSENTS)
    channels = rules.channels_meant(said.channel, said.purpose, said.state)
    checked = _checked(ctx, said)
    async with ctx.transaction():
        # One statement about a customer after the other, so that the ledger and what holds cannot differ.
        await locking.lock_customer(said.customer_id)
        return [await write_line(ctx, channel, checked) for channel in channels]


async def may_contact(ctx: Context, customer_ids: Sequence[UUID], channel: str, purpose: str) -> list[bool]:
    """Whether each customer agrees, in the order asked; absence is refusal.

    Call it in the transaction that sends: the answer holds until that ends, for a withdrawal waits for it, and
    whoever asks after a withdrawal was committed hears of it.

    Raises:
        TypeError: outside a transaction the answer could be old before anything is sent.
    """
    if not isinstance(Consent._meta.db, OpenTransaction) or Consent._meta.db.is_snapshot:
        raise TypeError("ask inside `async with ctx.transaction()`, the one that sends")
    wanted = sorted(set(customer_ids))
    agreed: set[UUID] = set()
    for start in range(0, len(wanted), CHUNK):
        agreed |= await _agreed(ctx, wanted[start : start + CHUNK], channel, purpose)
    return [one in agreed for one in customer_ids]


async def may_use(ctx: Context, customer_ids: Sequence[UUID], purpose: str) -> list[bool]:
    """Whether each customer agrees to a use of data that has no channel; as ``may_contact``."""
    return await may_contact(ctx, customer_ids, Channel.ANY, purpose)


async def refusals_of_calls(ctx: Context, customer_ids: Sequence[UUID]) -> list[bool]:
    """Whether each customer has withdrawn the phone channel for marketing, in the order asked."""
    rows = await Consent.filter(
        customer_id__in=list(customer_ids), channel=Channel.PHONE, purpose=Purpose.MARKETING, state=State.WITHDRAWN
    ).values_list("customer_id", flat=True)
    return [one in set(rows) for one in customer_ids]


def _checked(ctx: Context, said: Statement) -> dict[str, Any]:
    """The columns of a line but for the channel."""
    source = clean_text(said.source, "source", 60)
    notice = clean_text(said.notice_version or "", "noticeVersion", 60) or None
    evidence = clean_text(said.evidence or "", "evidence", 2_000) or None
    if not source:
        raise errors.text_missing("source")
    if said.state == State.GIVEN and notice is None:
        raise errors.notice_missing()
    said_at = said.said_at or ctx.now()
    if said_at > ctx.now():
        raise errors.said_in_future()
    return {
        "customer_id": said.customer_id,
        "purpose": said.purpose,
        "state": said.state,
        "notice_version": notice,
        "source": source,
        "evidence": evidence,
        "said_at": said_at,
        "recorded_at": ctx.now(),
        "actor": f"{ctx.actor.kind}:{ctx.actor.id}",
    }


async def write_line(ctx: Context, channel: str, columns: dict[str, Any]) -> Consent:
    """Append a line of these columns, and let it count where it is the last word; the customer is locked."""
    entry = await ConsentEntry.create(channel=channel, **columns)  # names: those of _checked
    row = await Consent.get_or_none(customer_id=entry.customer_id, channel=channel, purpose=entry.purpose)
    if row is not None and not rules.counts_now(entry.state, entry.said_at, row.since):
        return row
    before = row.state if row is not None else State.WITHDRAWN.value
    is_new, row = (
        row is None,
        row or Consent(customer_id=entry.customer_id, channel=channel, purpose=entry.purpose),
    )
    row.state, row.since = entry.state, entry.said_at
    row.notice_version, row.source = entry.notice_version, entry.source
    await row.save(force_create=is_new)
    if before != row.state:
        await ctx.publish(_changed(ctx, row))
    return row


def _changed(ctx: Context, row: Consent) -> ConsentChanged:
    return ConsentChanged(
        occurred_at=ctx.now(),
        customer_id=row.customer_id,
        channel=row.channel,
        purpose=row.purpose,
        state=row.state,
    )


async def _agreed(ctx: Context, customer_ids: Sequence[UUID], channel: str, purpose: str) -> set[UUID]:
    places = ", ".join(f"?{number}" for number in range(4, 4 + len(customer_ids)))
    # In one order for everybody, and kept as they are until the sender has committed. SQLite has one writer anyway.
    lock = " FOR SHARE" if ctx.platform.dialect == "postgres" else ""
    sql = f"{GIVEN} AND customer_id IN ({places}) ORDER BY customer_id{lock}"
    rows = await ctx.platform.fetch(sql, [ctx.merchant.id, channel, purpose, *customer_ids])
    return set(_ids(rows))


def _ids(rows: Sequence[dict[str, object]]) -> Iterator[UUID]:
    for row in rows:
        found = row["customer_id"]
        yield UUID(bytes=found) if isinstance(found, bytes) else UUID(str(found))
