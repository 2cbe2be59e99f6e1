"""What membership refuses, with the cure."""

from guanxi import BadUserInputError, ConflictError, NotFoundError, Text


def no_program() -> NotFoundError:
    """The merchant has no such program."""
    return NotFoundError(
        Text("There is no such membership program.", "会员计划不存在。"),
        hint=Text("See the field membershipPrograms.", "请查看 membershipPrograms 字段。"),
        path=("programId",),
    )


def no_active_program() -> NotFoundError:
    """Enrolling without naming a program needs an active one."""
    return NotFoundError(
        Text("No membership program is active.", "没有启用中的会员计划。"),
        hint=Text("Create one, or name one with programId.", "请创建会员计划，或通过 programId 指定。"),
        path=("programId",),
    )


def no_customer() -> NotFoundError:
    """The merchant has no such customer."""
    return NotFoundError(
        Text("There is no such customer.", "客户不存在。"),
        hint=Text("Check customerId.", "请检查 customerId。"),
        path=("customerId",),
    )


def bad_ladder() -> BadUserInputError:
    """Tiers whose thresholds do not rise."""
    return BadUserInputError(
        Text(
            "The thresholds of the tiers must rise, and there must be at least one tier.",
            "等级门槛必须逐级递增，且至少有一个等级。",
        ),
        hint=Text(
            "List the tiers from the lowest to the highest, the first at 0.", "请从低到高列出等级，第一级门槛为 0。"
        ),
        path=("tiers",),
    )


def is_active_already() -> ConflictError:
    """A merchant has one active program."""
    return ConflictError(
        Text("Another membership program is active.", "已有启用中的会员计划。"),
        hint=Text("Close it first.", "请先关闭该计划。"),
        path=("status",),
    )
