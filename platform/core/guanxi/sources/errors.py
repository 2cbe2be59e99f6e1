"""The wordings of refused sources and batches."""

from guanxi.errors import BadUserInputError, ConflictError, NotFoundError, Text, UnauthenticatedError

Place = tuple[str | int, ...]


class BatchRefusedError(BadUserInputError):
    """A batch of which nothing was taken."""


def unsigned() -> UnauthenticatedError:
    """The one answer to every batch whose sender cannot be known."""
    return UnauthenticatedError(
        Text("The batch is not signed by this source.", "该批次未由此来源签名。"),
        hint=Text(
            "Check address, secret, clock (5 minutes) and the webhook-* headers.",
            "请检查地址、密钥、时钟（5 分钟内）和 webhook-* 请求头。",
        ),
    )


def body_too_large(most: int) -> BatchRefusedError:
    """More bytes than a batch may have."""
    return BatchRefusedError(
        Text(f"The batch is over {most} bytes.", f"批次超过 {most} 字节。"),
        hint=Text("Send fewer rows at once.", "请减少单次发送的行数。"),
        path=("body",),
    )


def no_json(reason: str) -> BatchRefusedError:
    """A body that is no JSON."""
    return BatchRefusedError(
        Text(f"The batch is not JSON: {reason}.", f"批次不是有效的 JSON：{reason}。"),
        hint=Text("Send strict JSON in UTF-8.", "请发送符合标准的 UTF-8 JSON。"),
        path=("body",),
    )


def no_rows(path: str) -> BatchRefusedError:
    """No list where the mapping says."""
    return BatchRefusedError(
        Text(f"There is no list of rows at {path or 'the top'}.", f"在 {path or '顶层'} 找不到行列表。"),
        hint=Text("Send a list there, or correct the mapping's rows.", "请在该处发送列表，或修正映射的 rows。"),
        path=("rows",),
    )


def too_many_rows(most: int) -> BatchRefusedError:
    """More rows than one transaction takes."""
    return BatchRefusedError(
        Text("The batch has too many rows.", "批次行数过多。"),
        hint=Text(f"Send at most {most} rows at once.", f"每批最多 {most} 行。"),
        path=("rows",),
    )


def other_batch() -> ConflictError:
    """The id of a batch was used for another one."""
    return ConflictError(
        Text("A batch of this id said something else.", "该编号的批次内容不同。"),
        hint=Text("Give each batch an id of its own.", "请为每个批次使用新的 webhook-id。"),
        path=("webhook-id",),
    )


def no_object() -> BadUserInputError:
    """A row that is no object."""
    return BadUserInputError(
        Text("The row is no object.", "该行不是对象。"),
        hint=Text("Send one JSON object for each row.", "请为每行发送一个 JSON 对象。"),
        path=("row",),
    )


def missing(path: str, place: Place) -> BadUserInputError:
    """Nothing where something must stand."""
    return BadUserInputError(
        Text(f"There is nothing at {path}.", f"{path} 处没有值。"),
        hint=Text("Send it, or correct the mapping and retry.", "请补充该值，或修正映射后重试。"),
        path=place,
    )


def unreadable(path: str, place: Place) -> BadUserInputError:
    """A value of another form than its unit has."""
    return BadUserInputError(
        Text(f"The value at {path} cannot be read in its unit.", f"{path} 处的值与其单位不符。"),
        hint=Text("Correct the value, or the mapping's unit, and retry.", "请修正该值或映射的单位后重试。"),
        path=place,
    )


def unknown_refund(external_id: str) -> NotFoundError:
    """The fact that is given back has not come."""
    return NotFoundError(
        Text("What this gives back is not known yet.", "尚未收到被退款的记录。"),
        hint=Text("Retry when the sale has come.", "请在收到原销售记录后重试。"),
        path=("refundOf",),
        details={"externalId": external_id},
    )


def bad_mapping(place: Place, reason: str) -> BadUserInputError:
    """A part of a mapping that is refused."""
    return BadUserInputError(
        Text(f"The mapping cannot be used: {reason}.", f"映射不可用：{reason}。"),
        hint=Text("Write paths such as order.lines[0].sku.", "请填写形如 order.lines[0].sku 的路径。"),
        path=("mapping", *place),
    )


def unknown_preset(known: str) -> BadUserInputError:
    """No mapping has this name."""
    return BadUserInputError(
        Text("There is no such preset.", "没有此预设映射。"),
        hint=Text(f"Use one of {known}, or send a mapping.", f"可用预设：{known}；或自行提供映射。"),
        path=("preset",),
    )


def bad_name() -> BadUserInputError:
    """A name that cannot stand in an address."""
    return BadUserInputError(
        Text("The source's name cannot be used.", "来源名称不可用。"),
        hint=Text(
            "Write up to 40 lower-case letters, digits or hyphens.", "请使用不超过 40 个小写字母、数字或连字符。"
        ),
        path=("name",),
    )


def name_taken() -> ConflictError:
    """Another source has the name."""
    return ConflictError(
        Text("There is a source of this name.", "该来源名称已存在。"),
        hint=Text("Change that one, or choose another name.", "请修改该来源，或换一个名称。"),
        path=("name",),
    )


def unknown_source() -> NotFoundError:
    """The merchant has no such source."""
    return NotFoundError(
        Text("There is no such source.", "数据来源不存在。"),
        hint=Text("See the field sources.", "请查看 sources 字段。"),
        path=("id",),
    )


def stale_source(version: int) -> ConflictError:
    """It changed since it was read."""
    return ConflictError(
        Text("The source changed meanwhile.", "数据来源已被修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        path=("expectedVersion",),
        details={"currentVersion": version},
    )
