"""GraphQL of the plugin catalogue."""

from collections.abc import AsyncGenerator
from typing import Annotated, Any, cast

import strawberry

from guanxi.context import Context
from guanxi.permissions import SIGNED_IN
from guanxi.plugins import catalogue, examples, permissions, service, types
from guanxi.plugins.catalogue import platform_of
from guanxi.plugins.events import PluginStateChanged
from guanxi.plugins.types import (
    DisablePluginInput,
    EnablePluginInput,
    Plugin,
    PluginPayload,
    PluginPreview,
    PluginState,
    PluginStateChange,
    PurgePluginInput,
    PurgePluginPayload,
    RescanPluginsPayload,
    SavedOperation,
    UpdatePluginSettingsInput,
)
from guanxi.schema.scalars import Long

schema = types.schema
PluginId = Annotated[str, strawberry.argument(description="The plugin's id.")]


@schema.query(permission=permissions.READ_PLUGINS)
async def plugins(ctx: Context) -> list[Plugin] | None:
    """Every plugin that the server has found, with its state for this merchant."""
    return await catalogue.list_plugins(ctx)


@schema.query(permission=permissions.READ_PLUGINS)
async def plugin(ctx: Context, id: PluginId) -> Plugin | None:  # noqa: A002 - the argument's name in GraphQL
    """One plugin by its id."""
    return await catalogue.find_plugin(ctx, id)


@schema.query(permission=SIGNED_IN)
async def saved_operations(ctx: Context) -> list[SavedOperation] | None:
    """Operations to begin with: the core's, and those of each enabled plugin."""
    return examples.list_operations(ctx)


@schema.query(permission=permissions.READ_PLUGINS)
async def preview_plugin(ctx: Context, plugin: PluginId) -> PluginPreview | None:
    """What enabling a plugin would change: SDL, permissions, data, tables."""
    return await catalogue.preview(ctx, plugin)


@schema.mutation(permission=permissions.MANAGE_PLUGINS, transactional=False, step_up=True)
async def enable_plugin(ctx: Context, values: EnablePluginInput) -> PluginPayload | None:
    """Enable a plugin. Its fields are in the schema with the next request, in every server process."""
    settings = cast("dict[str, Any] | None", values.settings)
    await service.enable(ctx, platform_of(ctx), values.plugin, settings=settings, backfill_from=values.backfill_from)
    return PluginPayload(plugin=await catalogue.find_plugin(ctx, values.plugin))


@schema.mutation(permission=permissions.MANAGE_PLUGINS)
async def disable_plugin(ctx: Context, values: DisablePluginInput) -> PluginPayload | None:
    """Disable a plugin. Its data is kept and comes back when it is enabled again."""
    await service.disable(ctx, platform_of(ctx), values.plugin)
    return PluginPayload(plugin=await catalogue.find_plugin(ctx, values.plugin))


@schema.mutation(permission=permissions.MANAGE_PLUGINS, transactional=False, step_up=True)
async def purge_plugin(ctx: Context, values: PurgePluginInput) -> PurgePluginPayload | None:
    """Delete a disabled plugin's data of this merchant for good; it is saved to a file first."""
    count = await service.purge(ctx, platform_of(ctx), values.plugin, confirm=values.confirm)
    return PurgePluginPayload(plugin=await catalogue.find_plugin(ctx, values.plugin), rows=Long(count))


@schema.mutation(permission=permissions.MANAGE_PLUGINS)
async def update_plugin_settings(ctx: Context, values: UpdatePluginSettingsInput) -> PluginPayload | None:
    """Replace a plugin's settings."""
    await service.update_settings(ctx, platform_of(ctx), values.plugin, cast("dict[str, Any]", values.settings))
    return PluginPayload(plugin=await catalogue.find_plugin(ctx, values.plugin))


@schema.mutation(permission=permissions.MANAGE_PLUGINS, transactional=False)
async def rescan_plugins(ctx: Context) -> RescanPluginsPayload | None:
    """Look for plugins that were added to the server since it started."""
    found = await platform_of(ctx).rescan()
    return RescanPluginsPayload(found=found, plugins=await catalogue.list_plugins(ctx))


@schema.subscription(permission=permissions.READ_PLUGINS)
async def plugin_state_changed(ctx: Context) -> AsyncGenerator[PluginStateChange, None]:
    """Plugins being enabled, disabled and purged, as it happens."""
    async for event in ctx.platform.follow(ctx):
        if isinstance(event, PluginStateChanged):
            yield PluginStateChange(plugin=event.plugin, state=PluginState(event.state), at=event.occurred_at)
