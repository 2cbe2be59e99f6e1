"""What the transport itself refuses, and the HTTP status of every code."""

from typing import Final

from guanxi.errors import BadUserInputError, GuanxiError, Text


class MethodNotAllowedError(GuanxiError):
    """An HTTP method that the address does not know."""

    code = "METHOD_NOT_ALLOWED"


class NotAcceptableError(GuanxiError):
    """The Accept header names no media type that can be sent."""

    code = "NOT_ACCEPTABLE"


class UnsupportedMediaTypeError(GuanxiError):
    """A body that is not application/json in UTF-8."""

    code = "UNSUPPORTED_MEDIA_TYPE"


class BodyTooLargeError(GuanxiError):
    """A body over the limit."""

    code = "BODY_TOO_LARGE"


class BodyTooSlowError(GuanxiError):
    """A body that did not arrive in time."""

    code = "BODY_TOO_SLOW"


class AnswerTooLargeError(GuanxiError):
    """The operation ran, but its answer is over the limit."""

    code = "ANSWER_TOO_LARGE"


class UnknownHostError(GuanxiError):
    """A Host header that the installation does not answer to."""

    code = "UNKNOWN_HOST"


class UnexpectedError(GuanxiError):
    """Stands before a client for whatever nobody expected."""

    code = "INTERNAL"


# Every other code is 400.
STATUSES: Final = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "BODY_TOO_SLOW": 408,
    "BODY_TOO_LARGE": 413,
    "FILE_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "UNKNOWN_HOST": 421,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 503,
}
HEADERS: Final = {
    "UNAUTHENTICATED": {"WWW-Authenticate": "Bearer"},
    "BODY_TOO_SLOW": {"Connection": "close"},
    "BODY_TOO_LARGE": {"Connection": "close"},
    "FILE_TOO_LARGE": {"Connection": "close"},
    "UNAVAILABLE": {"Retry-After": "5"},
}


def bad_request(message: Text, hint: Text, *path: str | int) -> BadUserInputError:
    """A request that is not GraphQL over HTTP; ``path`` leads to the place in its body."""
    return BadUserInputError(message, hint=hint, path=path)


def unexpected() -> UnexpectedError:
    """The one wording for what is only in the log."""
    return UnexpectedError(
        Text("Something went wrong on the server.", "服务器出现意外错误。"),
        hint=Text(
            "Try again later, or tell the administrator the requestId.",
            "请稍后重试，或将 requestId 告知管理员。",
        ),
    )
