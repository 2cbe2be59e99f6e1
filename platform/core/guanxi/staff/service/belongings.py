"""What belongs to a post: rows of whatever table names it in a key that goes along with it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from tortoise import Tortoise
from tortoise.expressions import F

from guanxi.context import Context
from guanxi.db.models import MerchantModel


def tables() -> Iterator[tuple[type[MerchantModel], str]]:
    """Each table of the installation with the column that names the post; in one order for everybody."""
    apps = Tortoise.apps or {}
    models = [model for app in apps.values() for model in app.values()]
    for model in sorted(models, key=lambda one: one._meta.db_table):
        for name in getattr(model, "handed_over", ()) if issubclass(model, MerchantModel) else ():
            yield model, f"{name}_id"


async def has_any(post_id: UUID) -> bool:
    """Whether anything belongs to the post."""
    for model, column in tables():
        mine = model.filter(
            **{column: post_id},  # names: a model's own handed_over
        )
        if await mine.exists():
            return True
    return False


async def move(ctx: Context, source: UUID, target: UUID) -> dict[str, int]:
    """Give all that belongs to one post to another, both locked, in the running transaction; how many rows of each."""
    moved = {}
    for model, column in tables():
        mine = model.filter(
            **{column: source},  # names: a model's own handed_over
        )
        # In one order for everybody, so that this and a change of many rows never wait for each other in a circle.
        await mine.order_by("id").select_for_update(no_key=True).values_list("id", flat=True)
        values: dict[str, Any] = {column: target}
        if "version" in model._meta.fields_map:
            values["version"] = F("version") + 1
        if "updated_at" in model._meta.fields_map:
            values["updated_at"] = ctx.now()
        count = await mine.update(
            **values,  # names: written out above
        )
        if count:
            moved[model._meta.db_table] = count
    return moved
