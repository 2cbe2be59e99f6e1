"""What is refused of custom fields."""

from guanxi.errors import BadUserInputError, ConflictError, NotFoundError, Text


def refused(field: str | None, message: Text, hint: Text) -> BadUserInputError:
    """One input value that cannot be accepted."""
    return BadUserInputError(message, hint=hint, path=(field,) if field else ())


def unfit_value(kind: str, hint: Text) -> BadUserInputError:
    """A value that is none of the field's kind."""
    return refused("value", Text(f"This is no value of the kind {kind}.", f"该值不符合字段类型 {kind}。"), hint)


def unknown_field(key: str, *path: str | int) -> NotFoundError:
    """The merchant has no such field, or has archived it."""
    return NotFoundError(
        Text(f"There is no custom field {key!r} in use.", f"没有可用的自定义字段 {key!r}。"),
        hint=Text("Define it, or restore it, first.", "请先定义或恢复该字段。"),
        path=path,
    )


def unknown_customer(*path: str | int) -> NotFoundError:
    """The merchant has no such customer."""
    return NotFoundError(
        Text("There is no such customer.", "客户不存在。"),
        hint=Text("Check the id.", "请检查客户编号。"),
        path=path,
    )


def stale(current: int) -> ConflictError:
    """Somebody else was faster."""
    return ConflictError(
        Text("It was changed meanwhile.", "内容已被他人修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        details={"currentVersion": current},
    )


def key_taken() -> ConflictError:
    """Another field has the key, in use or archived."""
    return ConflictError(
        Text("Another custom field has this key.", "该键已被其他自定义字段使用。"),
        hint=Text("Choose another key, or restore that field.", "请更换键名，或恢复原字段。"),
        path=("key",),
    )
