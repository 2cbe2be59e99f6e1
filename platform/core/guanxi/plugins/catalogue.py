"""The catalogue as one merchant sees it: what is there, where it stands, what is wrong with it."""

import asyncio
import difflib
from datetime import datetime
from typing import cast

from tortoise.functions import Count

from guanxi.context import Context
from guanxi.permissions import Permission
from guanxi.plugins import enablement, outbox, permissions, service
from guanxi.plugins.enablement import ENABLED, NEVER
from guanxi.plugins.faults import Fault, FaultKind
from guanxi.plugins.loading import Loaded
from guanxi.plugins.models import Delivery, Enablement
from guanxi.plugins.platform import HostPlatform
from guanxi.plugins.types import Plugin, PluginFault, PluginPreview, PluginState
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.scalars import JSON

CURE = "Report it to the plugin's author with the request id; disable the plugin if it disturbs."


def platform_of(ctx: Context) -> HostPlatform:
    """The platform as the host's own."""
    return cast(HostPlatform, ctx.platform)


async def list_plugins(ctx: Context) -> list[Plugin]:
    """Every plugin that the server has found, by id. Raises: ForbiddenError."""
    ctx.require(permissions.READ_PLUGINS)
    platform = platform_of(ctx)
    rows = await enablement.choices(ctx)
    enabled = [one for one, row in rows.items() if row.state == ENABLED]
    left_out = (await platform.host.composition_for(enabled)).faults
    dead = await _dead_deliveries()
    found = [
        _entry(ctx, platform, one, rows.get(one)) for one in sorted({*platform.host.loaded, *platform.host.faults})
    ]
    for one in found:
        one.faults += [_shown(fault) for fault in left_out if fault.plugin == one.id]
        one.faults += [_unheard(dead[one.id])] if one.id in dead else []
    return found


async def find_plugin(ctx: Context, plugin: str) -> Plugin | None:
    """One of them; None where the server has none of this id."""
    return next((one for one in await list_plugins(ctx) if one.id == plugin), None)


async def preview(ctx: Context, plugin: str) -> PluginPreview:
    """What enabling it would change. Raises: ForbiddenError, NotFoundError, ConflictError."""
    ctx.require(permissions.READ_PLUGINS)
    platform = platform_of(ctx)
    loaded = service.get_loaded(platform, plugin)
    rows = await enablement.choices(ctx)
    enabled = {one for one, row in rows.items() if row.state == ENABLED}
    required = platform.host.requirements(plugin)
    before = await platform.host.schema_for(enabled)
    after = await platform.host.schema_for({*enabled, *required, plugin})
    changes = await asyncio.to_thread(_changed_lines, before, after)
    return PluginPreview(
        added_lines=[line[1:] for line in changes if line.startswith("+")],
        removed_lines=[line[1:] for line in changes if line.startswith("-")],
        permissions=_permissions(plugin),
        data_categories=[one.localized(ctx.locale) for one in loaded.manifest.data_categories],
        tables=[model._meta.db_table for model in platform.models_of(loaded)],
        missing=[one for one in required if one not in enabled],
    )


def _changed_lines(before: ComposedSchema, after: ComposedSchema) -> list[str]:
    """Lines that only one of the two has, after ``+`` or ``-``."""
    lines = difflib.unified_diff(before.sdl().splitlines(), after.sdl().splitlines(), n=0, lineterm="")
    return [line for line in list(lines)[2:] if not line.startswith("@@")]


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
        faults=[*_load_faults(platform, plugin), *_runtime_faults(ctx, platform, plugin, row)],
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
    return [_shown(one) for one in platform.host.faults.get(plugin, ())]


def _shown(fault: Fault) -> PluginFault:
    return PluginFault(kind=fault.kind.value, place=fault.place, reason=fault.reason, cure=fault.cure)


def _runtime_faults(ctx: Context, platform: HostPlatform, plugin: str, row: Enablement | None) -> list[PluginFault]:
    """What led to quarantine, which every process knows, and what this process met since."""
    kept = [(one["place"], one["reason"], datetime.fromisoformat(one["at"])) for one in (row.faults if row else ())]
    kept += [(one.place, one.reason, one.at) for one in platform.quarantine.faults(ctx.merchant.id, plugin)]
    return [
        PluginFault(kind=FaultKind.RUNTIME.value, place=place, reason=reason, cure=CURE, at=at)
        for place, reason, at in sorted(dict.fromkeys(kept), key=lambda one: one[2])
    ]


async def _dead_deliveries() -> dict[str, int]:
    """How many events each plugin failed on for good."""
    counted = (
        await Delivery.filter(state=outbox.DEAD)
        .annotate(count=Count("id"))
        .group_by("plugin")
        .values("plugin", "count")
    )
    return {str(one["plugin"]): int(one["count"]) for one in counted}


def _unheard(count: int) -> PluginFault:
    return PluginFault(
        kind=FaultKind.DELIVERY.value,
        place="events",
        reason=f"It failed on {count} events for good.",
        cure="Repair the plugin, then disable and enable it: it will hear of them again.",
    )
