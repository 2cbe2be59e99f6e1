"""Enabling, disabling, purging and setting up plugins for one merchant, while the server runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from guanxi.context import Context
from guanxi.hookspecs import HOOK_EVENTS
from guanxi.plugins import enablement, errors, outbox, permissions, purging
from guanxi.plugins.enablement import DISABLED, ENABLED, NEVER, PURGED
from guanxi.plugins.events import PluginStateChanged
from guanxi.plugins.loading import Loaded
from guanxi.plugins.models import Enablement
from guanxi.plugins.platform import HostPlatform

HOOK_SECONDS = 10.0


def get_loaded(platform: HostPlatform, plugin: str) -> Loaded:
    """A plugin that can be enabled. Raises: NotFoundError, ConflictError with its fault."""
    loaded = platform.host.loaded.get(plugin)
    if loaded is not None:
        return loaded
    faults = platform.host.faults.get(plugin)
    if faults:
        raise errors.at_fault(plugin, faults[-1].reason, faults[-1].cure)
    raise errors.unknown(plugin)


async def enable(
    ctx: Context,
    platform: HostPlatform,
    plugin: str,
    *,
    settings: Mapping[str, Any] | None = None,
    backfill_from: datetime | None = None,
) -> None:
    """Enable a plugin; enabling an enabled one changes nothing.

    The schema of the new set is composed, and missing tables are made, before anything is written.
    Events since ``backfill_from`` (again: since it was disabled) become due for it.

    Raises:
        ForbiddenError: MANAGE_PLUGINS is missing.
        NotFoundError, ConflictError: it is not there, is at fault, or requires what is not enabled.
        BadUserInputError: a setting is refused.
    """
    ctx.require(permissions.MANAGE_PLUGINS)
    loaded = get_loaded(platform, plugin)
    rows = await enablement.enabled_of(ctx)
    enabled = {one for one, row in rows.items() if row.state == ENABLED}
    missing = [one for one in loaded.manifest.requires if one not in enabled]
    if missing:
        raise errors.requires(plugin, missing)
    await platform.prepare_tables(loaded)
    await platform.host.schema_for({*enabled, plugin})
    before = rows.get(plugin)
    async with ctx.transaction():
        if await enablement.set_state(ctx, plugin, (NEVER, DISABLED, PURGED), ENABLED):
            checked = check_settings(loaded, settings if settings is not None else (before.settings if before else {}))
            await Enablement.filter(plugin=plugin).update(settings=checked)
            since = backfill_from or (before.disabled_at if before and before.state == DISABLED else None) or ctx.now()
            await _call(platform, loaded, "plugin_enabled", {"ctx": ctx, "since": since})
            await outbox.schedule_missed(ctx, plugin, set(loaded.hooks) & set(HOOK_EVENTS), since)
            await _tell(ctx, plugin, ENABLED)
    platform.wake()


async def disable(ctx: Context, platform: HostPlatform, plugin: str) -> None:
    """Disable a plugin; its data stays. Raises: ForbiddenError, NotFoundError, ConflictError."""
    ctx.require(permissions.MANAGE_PLUGINS)
    rows = await enablement.enabled_of(ctx)
    if plugin not in rows:
        get_loaded(platform, plugin)
        raise errors.not_in_state(plugin, NEVER, ENABLED)
    others = platform.host.dependents(plugin, [one for one, row in rows.items() if row.state == ENABLED])
    if others:
        raise errors.required_by(plugin, others)
    async with ctx.transaction():
        if not await enablement.set_state(ctx, plugin, (ENABLED,), DISABLED):
            raise errors.not_in_state(plugin, rows[plugin].state, ENABLED)
        loaded = platform.host.loaded.get(plugin)
        if loaded is not None:
            await _call(platform, loaded, "plugin_disabled", {"ctx": ctx})
        await _tell(ctx, plugin, DISABLED)


async def purge(ctx: Context, platform: HostPlatform, plugin: str, *, confirm: str) -> int:
    """Delete a disabled plugin's rows of this merchant for good, after saving them. How many there were.

    Raises: ForbiddenError, BadUserInputError unless confirmed by name, ConflictError unless disabled.
    """
    ctx.require(permissions.MANAGE_PLUGINS)
    if confirm != plugin:
        raise errors.unconfirmed(plugin)
    loaded = get_loaded(platform, plugin)
    models = platform.models_of(loaded)
    saved = await purging.save(ctx, platform.backup_dir, plugin, models)
    async with ctx.transaction():
        if not await enablement.set_state(ctx, plugin, (DISABLED,), PURGED):
            state = (await enablement.enabled_of(ctx)).get(plugin)
            raise errors.not_in_state(plugin, state.state if state else NEVER, DISABLED)
        await _call(platform, loaded, "plugin_purged", {"ctx": ctx})
        await purging.delete(plugin, models)
        await _tell(ctx, plugin, PURGED)
    return saved


async def update_settings(ctx: Context, platform: HostPlatform, plugin: str, settings: Mapping[str, Any]) -> None:
    """Replace an enabled plugin's settings. Raises: ForbiddenError, BadUserInputError, ConflictError."""
    ctx.require(permissions.MANAGE_PLUGINS)
    loaded = get_loaded(platform, plugin)
    checked = check_settings(loaded, settings)
    async with ctx.transaction():
        if not await Enablement.filter(plugin=plugin, state=ENABLED).update(settings=checked):
            raise errors.not_in_state(plugin, NEVER, ENABLED)
        model = loaded.manifest.settings
        if model is not None:
            await _call(platform, loaded, "settings_changed", {"ctx": ctx, "settings": model.model_validate(checked)})


async def settings_of(ctx: Context, loaded: Loaded) -> Any:
    """The merchant's settings of a plugin, as its settings model; None where it has none."""
    if loaded.manifest.settings is None:
        return None
    row = await Enablement.get_or_none(plugin=loaded.manifest.id)
    return loaded.manifest.settings.model_validate(row.settings if row else {})


def check_settings(loaded: Loaded, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the plugin's model understands them. Raises: BadUserInputError at the first it refuses."""
    model = loaded.manifest.settings
    if model is None:
        if settings:
            raise errors.bad_settings("", f"{loaded.manifest.id} has no settings")
        return {}
    try:
        return model.model_validate(settings).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors()[0]
        raise errors.bad_settings(".".join(str(step) for step in first["loc"]), str(first["msg"])) from error


async def _call(platform: HostPlatform, loaded: Loaded, hook: str, arguments: dict[str, Any]) -> None:
    function = loaded.hooks.get(hook)
    if function is not None:
        await platform.caller.call(function, arguments, seconds=HOOK_SECONDS)


async def _tell(ctx: Context, plugin: str, state: str) -> None:
    await ctx.publish(PluginStateChanged(occurred_at=ctx.now(), plugin=plugin, state=state))
