"""Enabling, disabling, purging and setting up plugins for one merchant, while the server runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from guanxi import audit
from guanxi.context import Context
from guanxi.errors import GuanxiError, PluginFailedError
from guanxi.plugins import enablement, errors, missed, permissions, purging
from guanxi.plugins.enablement import DISABLED, ENABLED, NEVER, PURGED
from guanxi.plugins.events import PluginStateChanged
from guanxi.plugins.loading import Loaded
from guanxi.plugins.models import Enablement
from guanxi.plugins.platform import HostPlatform

HOOK_SECONDS = 10.0
Choices = Mapping[str, Enablement]


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

    Missing tables are made, and the schema of the new set is composed, before anything is written.
    Facts since ``backfill_from`` become due for it; without, what was recorded since it was disabled.

    Raises:
        ForbiddenError: MANAGE_PLUGINS is missing.
        NotFoundError, ConflictError: it is not there, is at fault, clashes, or requires what is not enabled.
        BadUserInputError: a setting is refused.
        PluginFailedError: its hook ``plugin_enabled`` failed.
    """
    ctx.require(permissions.MANAGE_PLUGINS)
    loaded = get_loaded(platform, plugin)
    choices = await enablement.choices(ctx)
    _check_requirements(loaded, choices)
    await platform.prepare_tables(loaded)
    await _check_composition(platform, {*_enabled(choices), plugin}, plugin)
    async with ctx.transaction():
        choices = await enablement.lock_choices(ctx)
        _check_requirements(loaded, choices)
        row = choices.get(plugin)
        if row is None or row.state != ENABLED:
            await _enable(ctx, platform, loaded, row, settings, backfill_from)
    platform.wake(ctx.merchant.id)


async def disable(ctx: Context, platform: HostPlatform, plugin: str) -> None:
    """Disable a plugin; its data stays. A hook of it that fails does not keep it enabled.

    Raises: ForbiddenError, NotFoundError, ConflictError where it is not enabled or another one requires it.
    """
    ctx.require(permissions.MANAGE_PLUGINS)
    async with ctx.transaction():
        choices = await enablement.lock_choices(ctx)
        if plugin not in choices:
            get_loaded(platform, plugin)
        _check_state(plugin, choices, ENABLED)
        others = platform.host.dependents(plugin, _enabled(choices))
        if others:
            raise errors.required_by(plugin, others)
        await enablement.set_state(ctx, plugin, choices[plugin], DISABLED)
        platform.forget_plugins(ctx)
        if plugin in platform.host.loaded:
            await _call_contained(ctx, platform, platform.host.loaded[plugin], "plugin_disabled")
        await _tell(ctx, plugin, DISABLED)


async def purge(ctx: Context, platform: HostPlatform, plugin: str, *, confirm: str) -> int:
    """Delete a disabled plugin's rows of this merchant for good, after saving them to a file. How many there were.

    Raises: ForbiddenError, NotFoundError, BadUserInputError unless confirmed by name, ConflictError unless disabled.
    """
    ctx.require(permissions.MANAGE_PLUGINS)
    loaded = get_loaded(platform, plugin)
    if confirm != plugin:
        raise errors.unconfirmed(plugin)
    _check_state(plugin, await enablement.choices(ctx), DISABLED)
    models = purging.own_rows(platform.models_of(loaded))
    saved = await purging.save(ctx, platform.backup_dir, plugin, models)
    async with ctx.transaction():
        choices = await enablement.lock_choices(ctx)
        _check_state(plugin, choices, DISABLED)
        await enablement.set_state(ctx, plugin, choices[plugin], PURGED)
        await _call_contained(ctx, platform, loaded, "plugin_purged")
        if await purging.delete(plugin, models) > saved:
            raise errors.changed_meanwhile(plugin)
        await _tell(ctx, plugin, PURGED)
    return saved


