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


class OccupiedPostError(ConflictError):
    """Two people would hold one post."""

    def __init__(self) -> None:
        super().__init__(
            Text("Somebody else holds this post.", "该岗位已有人任职。"),
            hint=Text("Vacate it first, or hand it over.", "请先解除任职，或移交岗位。"),
            path=("post",),
        )


class OtherPostError(ConflictError):
    """One person would hold two posts."""

    def __init__(self) -> None:
        super().__init__(
            Text("The person holds another post.", "该员工已在其他岗位任职。"),
            hint=Text("Vacate or hand over that post first.", "请先解除或移交原岗位。"),
            path=("person",),
        )


class PostNotEmptyError(ConflictError):
    """Closing the post would leave its customers with nobody."""

    def __init__(self) -> None:
        super().__init__(
            Text("The post has customers or tasks.", "该岗位名下仍有客户或任务。"),
            hint=Text("Hand it over to another post first.", "请先移交给其他岗位。"),
            path=("id",),
        )


def beyond_reach() -> ForbiddenError:
    """Nobody can give a sight of more customers than he sees."""
    return ForbiddenError(
        Text("You cannot decide about posts that see more than you do.", "不能操作数据范围超出您自身的岗位或组织。"),
        hint=Text("Ask somebody who sees those customers.", "请联系数据范围覆盖该岗位的人员。"),
    )


def unknown_unit(field: str) -> NotFoundError:
    """The merchant has no such unit, or none in use."""
    return NotFoundError(
        Text("There is no such unit.", "组织单元不存在。"),
        hint=Text("List the merchant's units.", "请查看商户的组织列表。"),
        path=(field,),
    )


def unknown_post(field: str) -> NotFoundError:
    """The merchant has no such post, or none in use."""
    return NotFoundError(
        Text("There is no such post.", "岗位不存在。"),
        hint=Text("List the merchant's posts.", "请查看商户的岗位列表。"),
        path=(field,),
    )


def unknown_person(field: str) -> NotFoundError:
    """The merchant has no such staff member."""
    return NotFoundError(
        Text("There is no such staff member.", "员工不存在。"),
        hint=Text("List the merchant's staff.", "请查看商户的员工列表。"),
        path=(field,),
    )


def suspended_person() -> ConflictError:
    """Who may not sign in holds no post."""
    return ConflictError(
        Text("The staff member is suspended.", "该员工已停用。"),
        hint=Text("Lift the suspension first.", "请先恢复该员工。"),
        path=("person",),
    )


def email_taken() -> ConflictError:
    """Addresses are unique within a merchant."""
    return ConflictError(
        Text("Another staff member has this address.", "已有员工使用该邮箱。"),
        hint=Text("Use another address.", "请使用其他邮箱。"),
        path=("email",),
    )


def bad_email() -> BadUserInputError:
    """It could not receive anything."""
    return refused(
        "email",
        Text("This is no e-mail address.", "邮箱格式不正确。"),
        Text("Check it for typing errors.", "请检查是否输入有误。"),
    )


def unknown_word(field: str, known: list[str]) -> BadUserInputError:
    """A word outside a closed list."""
    return refused(
        field,
        Text("There is no such choice.", "选项不存在。"),
        Text(f"Choose one of: {', '.join(known)}.", f"请选择：{'、'.join(known)}。"),
    )


def too_many(field: str, most: int) -> BadUserInputError:
    """More than an organisation needs."""
    return refused(
        field,
        Text("There are too many of them.", "数量过多。"),
        Text(f"Keep at most {most}.", f"最多保留 {most} 个。"),
    )


def too_deep(most: int) -> BadUserInputError:
    """More levels than an organisation needs."""
    return refused(
        "parent",
        Text("The units are nested too deep.", "组织层级过深。"),
        Text(f"Keep at most {most} levels.", f"最多 {most} 层。"),
    )


def circle() -> BadUserInputError:
    """The unit would be its own superior."""
    return refused(
        "parent",
        Text("A unit cannot stand under itself.", "组织单元不能置于其自身之下。"),
        Text("Choose a unit that is not below it.", "请选择不在其下级的组织单元。"),
    )


def still_used() -> ConflictError:
    """Closing the unit would leave something without one."""
    return ConflictError(
        Text("The unit has posts or units in use.", "该组织单元下仍有使用中的岗位或下级组织。"),
        hint=Text("Move or close them first.", "请先移动或关闭它们。"),
        path=("isArchived",),
    )


def no_heir() -> BadUserInputError:
    """Nobody, or the post itself."""
    return refused(
        "toPost",
        Text("Hand over to another post, to a person, or to both.", "请移交给另一个岗位、一位员工，或两者。"),
        Text("Send toPost or toPerson.", "请提供 toPost 或 toPerson。"),
    )


def other_role() -> BadUserInputError:
    """A token acts for a post in the post's role, or for the merchant in a role of its own."""
    return refused(
        "role",
        Text(
            "A token has its post's role, or one of its own.",
            "岗位令牌使用该岗位的角色，其他令牌须指定角色。",
        ),
        Text("Send a post, or a role, or a post with its own role.", "请提供岗位、角色，或岗位及其对应角色。"),
    )


def stale(current: int) -> ConflictError:
    """Somebody else was faster."""
    return ConflictError(
        Text("It was changed meanwhile.", "对象已被他人修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        details={"currentVersion": current},
    )
