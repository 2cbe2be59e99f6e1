"""Consent of customers who turn out to be one person, and of those who turn out to be two after all."""

from collections.abc import Sequence
from typing import Any

from guanxi.context import Context
from guanxi.events import CustomerMerged, CustomerUnmerged
from guanxi.privacy.models import Consent, ConsentEntry
from guanxi.privacy.rules import consents as rules
from guanxi.privacy.rules.consents import State
from guanxi.privacy.service import consents, locking


async def join_consents(ctx: Context, event: CustomerMerged) -> None:
    """What both said holds for the survivor, a withdrawal before a consent; in the merging transaction."""
    await locking.lock_customer(event.survivor_id)
    own = {(row.channel, row.purpose): row for row in await Consent.filter(customer_id=event.survivor_id)}
    for theirs in await Consent.filter(customer_id=event.absorbed_id).order_by("channel", "purpose"):
        mine = own.get((theirs.channel, theirs.purpose))
        is_withdrawn = State.WITHDRAWN in {theirs.state, mine.state if mine else theirs.state}
        state = State.WITHDRAWN if is_withdrawn else State.GIVEN
        if mine is None or mine.state != state:
            said_at = max(theirs.since, mine.since) if mine else theirs.since
            columns = _columns(ctx, event, "merge") | {
                "purpose": theirs.purpose,
                "state": state.value,
                "notice_version": theirs.notice_version,
                "said_at": said_at,
            }
            await consents.write_line(ctx, theirs.channel, columns)


async def part_consents(ctx: Context, event: CustomerUnmerged) -> None:
    """What the merge brought to the survivor holds no more; what was said since stays. In the parting transaction."""
    await locking.lock_customer(event.survivor_id)
    lines = await ConsentEntry.filter(customer_id=event.survivor_id).order_by("id")
    undone = {line.source.removeprefix("unmerge ") for line in lines if line.source.startswith("unmerge ")}
    undone.add(event.merge_id.hex)
    own = [line for line in lines if line.source.rpartition("merge ")[2] not in undone]
    brought = {(line.channel, line.purpose) for line in lines if line.source == f"merge {event.merge_id.hex}"}
    for channel, purpose in sorted(brought):
        last = _last([line for line in own if (line.channel, line.purpose) == (channel, purpose)])
        state = last.state if last else State.WITHDRAWN.value
        columns = _columns(ctx, event, "unmerge") | {"purpose": purpose, "state": state, "said_at": ctx.now()}
        await ConsentEntry.create(channel=channel, **columns)  # names: those of _columns and above
        held = Consent.filter(customer_id=event.survivor_id, channel=channel, purpose=purpose)
        if last is None:
            await held.delete()
        else:
            await held.update(
                state=last.state, since=last.said_at, notice_version=last.notice_version, source=last.source
            )


def _last(lines: Sequence[ConsentEntry]) -> ConsentEntry | None:
    found: ConsentEntry | None = None
    for line in lines:
        if rules.counts_now(line.state, line.said_at, found.said_at if found else None):
            found = line
    return found


def _columns(ctx: Context, event: CustomerMerged | CustomerUnmerged, word: str) -> dict[str, Any]:
    return {
        "customer_id": event.survivor_id,
        "source": f"{word} {event.merge_id.hex}",
        "evidence": None,
        "recorded_at": ctx.now(),
        "actor": f"{ctx.actor.kind}:{ctx.actor.id}",
    }
