"""A plugin's failure is reported and becomes an error of its own field; the rest of the answer stands."""

from collections.abc import Callable
from typing import Any

from guanxi.context import Context
from guanxi.errors import GuanxiError, PluginFailedError, Text

HINT = Text(
    "The rest of the answer is right. Try again, or tell the plugin's author the request id.",
    "其余结果有效。请重试，或将请求编号告知插件作者。",
)


def report(ctx: Context, owner: str, place: str, error: BaseException) -> PluginFailedError:
    """Count a plugin's failure and give the error that the client sees."""
    ctx.platform.report_fault(ctx, owner, place, error)
    return PluginFailedError(
        Text(f"{place} failed in the plugin {owner}.", f"插件 {owner} 的字段 {place} 执行失败。"),
        hint=HINT,
        details={"plugin": owner},
    )


def contained(resolve: Callable[..., Any], owner: str, place: str) -> Callable[..., Any]:
    """A plugin's async root resolver; what it raises beside expected failures is reported."""

    async def guarded(source: Any, info: Any, **arguments: Any) -> Any:
        try:
            return await resolve(source, info, **arguments)
        except GuanxiError:
            raise
        except (Exception, SystemExit) as error:
            raise report(info.context, owner, place, error) from error

    return guarded
