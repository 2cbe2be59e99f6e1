"""Internal notes about anything that has an id."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from guanxi.context import Context
from guanxi.teamwork import errors, permissions, rules
from guanxi.teamwork.models import Note
from guanxi.teamwork.service import notices


async def add_note(
    ctx: Context, *, subject_ref: str, customer_id: UUID | None, body: str, mentions: Sequence[UUID] = ()
) -> Note:
    """Write a note and tell whom it names.

    Args:
        ctx: who writes.
        subject_ref: the global id of what it is about; whoever calls has looked whether the actor sees that.
        customer_id: the customer behind it, if any: whoever sees the customer will see the note.
        body: what it says.
        mentions: people to tell.

    Raises:
        ForbiddenError: teamwork.note.write is missing.
        BadUserInputError: the text is empty or too long, or it names too many people.
        NotFoundError: the merchant has no such person.
    """
    ctx.require(permissions.WRITE_NOTES)
    text = rules.checked_text(body, "body", rules.BODY)
    if len(mentions) > rules.MENTIONS:
        raise errors.bad_length("mentions", rules.MENTIONS)
    async with ctx.transaction():
        note = await Note.create(
            subject_ref=subject_ref,
            customer_id=customer_id,
            body=text,
            author=f"{ctx.actor.kind}:{ctx.actor.id}"[:120],
            created_at=ctx.now(),
        )
        await notices.tell_mentioned(ctx, note, mentions)
    return note


async def list_notes(ctx: Context, subject_ref: str, *, first: int = 20) -> list[UUID]:
    """Ids of the notes about something, newest first; each may be one that the actor does not see."""
    ctx.require(permissions.READ_NOTES)
    ids: Any = (
        await Note.filter(subject_ref=subject_ref)
        .order_by("-id")
        .limit(max(0, min(first, 100)))
        .values_list("id", flat=True)
    )
    return [UUID(int=one.int) for one in ids]
