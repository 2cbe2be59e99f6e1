"""What every mutation answers with: the node it changed, and expected failures as data."""

from typing import Any

import strawberry

from guanxi.errors import GuanxiError
from guanxi.schema import roots
from guanxi.schema.scalars import Long
from guanxi.schema.values import Value


@strawberry.interface(description="An expected failure of a mutation, with a stable code, its place and the cure.")
class UserError:
    """Implemented by core and plugin error types; an interface stays open where a union does not."""

    message: str = strawberry.field(description="What is wrong and what to do, in the client's language.")
    code: str = strawberry.field(description="Stable: one of the codes of the error catalogue.")
    path: list[str] = strawberry.field(description="Where in the input, from the outermost field inwards.")


@strawberry.type(description="An expected failure that needs no more than code, place and message.")
class MutationError(UserError):
    """The plain implementer."""


@strawberry.type(description="The thing was changed meanwhile, or a unique value is taken.")
class ConflictUserError(UserError):
    """Carries the version to repeat with."""

    current_version: Long | None = strawberry.field(description="The version that stands now.", default=None)


ERRORS: tuple[type, ...] = (MutationError, ConflictUserError)


def to_user_error(error: GuanxiError, locale: str) -> UserError:
    """The error as a node of ``errors``, in the language of ``locale``."""
    said: dict[str, Any] = {
        "message": error.localized(locale),
        "code": error.code,
        "path": [str(step) for step in error.path],
    }
    if error.code == "CONFLICT":
        return ConflictUserError(**said, current_version=error.details.get("currentVersion"))
    return MutationError(**said)


def no_errors() -> list[UserError]:
    """A payload of success."""
    return []


def query_again() -> roots.Query | None:
    """The root once more, so that a client can refetch in the same request."""
    return roots.Query()


@strawberry.type(description="What a mutation answers.")
class Payload(Value):
    """Base of every payload: subclasses add the node."""

    errors: list[UserError] = strawberry.field(
        description="Expected failures; empty when the change was made.", default_factory=no_errors
    )

    query: roots.Query | None = strawberry.field(
        resolver=query_again, description="Everything else, as it stands after the change."
    )
