"""The wordings of refused access."""

from collections.abc import Iterable

from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError, Text, UnauthenticatedError


class LastAdminError(ConflictError):
    """The merchant would be left without a token that may do everything."""

    def __init__(self) -> None:
        super().__init__(
            Text("This is the merchant's last administrator token.", "这是商户最后一个管理员令牌。"),
            hint=Text("Create another one with the role admin first.", "请先创建另一个 admin 角色的令牌。"),
        )


class BuiltinRoleError(ConflictError):
    """A built-in role's rights follow from a rule and cannot be edited."""

    def __init__(self) -> None:
        super().__init__(
            Text("A built-in role cannot be changed.", "内置角色不可修改。"),
            hint=Text("Create a role of your own.", "请创建自定义角色。"),
            path=("name",),
        )


class SpentTokenError(ConflictError):
    """The token was revoked, has expired or was rotated already."""

    def __init__(self) -> None:
        super().__init__(
            Text("The token is no longer in use.", "该令牌已失效或已被轮换。"),
            hint=Text("Rotate its successor, or create a new token.", "请轮换其后继令牌，或创建新令牌。"),
        )


def unauthenticated() -> UnauthenticatedError:
    """One answer for every failure, so that it says nothing about which tokens exist."""
    return UnauthenticatedError(
        Text("The token is not valid.", "令牌无效。"),
        hint=Text(
            "Send a current token as Authorization: Bearer gx_…",
            "请在 Authorization 请求头中以 Bearer gx_… 形式发送有效令牌。",
        ),
    )


def unknown_role() -> NotFoundError:
    """The merchant has no such role."""
    return NotFoundError(
        Text("There is no such role.", "角色不存在。"),
        hint=Text("List the merchant's roles.", "请查看商户的角色列表。"),
        path=("role",),
    )


def unknown_token() -> NotFoundError:
    """The merchant has no such token."""
    return NotFoundError(
        Text("There is no such token.", "令牌不存在。"),
        hint=Text("List the merchant's tokens.", "请查看商户的令牌列表。"),
        path=("id",),
    )


def unknown_permission(field: str, place: int, nearest: str | None) -> BadUserInputError:
    """A name that nobody declared; ``nearest`` is the one most like it."""
    hint = Text(f"Did you mean {nearest}?", f"您是否想用 {nearest}？") if nearest else None
    return BadUserInputError(
        Text("There is no such permission.", "权限不存在。"),
        hint=hint,
        path=(field, place),
        details={"nearest": nearest} if nearest else {},
    )


def beyond_role(place: int) -> BadUserInputError:
    """A scope that would never take effect."""
    return BadUserInputError(
        Text("The role does not include this scope.", "该角色不包含此权限范围。"),
        hint=Text("Choose scopes among the role's permissions.", "请在角色的权限中选择范围。"),
        path=("scopes", place),
    )


def beyond_own(missing: Iterable[str]) -> ForbiddenError:
    """Nobody can grant more than he has."""
    names = sorted(missing)
    return ForbiddenError(
        Text("You cannot grant more than you have.", "不能授予自己没有的权限。"),
        hint=Text(f"You lack {', '.join(names)}.", f"您没有 {'、'.join(names)}。"),
        details={"permissions": names},
    )


def refused(field: str, message: Text, hint: Text) -> BadUserInputError:
    """One input value that cannot be accepted."""
    return BadUserInputError(message, hint=hint, path=(field,))


def role_name_taken() -> ConflictError:
    """Role names are unique within a merchant."""
    return ConflictError(
        Text("Another role has this name.", "已有同名角色。"),
        hint=Text("Choose another name, or change that role by its id.", "请换一个名称，或按标识修改该角色。"),
        path=("name",),
    )


def stale_role(current: int) -> ConflictError:
    """Somebody else was faster."""
    return ConflictError(
        Text("The role was changed meanwhile.", "角色已被他人修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        details={"currentVersion": current},
    )
