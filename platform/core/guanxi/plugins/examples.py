"""Saved operations: what GraphiQL offers to try, from the core and from each plugin that the merchant has enabled."""

from collections.abc import Iterator

from guanxi.context import Context
from guanxi.hookspecs import SavedOperation as Saved
from guanxi.plugins.catalogue import platform_of
from guanxi.plugins.types import SavedOperation
from guanxi.schema.scalars import JSON


def list_operations(ctx: Context) -> list[SavedOperation]:
    """The core's, then the plugins' in the order in which they are loaded; as each part wrote them."""
    return [
        SavedOperation(
            plugin=owner,
            title=one.title.localized(ctx.locale),
            document=one.document.strip(),
            variables=JSON(dict(one.variables)) if one.variables else None,
        )
        for owner, one in _offered(ctx)
    ]


def _offered(ctx: Context) -> Iterator[tuple[str, Saved]]:
    platform = platform_of(ctx)
    for one in platform.core_operations:
        yield "core", one
    for plugin in platform.host.closure(ctx.principal.plugins):
        for one in platform.host.loaded[plugin].operations:
            yield plugin, one
