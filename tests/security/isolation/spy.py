"""A plugin that only notes for whom it is called, and of what it is told."""

from typing import Any
from uuid import UUID

from guanxi import Context, Manifest, Text, hookimpl
from guanxi.db.merchant import bound_merchant
from guanxi.events import CustomerCreated, InteractionRecorded, InteractionVoided

MANIFEST = Manifest(id="spy", version="0.1.0", title=Text("Spy", "探"), summary=Text("Notes.", "记录。"))
calls: list[tuple[UUID, UUID | None, Any]] = []


def note(ctx: Context, event: Any) -> None:
    """For whom the context is, who is bound, and what is told."""
    calls.append((ctx.merchant.id, bound_merchant(), event))


@hookimpl
def customer_created(ctx: Context, event: CustomerCreated) -> None:
    """Of a new customer."""
    note(ctx, event)


@hookimpl
def interaction_recorded(ctx: Context, event: InteractionRecorded) -> None:
    """Of a fact."""
    note(ctx, event)


@hookimpl
def interaction_voided(ctx: Context, event: InteractionVoided) -> None:
    """Of a fact that was taken back."""
    note(ctx, event)
