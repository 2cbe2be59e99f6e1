"""Write an entry in the transaction of what it tells of. Nobody waits for anybody: places are given later."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakSet

from guanxi import crypto
from guanxi.audit import chain
from guanxi.audit.models import AuditEntry
from guanxi.context import Context
from guanxi.db import sealing
from guanxi.db.fields import uuid7


async def record(
    ctx: Context, *, action: str, subject: str | None = None, details: Mapping[str, Any] | None = None
) -> None:
    """Note what the actor did, in the running transaction: with it, or not at all. One statement.

    Args:
        ctx: who did it, for which merchant.
        action: ``part.thing.verb`` in the past, such as ``staff.role.granted``. Names stay: they are searched.
        subject: the id of what it was done to, as clients know it: ``pst_…``.
        details: more, as texts, whole numbers, ids, lists and mappings. Never a personal value: entries outlive an
            erasure. Write ids, or ``audit.reference(ctx, value)``.

    Raises:
        TypeError: details of another kind.
    """
    entry = AuditEntry(
        id=uuid7(),
        at=ctx.now(),
        actor=f"{ctx.actor.kind}:{ctx.actor.id}",
        action=action,
        subject=subject,
        details=chain.plain(dict(details or {})),
        request_id=ctx.request_id[:80],
        mark=b"",
    )
    entry.mark = crypto.index_of(sealing.current_ring(), entry.merchant_id, chain.PURPOSE, chain.content_of(entry))
    await entry.save(force_create=True)
    for bell in bells:
        bell.ring(entry.merchant_id)


def reference(ctx: Context, value: str) -> str:
    """A word that stands for a personal value in details: equal for equal values of the merchant, with no way back."""
    return crypto.reference_of(sealing.current_ring(), ctx.merchant.id, value)


class Bell:
    """Tells a sealer of this process whose chain has grown."""

    def __init__(self) -> None:
        self.rung: dict[Any, float] = {}

    def ring(self, merchant_id: Any) -> None:
        """Something was written, and is committed soon or never."""
        self.rung[merchant_id] = 0.0


bells: WeakSet[Bell] = WeakSet()
