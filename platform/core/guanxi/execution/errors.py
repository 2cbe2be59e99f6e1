"""What execution refuses, and the wording that every place shares."""

from guanxi.errors import (
    BadUserInputError,
    GuanxiError,
    PluginDisabledError,
    QueryTooComplexError,
    Text,
    UnavailableError,
)


class ParseFailedError(GuanxiError):
    """The document is no GraphQL."""

    code = "GRAPHQL_PARSE_FAILED"


class ValidationFailedError(GuanxiError):
    """The document does not fit the schema."""

    code = "GRAPHQL_VALIDATION_FAILED"


class ReadOnlyRequestError(GuanxiError):
    """A mutation came by a method that may only read."""

    code = "METHOD_NOT_ALLOWED"


class DeadlineExceededError(UnavailableError):
    """The operation took longer than one may."""

    code = "DEADLINE_EXCEEDED"


def too_complex(limit: str, actual: int, maximum: int, cure: Text) -> QueryTooComplexError:
    """A document over a static limit: the limit's name, what the document has, what it may have."""
    return QueryTooComplexError(
        Text(
            f"The document has {limit} {actual}; the limit is {maximum}.",
            f"文档的 {limit} 为 {actual}，上限为 {maximum}。",
        ),
        hint=cure,
        details={"limit": limit, "actual": actual, "maximum": maximum},
    )


def bad_input(what: Text, cure: Text, *path: str | int) -> BadUserInputError:
    """A value that cannot be taken; ``path`` leads to it from the outermost name inwards."""
    return BadUserInputError(what, hint=cure, path=path)


def deadline_exceeded(seconds: float, *, is_mutation: bool) -> DeadlineExceededError:
    """The operation was given up; of a mutation the outcome may be open."""
    if is_mutation:
        cure = Text(
            "The change may still be made: send it again with the same idempotency key to learn the outcome.",
            "变更可能仍会生效：请使用相同的幂等键重试以获知结果。",
        )
    else:
        cure = Text("Ask for less at once, or try again later.", "请减少单次请求的内容，或稍后重试。")
    return DeadlineExceededError(
        Text(f"The operation took longer than {seconds:g} seconds.", f"操作超过 {seconds:g} 秒。"), hint=cure
    )


def unavailable() -> UnavailableError:
    """The database cannot be reached."""
    return UnavailableError(
        Text("The database cannot answer now.", "数据库暂时无法响应。"),
        hint=Text("Try again in a few seconds.", "请几秒后重试。"),
    )


def plugin_disabled(plugin: str) -> PluginDisabledError:
    """A registered document, or a subscription, needs a plugin that is off."""
    return PluginDisabledError(
        Text(f"The plugin {plugin} is not enabled.", f"插件 {plugin} 未启用。"),
        hint=Text("Enable it, or leave out its fields.", "请启用该插件，或去除其字段。"),
        details={"plugin": plugin},
    )


def unfit(reason: str) -> BadUserInputError:
    """A document to register that could not run; ``reason`` as graphql-core words it."""
    return bad_input(
        Text(f"The document does not fit the schema: {reason}", f"文档与 schema 不符：{reason}"),
        Text("Correct it, or enable the plugin that it needs.", "请修正文档，或启用所需插件。"),
        "text",
    )
