"""What webhooks refuse, with the cure."""

from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError, Text


def bad_url(reason: str) -> BadUserInputError:
    """Not sent there."""
    return BadUserInputError(
        Text(f"A webhook cannot be sent to this URL: {reason}.", f"无法向该网址发送 Webhook：{reason}。"),
        hint=Text("Give an https:// URL of a public server.", "请填写公网服务器的 https:// 网址。"),
        path=("url",),
    )


def unknown_topic(place: int, known: str) -> BadUserInputError:
    """No such event."""
    return BadUserInputError(
        Text("There is no such topic.", "主题不存在。"),
        hint=Text(f"Topics are {known}.", f"可用主题：{known}。"),
        path=("topics", place),
    )


def bad_document(reason: str) -> BadUserInputError:
    """It does not run on the merchant's schema."""
    return BadUserInputError(
        Text(f"The document cannot be used: {reason}", f"文档无法使用：{reason}"),
        hint=Text("Send one query that is valid on your schema.", "请提供一个在您的模式上有效的查询。"),
        path=("document",),
    )


def beyond_own(permission: str) -> ForbiddenError:
    """A webhook reads no more than whoever sets it up."""
    return ForbiddenError(
        Text(f"You cannot give {permission}, which you do not have.", f"您没有权限 {permission}，无法授予。"),
        hint=Text("Name permissions that you have.", "请填写您拥有的权限。"),
        path=("permissions",),
        details={"permission": permission},
    )


def narrow_sight() -> ForbiddenError:
    """Whoever sees a part of the customers cannot have all of them sent."""
    return ForbiddenError(
        Text("Only who sees all customers may set up webhooks.", "只有可查看全部客户的人员才能设置 Webhook。"),
        hint=Text("Ask an administrator.", "请联系管理员。"),
    )


def not_found(path: str = "id") -> NotFoundError:
    """The merchant has none."""
    return NotFoundError(
        Text("There is no such webhook or delivery.", "Webhook 或投递记录不存在。"),
        hint=Text("Deliveries are kept for 30 days.", "投递记录保留 30 天。"),
        path=(path,),
    )


def stale(version: int) -> ConflictError:
    """Somebody else changed it."""
    return ConflictError(
        Text("The webhook has changed meanwhile.", "Webhook 已被他人修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        path=("expectedVersion",),
        details={"currentVersion": version},
    )


def unkeyed() -> BadUserInputError:
    """The answer of a keyed request is stored, and this one holds a secret."""
    return BadUserInputError(
        Text("A secret cannot be issued under an idempotency key.", "签发密钥时不能使用幂等键。"),
        hint=Text("Send it without; if the answer is lost, rotate again.", "请不带键发送；如响应丢失，请重新轮换。"),
    )


def on_its_way(state: str) -> ConflictError:
    """It is not over yet."""
    return ConflictError(
        Text(f"The delivery is {state}: it is still on its way.", f"投递状态为 {state}，仍在进行中。"),
        hint=Text("Wait until it has arrived or was given up.", "请等待其送达或放弃后再重试。"),
        path=("id",),
    )
