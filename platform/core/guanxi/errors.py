"""Errors that a client may see: a code, the place, the cure, in English and Chinese."""

from typing import Any, ClassVar, NamedTuple, Self


class Text(NamedTuple):
    """One sentence in the languages that every message must speak."""

    en: str
    zh: str

    def localized(self, locale: str) -> str:
        """The sentence in the language of a BCP 47 ``locale``; English where it is not Chinese."""
        return self.zh if locale.lower().startswith("zh") else self.en

    def format(self, **values: object) -> "Text":
        """Both sentences with ``{name}`` filled in."""
        return Text(self.en.format(**values), self.zh.format(**values))


class GuanxiError(Exception):
    """Base of every expected failure. Subclasses name their ``code``; the catalogue is ``docs/errors.md``."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(
        self,
        message: Text,
        *,
        hint: Text | None = None,
        path: tuple[str | int, ...] = (),
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message.en)
        self.message = message
        self.hint = hint
        self.path = path
        self.details = details or {}

    def at(self, *path: str | int) -> Self:
        """The same error, its place prefixed by ``path``."""
        self.path = (*path, *self.path)
        return self

    def localized(self, locale: str) -> str:
        """Message and cure as one text."""
        message = self.message.localized(locale)
        return f"{message} {self.hint.localized(locale)}" if self.hint else message


class UnauthenticatedError(GuanxiError):
    """No token, or one that is malformed, unknown, expired or revoked."""

    code = "UNAUTHENTICATED"


class ForbiddenError(GuanxiError):
    """The actor lacks a permission."""

    code = "FORBIDDEN"


class StepUpRequiredError(GuanxiError):
    """A person must have typed the password a short while ago."""

    code = "STEP_UP_REQUIRED"


class BadUserInputError(GuanxiError):
    """A value that cannot be accepted as it is."""

    code = "BAD_USER_INPUT"


class NotFoundError(GuanxiError):
    """The merchant has no such thing (also when another merchant has it)."""

    code = "NOT_FOUND"


class ConflictError(GuanxiError):
    """The thing changed meanwhile, or a unique value is taken."""

    code = "CONFLICT"


class RateLimitedError(GuanxiError):
    """The token's or merchant's cost budget is used up."""

    code = "RATE_LIMITED"


class QueryTooComplexError(GuanxiError):
    """A document over one of the static limits."""

    code = "QUERY_TOO_COMPLEX"


class PluginDisabledError(GuanxiError):
    """A fact, command or registered document needs a plugin that this merchant has not enabled."""

    code = "PLUGIN_DISABLED"


class PersistedQueryNotFoundError(GuanxiError):
    """Nobody knows the document of this id; a client of APQ sends its text once more."""

    code = "PERSISTED_QUERY_NOT_FOUND"


class PersistedQueryRequiredError(GuanxiError):
    """The merchant runs registered documents only."""

    code = "PERSISTED_QUERY_REQUIRED"


class PluginFailedError(GuanxiError):
    """A plugin failed and was contained."""

    code = "PLUGIN_ERROR"


class IdempotencyMismatchError(GuanxiError):
    """The key was used for other content."""

    code = "IDEMPOTENCY_MISMATCH"


class IdempotencyInProgressError(GuanxiError):
    """The first request with this key still runs."""

    code = "IDEMPOTENCY_IN_PROGRESS"


class IdempotencyRequiredError(GuanxiError):
    """The mutation moves points, money, stock or messages and came without a key."""

    code = "IDEMPOTENCY_REQUIRED"


class UnavailableError(GuanxiError):
    """The database or the server cannot answer now; trying again later helps."""

    code = "UNAVAILABLE"
