"""The catalogue as one merchant sees it: what is there, where it stands, what is wrong with it."""

import difflib
from typing import cast

from guanxi.context import Context
from guanxi.permissions import Permission
from guanxi.plugins import enablement, permissions, service
from guanxi.plugins.enablement import ENABLED, NEVER
from guanxi.plugins.loading import Loaded
from guanxi.plugins.models import Enablement
from guanxi.plugins.platform import HostPlatform
from guanxi.plugins.types import Plugin, PluginFault, PluginPreview, PluginState
from guanxi.schema.scalars import JSON


def platform_of(ctx: Context) -> HostPlatform:
    """The platform as the host's own."""
    return cast(HostPlatform, ctx.platform)


async def list_plugins(ctx: Context) -> list[Plugin]:
    """Every plugin that the server has found, by id. Raises: ForbiddenError."""
    ctx.require(permissions.READ_PLUGINS)
    platform = platform_of(ctx)
    rows = await enablement.enabled_of(ctx)
    ids = sorted({*platform.host.loaded, *platform.host.faults})
    return [_entry(ctx, platform, one, rows.get(one)) for one in ids]


async def find_plugin(ctx: Context, plugin: str) -> Plugin | None:
    """One of them; None where the server has none of this id."""
    return next((one for one in await list_plugins(ctx) if one.id == plugin), None)


async def preview(ctx: Context, plugin: str) -> PluginPreview:
    """What enabling it would change. Raises: ForbiddenError, NotFoundError, ConflictError."""
    ctx.require(permissions.READ_PLUGINS)
    platform = platform_of(ctx)
    loaded = service.get_loaded(platform, plugin)
    rows = await enablement.enabled_of(ctx)
    enabled = {one for one, row in rows.items() if row.state == ENABLED}
    missing = [one for one in loaded.manifest.requires if one not in enabled]
    before = await platform.host.schema_for(enabled)
    after = await platform.host.schema_for({*enabled, *loaded.manifest.requires, plugin})
    changes = list(difflib.ndiff(before.sdl().splitlines(), after.sdl().splitlines()))
    return PluginPreview(
        added_lines=[line[2:] for line in changes if line.startswith("+ ")],
        removed_lines=[line[2:] for line in changes if line.startswith("- ")],
        permissions=_permissions(plugin),
        data_categories=[one.localized(ctx.locale) for one in loaded.manifest.data_categories],
        tables=[model._meta.db_table for model in platform.models_of(loaded)],
        missing=missing,
    )


def _permissions(plugin: str) -> list[str]:
    return sorted(one for one in Permission.known if one.split(".", 1)[0] == plugin)


def _entry(ctx: Context, platform: HostPlatform, plugin: str, row: Enablement | None) -> Plugin:
    loaded = platform.host.loaded.get(plugin)
    if loaded is None:
        return _broken(platform, plugin)
    manifest = loaded.manifest
    return Plugin(
        id=plugin,
        version=manifest.version,
        title=manifest.title.localized(ctx.locale),
        summary=manifest.summary.localized(ctx.locale),
        state=PluginState(row.state if row else NEVER),
        requires=list(manifest.requires),
        optional=list(manifest.optional),
        permissions=_permissions(plugin),
        data_categories=[one.localized(ctx.locale) for one in manifest.data_categories],
        facts=sorted(loaded.facts),
        commands=sorted(loaded.commands),
        settings=JSON(row.settings) if row and manifest.settings else None,
        settings_schema=_settings_schema(loaded),
        enabled_at=row.enabled_at if row else None,
        disabled_at=row.disabled_at if row else None,
        suspended_until=row.suspended_until if row else None,
        faults=[*_load_faults(platform, plugin), *_runtime_faults(ctx, platform, plugin)],
    )


def _broken(platform: HostPlatform, plugin: str) -> Plugin:
    return Plugin(
        id=plugin,
        version=None,
        title=plugin,
        summary="",
        state=PluginState.BROKEN,
        requires=[],
        optional=[],
        permissions=[],
        data_categories=[],
        facts=[],
        commands=[],
        settings=None,
        settings_schema=None,
        enabled_at=None,
        disabled_at=None,
        suspended_until=None,
        faults=_load_faults(platform, plugin),
    )


def _settings_schema(loaded: Loaded) -> JSON | None:
    model = loaded.manifest.settings
    return JSON(model.model_json_schema()) if model else None


def _load_faults(platform: HostPlatform, plugin: str) -> list[PluginFault]:
    return [
        PluginFault(kind=one.kind.value, place=one.place, reason=one.reason, cure=one.cure)
        for one in platform.host.faults.get(plugin, ())
    ]


def _runtime_faults(ctx: Context, platform: HostPlatform, plugin: str) -> list[PluginFault]:
    cure = "Report it to the plugin's author with the request id; disable the plugin if it disturbs."
    return [
        PluginFault(kind="runtime", place=one.place, reason=one.reason, cure=cure, at=one.at)
        for one in platform.quarantine.faults(ctx.merchant.id, plugin)
    ]