async def update_settings(ctx: Context, platform: HostPlatform, plugin: str, settings: Mapping[str, Any]) -> None:
    """Replace an enabled plugin's settings.

    Raises: ForbiddenError, NotFoundError, BadUserInputError, ConflictError unless enabled, PluginFailedError.
    """
    ctx.require(permissions.MANAGE_PLUGINS)
    loaded = get_loaded(platform, plugin)
    checked = check_settings(loaded, settings)
    model = loaded.manifest.settings
    async with ctx.transaction():
        choices = await enablement.lock_choices(ctx)
        _check_state(plugin, choices, ENABLED)
        await Enablement.filter(id=choices[plugin].id).update(settings=checked)
        if model is not None:
            said = model.model_validate(checked)
            await platform.call_hook(ctx, loaded, "settings_changed", HOOK_SECONDS, settings=said)
        await audit.record(ctx, action="plugins.settings.changed", subject=plugin, details={"changed": sorted(checked)})


def check_settings(loaded: Loaded, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the plugin's model understands them. Raises: BadUserInputError at the first it refuses."""
    model = loaded.manifest.settings
    if model is None:
        if settings:
            raise errors.bad_settings("", f"{loaded.id} has no settings")
        return {}
    try:
        return model.model_validate(settings).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors()[0]
        raise errors.bad_settings(".".join(str(step) for step in first["loc"]), str(first["msg"])) from error


async def _enable(
    ctx: Context,
    platform: HostPlatform,
    loaded: Loaded,
    row: Enablement | None,
    settings: Mapping[str, Any] | None,
    backfill_from: datetime | None,
) -> None:
    plugin = loaded.id
    checked = check_settings(loaded, settings if settings is not None else (row.settings if row else {}))
    was_on = (row.enabled_at, row.disabled_at) if row is not None and row.state == DISABLED else None
    await enablement.set_state(ctx, plugin, row, ENABLED)
    await Enablement.filter(plugin=plugin).update(settings=checked)
    platform.forget_plugins(ctx)
    platform.quarantine.forget(ctx.merchant.id, plugin)
    since = backfill_from or (was_on[1] if was_on else ctx.now())
    await platform.call_hook(ctx, loaded, "plugin_enabled", HOOK_SECONDS, since=since)
    if backfill_from is not None:
        await missed.since_occurred(plugin, backfill_from)
    elif was_on is not None:
        await missed.since_off(ctx, plugin, was_on, is_replay=True)
    await _tell(ctx, plugin, ENABLED)


def _enabled(choices: Choices) -> list[str]:
    return [one for one, row in choices.items() if row.state == ENABLED]


def _check_requirements(loaded: Loaded, choices: Choices) -> None:
    enabled = _enabled(choices)
    missing = [one for one in loaded.manifest.requires if one not in enabled]
    if missing:
        raise errors.requires(loaded.id, missing)


def _check_state(plugin: str, choices: Choices, wanted: str) -> None:
    row = choices.get(plugin)
    state = row.state if row is not None else NEVER
    if state != wanted:
        raise errors.not_in_state(plugin, state, wanted)


async def _check_composition(platform: HostPlatform, plugins: set[str], plugin: str) -> None:
    """Two plugins that clash are refused here; nobody loses a field that was there."""
    composition = await platform.host.composition_for(plugins)
    if composition.faults:
        raise errors.at_fault(plugin, composition.faults[0].reason, composition.faults[0].cure)


async def _call_contained(ctx: Context, platform: HostPlatform, loaded: Loaded, hook: str) -> None:
    try:
        await platform.call_hook(ctx, loaded, hook, HOOK_SECONDS)
    except PluginFailedError:
        return  # counted already
    except GuanxiError as error:
        platform.report_fault(ctx, loaded.id, hook, error)


async def _tell(ctx: Context, plugin: str, state: str) -> None:
    await ctx.publish(PluginStateChanged(occurred_at=ctx.now(), plugin=plugin, state=state))
    await audit.record(ctx, action=f"plugins.plugin.{state}", subject=plugin)
