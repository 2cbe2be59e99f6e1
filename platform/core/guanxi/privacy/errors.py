"""The wordings of what privacy refuses."""

from guanxi.errors import BadUserInputError, ConflictError, GuanxiError, NotFoundError, Text


class LegalHoldError(GuanxiError):
    """A legal hold keeps the customer's data."""

    code = "LEGAL_HOLD"


def held() -> LegalHoldError:
    """A legal hold stands."""
    return LegalHoldError(
        Text("The customer's data must be kept: a legal hold stands.", "该客户的数据处于法律保留中，必须保存。"),
        hint=Text("Lift the hold first, if the law allows it.", "如法律允许，请先解除法律保留。"),
        path=("customer",),
    )


def channel_missing() -> BadUserInputError:
    """Consent to be contacted was given for every channel at once."""
    return BadUserInputError(
        Text("Consent to be contacted is given for one channel each.", "同意被联系须逐个渠道给出。"),
        hint=Text("Name the channel; ANY only withdraws.", "请指明渠道；ANY 仅可用于撤回。"),
        path=("channel",),
    )


def channel_unfitting() -> BadUserInputError:
    """The use of data has no channel."""
    return BadUserInputError(
        Text("This purpose is about the use of data, not about a channel.", "该用途针对数据使用，与渠道无关。"),
        hint=Text("Use the channel ANY.", "请使用渠道 ANY。"),
        path=("channel",),
    )


def unknown_member(field: str) -> BadUserInputError:
    """A channel, purpose or kind that cannot be set."""
    return BadUserInputError(
        Text("This value cannot be set.", "不能设置该取值。"),
        hint=Text("Choose another one of the schema.", "请选择 schema 中的其他取值。"),
        path=(field,),
    )


def notice_missing() -> BadUserInputError:
    """Consent without the notice that informed it."""
    return BadUserInputError(
        Text("Consent needs the version of the notice that was shown.", "登记同意须注明所展示的告知版本。"),
        hint=Text("Send noticeVersion.", "请填写 noticeVersion。"),
        path=("noticeVersion",),
    )


def said_in_future() -> BadUserInputError:
    """Nobody has said anything tomorrow."""
    return BadUserInputError(
        Text("The moment lies in the future.", "该时间在未来。"),
        hint=Text(
            "Send the moment at which the customer said so, or nothing for now.", "请填写客户表示的时间，或留空。"
        ),
        path=("saidAt",),
    )


def text_missing(field: str) -> BadUserInputError:
    """A text that must say something."""
    return BadUserInputError(
        Text("This must not be empty.", "不能为空。"),
        hint=Text("Write a few words.", "请填写内容。"),
        path=(field,),
    )


def unknown_request() -> NotFoundError:
    """The merchant has no such request."""
    return NotFoundError(
        Text("There is no such request.", "该请求不存在。"),
        hint=Text("Check the id.", "请检查编号。"),
        path=("id",),
    )


def unknown_hold() -> NotFoundError:
    """The merchant has no such hold."""
    return NotFoundError(
        Text("There is no such legal hold.", "该法律保留不存在。"),
        hint=Text("Check the id.", "请检查编号。"),
        path=("id",),
    )


def stale(current: int) -> ConflictError:
    """Somebody else was faster."""
    return ConflictError(
        Text("It was changed meanwhile.", "已被他人修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        details={"currentVersion": current},
    )


def bad_period() -> BadUserInputError:
    """Nothing is kept for no time, or for ever by a rule."""
    return BadUserInputError(
        Text("Data is kept for 1 to 36500 days.", "保存期限为 1 至 36500 天。"),
        hint=Text("Leave the rule out to keep data without limit.", "如不限期，请不设置该规则。"),
        path=("keepDays",),
    )


def unkept_class() -> BadUserInputError:
    """Columns of this class are never cleared."""
    return BadUserInputError(
        Text("Columns of this class are not cleared by time.", "该类别的字段不会按期清除。"),
        hint=Text("Choose SEARCHABLE, ENCRYPTED, EXPORT or ERASE.", "请选择 SEARCHABLE、ENCRYPTED、EXPORT 或 ERASE。"),
        path=("privacyClass",),
    )


def unconfirmed() -> BadUserInputError:
    """The two ids differ."""
    return BadUserInputError(
        Text("The confirmation names another customer.", "确认的客户编号不一致。"),
        hint=Text("Send the customer's id twice: an erasure cannot be undone.", "请再次填写该客户编号：删除不可撤销。"),
        path=("confirm",),
    )
