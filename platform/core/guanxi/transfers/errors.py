"""What is refused of imports and exports as a whole; what is wrong with single rows is a problem, not an error."""

from collections.abc import Sequence

from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, GuanxiError, NotFoundError, Text


class UnreadableFileError(GuanxiError):
    """A file of rows that cannot be read as one; nothing of it was imported. ``details["row"]`` says where."""

    code = "UNREADABLE_FILE"


class UnknownEncodingError(GuanxiError):
    """A text of which nobody can say how it is encoded; ``details["encodings"]`` are those that can be named."""

    code = "UNKNOWN_ENCODING"


def refused(field: str, message: Text, hint: Text) -> BadUserInputError:
    """One input value that cannot be accepted."""
    return BadUserInputError(message, hint=hint, path=(field,))


def unreadable(message: Text, hint: Text, row: int | None = None) -> UnreadableFileError:
    """The file cannot be read; ``row`` counts from 1."""
    return UnreadableFileError(message, hint=hint, details={"row": row} if row else {})


def unknown_encoding(encodings: Sequence[str]) -> UnknownEncodingError:
    """The text is neither UTF-8 nor GB18030."""
    return UnknownEncodingError(
        Text("The encoding of the file cannot be told.", "无法判断文件编码。"),
        hint=Text(
            f"Name it: one of {', '.join(encodings)}; or save the file as UTF-8.",
            f"请指定编码：{'、'.join(encodings)}；或将文件另存为 UTF-8。",
        ),
        details={"encodings": list(encodings)},
    )


def unsafe_workbook(why: Text) -> UnreadableFileError:
    """A workbook that would unpack to more than anybody's rows."""
    return unreadable(
        why, Text("Save the rows alone as a new workbook, or as CSV.", "请仅将数据另存为新工作簿或 CSV。")
    )


def unknown_header() -> UnreadableFileError:
    """No row of the beginning names columns."""
    return unreadable(
        Text("No row of the first ten names the columns.", "前十行中未找到列名。"),
        Text(
            "Put names such as 姓名, 手机 and 邮箱 above the columns, or say which column is what.",
            "请在列上方填写如“姓名、手机、邮箱”的列名，或指定列对应关系。",
        ),
    )


def unknown_import() -> NotFoundError:
    """The merchant has no such import."""
    return NotFoundError(
        Text("There is no such import.", "导入不存在。"), hint=Text("Check the id.", "请检查编号。"), path=("id",)
    )


def unknown_export() -> NotFoundError:
    """The merchant has no such export."""
    return NotFoundError(
        Text("There is no such export.", "导出不存在。"), hint=Text("Check the id.", "请检查编号。"), path=("id",)
    )


def ended_import(state: str) -> ConflictError:
    """It has ended and cannot go on, or cannot be stopped any more."""
    return ConflictError(
        Text(f"The import is {state} already.", f"导入状态为 {state}，无法执行此操作。"),
        hint=Text("Start another one.", "请重新发起导入。"),
        path=("id",),
    )


def busy_import() -> ConflictError:
    """Another process moves the same import forward."""
    return ConflictError(
        Text("This import is running elsewhere.", "该导入正在其他进程中运行。"),
        hint=Text("Wait for it to end; resume it if it died.", "请等待其结束；若已中断，请继续导入。"),
        path=("id",),
    )


def lost_rights() -> ForbiddenError:
    """Whoever started it may not do it any more."""
    return ForbiddenError(
        Text("Whoever started this may not do it any more.", "发起人已无权执行此操作。"),
        hint=Text("Somebody who may can start it again.", "请由有权限的人员重新发起。"),
    )


def other_filter(name: str) -> BadUserInputError:
    """A filter of rows that are not exported."""
    return refused(
        name,
        Text("This filter is of other rows than those that are exported.", "筛选条件与导出内容不符。"),
        Text("Leave it out.", "请移除该筛选条件。"),
    )
