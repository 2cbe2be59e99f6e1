"""What the plugin catalogue refuses, with the cure."""

from guanxi.errors import (
    BadUserInputError,
    ConflictError,
    NotFoundError,
    PluginDisabledError,
    PluginFailedError,
    Text,
)


def unknown(plugin: str) -> NotFoundError:
    """No plugin of this id was found on the server."""
    return NotFoundError(
        Text(f"There is no plugin {plugin}.", f"没有名为 {plugin} 的插件。"),
        hint=Text("See the field plugins, or rescanPlugins.", "请查看 plugins 字段，或执行 rescanPlugins。"),
        path=("plugin",),
    )


def at_fault(plugin: str, reason: str, cure: str) -> ConflictError:
    """It is there but did not load."""
    return ConflictError(
        Text(f"The plugin {plugin} did not load: {reason}", f"插件 {plugin} 加载失败：{reason}"),
        hint=Text(cure, cure),
        path=("plugin",),
    )


def requires(plugin: str, missing: list[str]) -> ConflictError:
    """It requires others that are not enabled."""
    names = ", ".join(missing)
    return ConflictError(
        Text(f"{plugin} requires {names}.", f"{plugin} 依赖 {names}。"),
        hint=Text(f"Enable {names} first.", f"请先启用 {names}。"),
        path=("plugin",),
    )


def required_by(plugin: str, others: list[str]) -> ConflictError:
    """Others that are enabled require it."""
    names = ", ".join(others)
    return ConflictError(
        Text(f"{names} requires {plugin}.", f"{names} 依赖 {plugin}。"),
        hint=Text(f"Disable {names} first.", f"请先停用 {names}。"),
        path=("plugin",),
    )


def not_in_state(plugin: str, state: str, wanted: str) -> ConflictError:
    """The step does not start from the state it is in."""
    return ConflictError(
        Text(f"{plugin} is {state}, not {wanted}.", f"{plugin} 当前状态为 {state}，而非 {wanted}。"),
        hint=Text("Read its state again.", "请重新读取插件状态。"),
        path=("plugin",),
    )


def unconfirmed(plugin: str) -> BadUserInputError:
    """Purging asks for the plugin's name once more."""
    return BadUserInputError(
        Text("Purging deletes the plugin's data for good.", "清除会永久删除该插件的数据。"),
        hint=Text(f'Confirm with confirm: "{plugin}".', f'请以 confirm: "{plugin}" 确认。'),
        path=("confirm",),
    )


def bad_settings(place: str, reason: str) -> BadUserInputError:
    """A setting that the plugin's model refuses."""
    return BadUserInputError(
        Text(f"The setting {place or 'as a whole'} is refused: {reason}.", f"设置项 {place} 无效：{reason}。"),
        hint=Text("See the field settingsSchema of the plugin.", "请参考插件的 settingsSchema 字段。"),
        path=("settings", *place.split(".")) if place else ("settings",),
    )


def no_tables(plugin: str) -> ConflictError:
    """Its tables are missing and this process may not make them."""
    return ConflictError(
        Text(f"The tables of {plugin} are missing.", f"插件 {plugin} 的数据表尚未建立。"),
        hint=Text(
            "Run `guanxi migrate` on the server, or set GUANXI_OWNER_URL.",
            "请在服务器上执行 guanxi migrate，或设置 GUANXI_OWNER_URL。",
        ),
        path=("plugin",),
    )


def changed_meanwhile(plugin: str) -> ConflictError:
    """Rows came or went between saving and deleting."""
    return ConflictError(
        Text(f"The data of {plugin} changed while it was saved.", f"保存期间 {plugin} 的数据发生了变化。"),
        hint=Text("Nothing was deleted. Try again.", "尚未删除任何数据，请重试。"),
        path=("plugin",),
    )


def disabled(name: str) -> PluginDisabledError:
    """The one answer where a fact or command is not on offer."""
    plugin = name.split(".", 1)[0]
    return PluginDisabledError(
        Text(f"{name} needs the plugin {plugin}.", f"{name} 需要启用插件 {plugin}。"),
        hint=Text(f"Enable {plugin}, or do without.", f"请启用 {plugin}，或移除该引用。"),
        details={"plugin": plugin},
    )


def failed(name: str) -> PluginFailedError:
    """A fact, command or hook of a plugin that was contained."""
    plugin = name.split(".", 1)[0]
    return PluginFailedError(
        Text(f"{name} failed.", f"{name} 执行失败。"),
        hint=Text("Try again, or tell the plugin's author the request id.", "请重试，或将请求编号告知插件作者。"),
        details={"plugin": plugin},
    )


def wrong_input(name: str, wanted: str) -> BadUserInputError:
    """A command was given something else than its input."""
    return BadUserInputError(
        Text(f"{name} takes a {wanted}.", f"{name} 需要 {wanted}。"),
        hint=Text(f"Build a {wanted}.", f"请传入 {wanted}。"),
    )
