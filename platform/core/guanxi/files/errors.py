"""What is refused of files."""

from guanxi.errors import BadUserInputError, ConflictError, GuanxiError, NotFoundError, Text


class FileTooLargeError(GuanxiError):
    """A file over the limit; nothing of it was kept."""

    code = "FILE_TOO_LARGE"


class FileRefusedError(GuanxiError):
    """A file of a kind that is not taken, or that a plugin's scan refused; nothing of it was kept."""

    code = "FILE_REFUSED"


def refused(field: str, message: Text, hint: Text) -> BadUserInputError:
    """One input value that cannot be accepted."""
    return BadUserInputError(message, hint=hint, path=(field,))


def unknown_file(*path: str | int) -> NotFoundError:
    """The merchant has no such file, or not yet."""
    return NotFoundError(
        Text("There is no such file.", "文件不存在。"),
        hint=Text("Check the id; upload the file first.", "请检查编号，并先上传文件。"),
        path=path,
    )


def dead_link() -> NotFoundError:
    """The link is forged, out of date, or of a file that is gone: all alike."""
    return NotFoundError(
        Text("This link leads nowhere.", "链接无效或已过期。"),
        hint=Text("Ask for a new one; a link holds for some minutes.", "请重新获取链接；链接仅在数分钟内有效。"),
    )


def used_link() -> ConflictError:
    """A file was sent to this link before."""
    return ConflictError(
        Text("This upload has its file already.", "该上传链接已使用。"),
        hint=Text("Create another upload for another file.", "如需上传其他文件，请重新创建上传。"),
    )


def too_large(limit: int) -> FileTooLargeError:
    """More bytes came than are taken."""
    return FileTooLargeError(
        Text(f"The file is over {limit // 1_000_000} MB.", f"文件超过 {limit // 1_000_000} MB。"),
        hint=Text("Send a smaller file, or split it.", "请缩小或拆分文件后重试。"),
    )


def empty_file() -> FileRefusedError:
    """Not one byte came."""
    return FileRefusedError(
        Text("The file is empty.", "文件为空（0 字节）。"),
        hint=Text("Save it again and send it once more.", "请重新保存后再上传。"),
    )


def unknown_kind() -> FileRefusedError:
    """The content is none of the kinds that are taken, whatever the name says."""
    return FileRefusedError(
        Text("Files of this kind are not taken.", "不支持该类型的文件。"),
        hint=Text(
            "Send an image, a PDF, an office document, a plain text, a CSV or an MP4.",
            "请上传图片、PDF、办公文档、纯文本、CSV 或 MP4。",
        ),
    )


def failed_scan(reason: Text) -> FileRefusedError:
    """A plugin found something wrong with it."""
    return FileRefusedError(
        Text(f"The file was refused: {reason.en}", f"文件未通过检查：{reason.zh}"),
        hint=Text("Send another file.", "请更换文件。"),
    )
