"""The wordings of refused customers."""

from guanxi.errors import BadUserInputError, ConflictError, NotFoundError, Text


def refused(field: str | None, message: Text, hint: Text) -> BadUserInputError:
    """One input value that cannot be accepted; ``field`` None where the value itself is the place."""
    return BadUserInputError(message, hint=hint, path=(field,) if field else ())


def unknown_customer() -> NotFoundError:
    """The merchant has no such customer."""
    return NotFoundError(
        Text("There is no such customer.", "客户不存在。"),
        hint=Text("Check the id.", "请检查客户编号。"),
        path=("id",),
    )


def unknown_contact(*path: str | int) -> NotFoundError:
    """The customer has no such contact point."""
    return NotFoundError(
        Text("The customer has no such contact point.", "该客户没有此联系方式。"),
        hint=Text("Read the customer's contact points again.", "请重新读取客户的联系方式。"),
        path=path,
    )


def unknown_identity(*path: str | int) -> NotFoundError:
    """The customer is not known by this name in that system."""
    return NotFoundError(
        Text("The customer has no such external identity.", "该客户没有此外部身份。"),
        hint=Text("Read the customer's identities again.", "请重新读取客户的外部身份。"),
        path=path,
    )


def stale_customer(current: int) -> ConflictError:
    """Somebody else was faster."""
    return ConflictError(
        Text("The customer was changed meanwhile.", "客户已被他人修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        details={"currentVersion": current},
    )


def identity_taken() -> ConflictError:
    """Another customer of the merchant is known by this external identity."""
    return ConflictError(
        Text("Another customer has one of these external identities.", "外部身份已属于另一位客户。"),
        hint=Text("Look that customer up by its external identity.", "请按外部身份查找该客户。"),
        path=("identities",),
    )


def too_many(field: str, most: int) -> BadUserInputError:
    """A list longer than one call may carry."""
    return refused(
        field,
        Text("The list is too long.", "列表过长。"),
        Text(f"Send at most {most} at once.", f"一次最多 {most} 项。"),
    )
