"""The wordings of what teamwork refuses."""

from guanxi.errors import BadUserInputError, ConflictError, NotFoundError, Text


def bad_length(field: str, longest: int) -> BadUserInputError:
    """Nothing, or more than anybody reads."""
    return BadUserInputError(
        Text("The text has not the right length.", "文本长度不符合要求。"),
        hint=Text(f"Write 1 to {longest} characters.", f"请填写 1 到 {longest} 个字符。"),
        path=(field,),
    )


def bad_period() -> BadUserInputError:
    """Neither a month nor a quarter."""
    return BadUserInputError(
        Text("This is no period of appraisal.", "考核周期格式不正确。"),
        hint=Text("Write a month as 2026-11 or a quarter as 2026-Q4.", "月份写作 2026-11，季度写作 2026-Q4。"),
        path=("period",),
    )


def bad_target(field: str, message: Text, hint: Text) -> BadUserInputError:
    """A number that no score can be made of."""
    return BadUserInputError(message, hint=hint, path=(field,))


def unknown(field: str) -> NotFoundError:
    """No such thing, or not for the actor to see."""
    return NotFoundError(
        Text("There is nothing of this id, or it is not yours to see.", "对象不存在，或不在您的数据范围内。"),
        hint=Text("Check the id.", "请检查标识。"),
        path=(field,),
    )


def stale(current: int) -> ConflictError:
    """Somebody else was faster."""
    return ConflictError(
        Text("It was changed meanwhile.", "对象已被他人修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        details={"currentVersion": current},
    )


def not_a_person() -> ConflictError:
    """Tokens are not told anything."""
    return ConflictError(
        Text("Only a signed-in staff member has notifications.", "仅已登录的员工有通知。"),
        hint=Text("Sign in with e-mail address and password.", "请使用邮箱和密码登录。"),
    )


def closed_period() -> ConflictError:
    """What was settled stays settled."""
    return ConflictError(
        Text("The period is closed for this post.", "该岗位的考核周期已结算。"),
        hint=Text("Set targets for a later period.", "请为之后的周期设定目标。"),
        path=("period",),
    )


def running_period() -> ConflictError:
    """It can still change."""
    return ConflictError(
        Text("The period is not over yet.", "考核周期尚未结束。"),
        hint=Text("Close it after its last day.", "请在周期结束后结算。"),
        path=("period",),
    )
