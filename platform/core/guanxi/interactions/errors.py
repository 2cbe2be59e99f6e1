"""The wordings of refused interactions and imports."""

from collections.abc import Sequence
from uuid import UUID

from guanxi.errors import BadUserInputError, ConflictError, NotFoundError, Text


class ImportRefusedError(BadUserInputError):
    """A file was not imported. ``details["problems"]`` lists the lines that are wrong, as GraphQL would show them."""


def refused(field: str, message: Text, hint: Text) -> BadUserInputError:
    """One input value that cannot be accepted."""
    return BadUserInputError(message, hint=hint, path=(field,))


def too_many(field: str, most: int) -> BadUserInputError:
    """A list over its ceiling."""
    return refused(
        field, Text("The list is too long.", "列表过长。"), Text(f"Send at most {most}.", f"最多 {most} 项。")
    )


def unknown_customer() -> NotFoundError:
    """The merchant has no such customer."""
    return NotFoundError(
        Text("There is no such customer.", "客户不存在。"),
        hint=Text("Create the customer first, or check the id.", "请先创建客户，或检查编号。"),
        path=("customer",),
    )


def unknown_interaction(*path: str | int) -> NotFoundError:
    """The merchant has no such interaction."""
    return NotFoundError(
        Text("There is no such interaction.", "互动不存在。"),
        hint=Text("Check the id.", "请检查互动编号。"),
        path=path,
    )


def unfit_refund() -> BadUserInputError:
    """``refund_of`` points to something that this cannot give back."""
    return refused(
        "refundOf",
        Text("This cannot be a refund of that interaction.", "该互动不能被退款。"),
        Text(
            "Name an interaction of the same customer and currency that is not voided.",
            "请指定同一客户、同一币种且未被冲销的互动。",
        ),
    )


def other_content() -> ConflictError:
    """The external id names a fact that says something else."""
    return ConflictError(
        Text("This external id was recorded with other content.", "该外部编号已用于不同内容的互动。"),
        hint=Text("Void the first and record it under a new id.", "请冲销原互动，再以新编号记录。"),
        path=("externalId",),
    )


def already_void(voided_by: UUID | None) -> ConflictError:
    """It was taken back before."""
    return ConflictError(
        Text("The interaction is already voided.", "该互动已被冲销。"),
        hint=Text("Nothing is left to do.", "无需再次操作。"),
        path=("id",),
        details={"voidedBy": voided_by.hex if voided_by else None},
    )


def unfit_void(why: Text, hint: Text) -> ConflictError:
    """It may not be taken back, or not yet."""
    return ConflictError(why, hint=hint, path=("id",))


def sum_out_of_range() -> BadUserInputError:
    """A sum that JSON numbers cannot carry."""
    return BadUserInputError(
        Text("A sum is beyond 2^53-1.", "合计超出 2^53-1。"),
        hint=Text("Ask for a shorter time or finer groups.", "请缩短时间范围或细分分组。"),
    )


def unknown_preset(known: Sequence[str]) -> BadUserInputError:
    """No file format has this name."""
    names = ", ".join(known)
    return refused(
        "preset",
        Text("There is no such preset.", "没有此导入预设。"),
        Text(f"Use one of: {names}.", f"可用预设：{names}。"),
    )


def unreadable_file(path: str, reason: str) -> BadUserInputError:
    """The file is not there or may not be read."""
    return refused(
        "path",
        Text(f"{path} cannot be read: {reason}.", f"无法读取 {path}：{reason}。"),
        Text("Check the path and the rights of the file.", "请检查路径和文件权限。"),
    )


def wrong_file(path: str, preset: str, expected: str) -> BadUserInputError:
    """The first line is not that of the preset."""
    return refused(
        "path",
        Text(f"{path} is no {preset} file.", f"{path} 不是 {preset} 文件。"),
        Text(f"Its first line must be: {expected}.", f"首行应为：{expected}。"),
    )


def changed_file(path: str) -> ConflictError:
    """The file is not the one that the run began with."""
    return ConflictError(
        Text(f"{path} changed since the import began.", f"导入开始后 {path} 已被修改。"),
        hint=Text("Restore it to resume, or import it as a new file.", "请恢复原文件后继续，或作为新文件导入。"),
        path=("path",),
    )


def unknown_run() -> NotFoundError:
    """There is nothing to resume."""
    return NotFoundError(
        Text("There is no such import.", "没有可继续的导入。"),
        hint=Text("Start it with the file.", "请指定文件重新开始。"),
        path=("run",),
    )


def busy_run() -> ConflictError:
    """Another process moves the same run forward."""
    return ConflictError(
        Text("This import is running elsewhere.", "该导入正在其他进程中运行。"),
        hint=Text("Wait for it to end; resume it if it died.", "请等待其结束；若已中断，请继续导入。"),
        path=("run",),
    )
