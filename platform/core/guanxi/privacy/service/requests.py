"""The register of what customers ask for about their data, with its clock."""

from datetime import datetime
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import errors as customer_errors
from guanxi.customers.models import Customer
from guanxi.customers.rules.text import clean_text
from guanxi.privacy import errors, permissions
from guanxi.privacy.models import PrivacyRequest
from guanxi.privacy.rules import deadlines

OPEN, DONE, REFUSED = "open", "done", "refused"
KINDS = frozenset({"export", "erasure", "correction", "objection", "other"})


async def register_request(
    ctx: Context, *, customer_id: UUID, kind: str, received_at: datetime | None = None, note: str | None = None
) -> PrivacyRequest:
    """Take a request into the register; it is due after fifteen working days.

    Raises:
        ForbiddenError: WRITE_REQUESTS is missing.
        BadUserInputError: a value is refused.
        NotFoundError: there is no such customer.
    """
    ctx.require(permissions.WRITE_REQUESTS)
    if kind not in KINDS:
        raise errors.unknown_member("kind")
    came = received_at or ctx.now()
    if came > ctx.now():
        raise errors.said_in_future().at()
    text = clean_text(note or "", "note", 500) or None
    async with ctx.transaction():
        if not await Customer.filter(id=customer_id).exists():
            raise customer_errors.unknown_customer()
        return await PrivacyRequest.create(
            customer_id=customer_id,
            kind=kind,
            state=OPEN,
            received_at=came,
            due_on=deadlines.due_on(came, ctx.merchant.timezone),
            note=text,
        )


async def close_request(
    ctx: Context, *, request_id: UUID, state: str, expected_version: int, note: str | None = None
) -> PrivacyRequest:
    """Note the answer to a request; what is closed stays closed.

    Raises:
        ForbiddenError: WRITE_REQUESTS is missing.
        BadUserInputError: the state is neither done nor refused, or a refusal gives no reason.
        NotFoundError: there is no such request.
        ConflictError: it changed meanwhile, or is closed.
    """
    ctx.require(permissions.WRITE_REQUESTS)
    text = clean_text(note or "", "note", 500) or None
    if state not in {DONE, REFUSED}:
        raise errors.unknown_member("state")
    if state == REFUSED and text is None:
        raise errors.text_missing("note")
    async with ctx.transaction():
        waiting = PrivacyRequest.filter(id=request_id, version=expected_version, state=OPEN)
        changes = {"note": text} if text is not None else {}
        changed = await waiting.update(state=state, closed_at=ctx.now(), version=expected_version + 1, **changes)
        row = await PrivacyRequest.get_or_none(id=request_id)
        if row is None:
            raise errors.unknown_request()
        if not changed:
            raise errors.stale(row.version)
        return row


async def close_answered(ctx: Context, customer_id: UUID, kind: str) -> None:
    """Close the open requests that were just answered, in the caller's transaction."""
    for row in await PrivacyRequest.filter(customer_id=customer_id, kind=kind, state=OPEN).order_by("id"):
        row.state, row.closed_at, row.version = DONE, ctx.now(), row.version + 1
        await row.save()
