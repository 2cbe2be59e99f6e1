"""The wordings of refused searches, merges and suggestions."""

from uuid import UUID

from guanxi.errors import BadUserInputError, ConflictError, NotFoundError, Text


def search_too_long(most: int, words: int) -> BadUserInputError:
    """A search that is no name any more."""
    return BadUserInputError(
        Text("The search is too long.", "搜索内容过长。"),
        hint=Text(f"Write at most {most} characters in {words} words.", f"最多 {most} 个字符、{words} 个词。"),
        path=("search",),
    )


def unknown_customer(field: str) -> NotFoundError:
    """The merchant has no such customer."""
    return NotFoundError(
        Text("There is no such customer.", "客户不存在。"),
        hint=Text("Check the id.", "请检查客户编号。"),
        path=(field,),
    )


def stale_customer(field: str, current: int) -> ConflictError:
    """Somebody changed one of the two meanwhile."""
    return ConflictError(
        Text("The customer was changed meanwhile.", "客户已被他人修改。"),
        hint=Text("Read both again and decide anew.", "请重新读取两位客户后再决定。"),
        path=(field,),
        details={"currentVersion": current},
    )


def same_customer() -> BadUserInputError:
    """Nobody can be merged into himself."""
    return BadUserInputError(
        Text("A customer cannot be merged into himself.", "不能将客户与其自身合并。"),
        hint=Text("Name two customers.", "请指定两位不同的客户。"),
        path=("absorbed",),
    )


def merged_elsewhere(field: str, survivor: UUID) -> ConflictError:
    """One of the two is merged into somebody else already."""
    return ConflictError(
        Text("The customer is merged into another one.", "该客户已合并到另一位客户。"),
        hint=Text("Take that one instead, or take the merge back first.", "请改用该客户，或先撤销合并。"),
        path=(field,),
        details={"survivor": f"cus_{survivor.hex}"},
    )


def archived_survivor() -> ConflictError:
    """The survivor would not be seen."""
    return ConflictError(
        Text("The customer to keep is archived.", "要保留的客户已归档。"),
        hint=Text("Restore it first, or keep the other one.", "请先恢复该客户，或保留另一位。"),
        path=("survivor",),
    )


def unknown_merge() -> NotFoundError:
    """There was no such merge."""
    return NotFoundError(
        Text("There is no such merge.", "没有此次合并。"),
        hint=Text("Read the customer's merge again.", "请重新读取客户的合并记录。"),
        path=("id",),
    )


def later_merge(merge: UUID) -> ConflictError:
    """The survivor was absorbed itself since."""
    return ConflictError(
        Text("The customer who was kept has been merged into another one since.", "保留的客户此后又被合并。"),
        hint=Text("Take the later merge back first.", "请先撤销后来的合并。"),
        path=("id",),
        details={"laterMerge": f"mrg_{merge.hex}"},
    )


def unknown_pair() -> NotFoundError:
    """There is no such suggestion any more."""
    return NotFoundError(
        Text("There is no such suggestion.", "没有此条疑似重复。"),
        hint=Text("Read the duplicates again.", "请重新读取疑似重复列表。"),
        path=("id",),
    )
