"""The parameters of an operation, from a decoded body, a query string or a frame."""

import re
from collections.abc import Mapping
from typing import Any, Final

from guanxi.errors import BadUserInputError, Text
from guanxi.execution.request import GraphQLRequest
from guanxi.http import bodies, errors

KINDS: Final = {"query": str, "operationName": str, "documentId": str, "variables": dict, "extensions": dict}
KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
WORDS: Final = {str: Text("a string", "字符串"), dict: Text("an object", "对象")}


def operation(value: Any, *, key: str | None = None, read_only: bool = False) -> GraphQLRequest:
    """One operation; ``key`` is the idempotency key of its header. Raises: BadUserInputError."""
    if not isinstance(value, dict):
        raise errors.bad_request(
            Text("An operation is not a JSON object.", "操作不是 JSON 对象。"),
            Text('Send {"query": "…"}.', '请发送 {"query": "…"}。'),
        )
    for name, kind in KINDS.items():
        if value.get(name) is not None and not isinstance(value[name], kind):
            raise _wrong_kind(name, WORDS[kind])
    extensions = value.get("extensions") or {}
    document = value.get("documentId") or extensions.get("documentId") or extensions.get("persistedQuery")
    if not value.get("query") and not document:
        raise errors.bad_request(
            Text("The operation has no query.", "操作缺少 query。"),
            Text("Send query or documentId.", "请提供 query 或 documentId。"),
            "query",
        )
    if value.get("documentId"):
        extensions = {**extensions, "documentId": value["documentId"]}
    return GraphQLRequest(
        query=value.get("query"),
        operation_name=value.get("operationName") or None,  # some clients send an empty one
        variables=value.get("variables"),
        extensions=extensions or None,
        idempotency_key=_idempotency_key(key, extensions.get("idempotencyKey")),
        read_only=read_only,
    )


def operation_of_query_string(given: Mapping[str, str], *, key: str | None = None) -> GraphQLRequest:
    """The operation of a GET: ``variables`` and ``extensions`` are JSON in it. Raises: BadUserInputError."""
    value: dict[str, Any] = dict(given)
    for name in ("variables", "extensions"):
        if value.get(name):
            value[name] = bodies.decode(value[name], Text(name, name))
        else:
            value.pop(name, None)
    return operation(value, key=key, read_only=True)


def operations(value: Any, *, key: str | None, limit: int) -> list[GraphQLRequest]:
    """The operations of a batch, in its order. Raises: BadUserInputError."""
    if not 0 < len(value) <= limit:
        raise errors.bad_request(
            Text(f"A batch of {len(value)} operations.", f"批量请求含 {len(value)} 个操作。"),
            Text(f"Send 1 to {limit} operations.", f"请发送 1 到 {limit} 个操作。"),
        )
    if key is not None:
        raise errors.bad_request(
            Text("One Idempotency-Key for a batch.", "批量请求不能共用一个 Idempotency-Key。"),
            Text(
                "Give each operation its own extensions.idempotencyKey.", "请为每个操作提供 extensions.idempotencyKey。"
            ),
        )
    return [_at(index, one) for index, one in enumerate(value)]


def _at(index: int, value: Any) -> GraphQLRequest:
    try:
        return operation(value)
    except BadUserInputError as error:
        raise error.at(index) from None


def _idempotency_key(header: str | None, extension: Any) -> str | None:
    for given in (header, extension):
        if given is not None and not (isinstance(given, str) and KEY.fullmatch(given)):
            raise errors.bad_request(
                Text(
                    "The idempotency key is not 1 to 255 printable ASCII characters.",
                    "幂等键须为 1 到 255 个可见 ASCII 字符。",
                ),
                Text("Send a UUID, for example.", "例如使用 UUID。"),
                "extensions",
                "idempotencyKey",
            )
    if header is not None and extension is not None and header != extension:
        raise errors.bad_request(
            Text("The header and extensions.idempotencyKey differ.", "请求头与 extensions.idempotencyKey 不一致。"),
            Text("Send one of them.", "请只提供其一。"),
            "extensions",
            "idempotencyKey",
        )
    return header if header is not None else extension


def _wrong_kind(name: str, kind: Text) -> BadUserInputError:
    return errors.bad_request(
        Text(f"{name} is not {kind.en}.", f"{name} 不是{kind.zh}。"),
        Text(f"Send {name} as {kind.en}, or leave it out.", f"请将 {name} 写为{kind.zh}，或省略。"),
        name,
    )
