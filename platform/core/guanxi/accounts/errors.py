"""The wordings of refused sign-ins, sessions and shoppers' tokens."""

from guanxi.errors import (
    BadUserInputError,
    ConflictError,
    NotFoundError,
    RateLimitedError,
    Text,
    UnauthenticatedError,
    UnavailableError,
)


def wrong_password() -> UnauthenticatedError:
    """One answer for an unknown merchant, an unknown person and a wrong password."""
    return UnauthenticatedError(
        Text("The merchant, the e-mail address or the password is wrong.", "商户、邮箱或密码错误。"),
        hint=Text(
            "Check all three, or ask an administrator for an invitation.", "请核对三项，或向管理员申请新的邀请。"
        ),
    )


def locked(seconds: int) -> RateLimitedError:
    """Too many failures, of this account or from this address."""
    return RateLimitedError(
        Text("Signing in has failed too often.", "登录失败次数过多。"),
        hint=Text(f"Wait {seconds} s, then try again.", f"请等待 {seconds} 秒后再试。"),
        details={"retryAfter": seconds},
    )


def busy() -> UnavailableError:
    """More sign-ins wait than would be served in time."""
    return UnavailableError(
        Text("Too many people are signing in.", "当前登录人数过多。"),
        hint=Text("Try again in a few seconds.", "请几秒后重试。"),
    )


def signed_out() -> UnauthenticatedError:
    """One answer for every session that does not stand."""
    return UnauthenticatedError(
        Text("The session has ended.", "登录会话已结束。"),
        hint=Text("Sign in again.", "请重新登录。"),
    )


def unknown_session() -> NotFoundError:
    """Neither one's own nor, for who may end them, another's."""
    return NotFoundError(
        Text("There is no such session.", "登录会话不存在。"),
        hint=Text("List your sessions.", "请查看您的登录会话。"),
        path=("id",),
    )


def unknown_person() -> NotFoundError:
    """The merchant has no such staff member."""
    return NotFoundError(
        Text("There is no such staff member.", "员工不存在。"),
        hint=Text("List the merchant's staff.", "请查看商户的员工列表。"),
        path=("staffMember",),
    )


def suspended_person() -> ConflictError:
    """Who is suspended may not sign in, and so needs no invitation."""
    return ConflictError(
        Text("The staff member is suspended.", "该员工已停用。"),
        hint=Text("Lift the suspension first.", "请先恢复该员工。"),
        path=("staffMember",),
    )


def spent_invitation() -> UnauthenticatedError:
    """One answer for an unknown, used, replaced or expired invitation."""
    return UnauthenticatedError(
        Text("The invitation is not valid any more.", "邀请已失效。"),
        hint=Text("Ask an administrator for a new one.", "请向管理员申请新的邀请。"),
    )


def refused(field: str, message: Text, hint: Text) -> BadUserInputError:
    """One value that cannot be accepted."""
    return BadUserInputError(message, hint=hint, path=(field,))


def wrong_shopper_token() -> UnauthenticatedError:
    """One answer for every shopper's token that does not stand."""
    return UnauthenticatedError(
        Text("The shopper's token is not valid.", "顾客令牌无效。"),
        hint=Text(
            "Send KEY.JWT, signed with HS256 and the merchant's current secret, good for an hour at most.",
            "请发送 KEY.JWT：使用商户当前密钥以 HS256 签名，有效期不超过一小时。",
        ),
    )


def no_shopper_key() -> NotFoundError:
    """Shoppers' tokens belong to a key."""
    return NotFoundError(
        Text("The merchant has no publishable key yet.", "商户尚无可公开密钥。"),
        hint=Text("Make one with rotateShopperSecret.", "请使用 rotateShopperSecret 创建。"),
    )


def not_a_person() -> ConflictError:
    """A token has no password and no sessions."""
    return ConflictError(
        Text("Only a signed-in staff member can do this.", "仅已登录的员工可以执行此操作。"),
        hint=Text("Sign in with e-mail address and password.", "请使用邮箱和密码登录。"),
    )
