"""Bodies: received within a limit and a deadline, then decoded as strict JSON."""

import asyncio
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect, Request

from guanxi.errors import Text
from guanxi.http import errors
from guanxi.settings import Limits

BODY: Final = Text("The body", "请求体")
MAX_DEPTH: Final = 100
# A client that is still sending may miss the answer: the rest of a body over the limit is read and dropped.
LINGER_FACTOR: Final = 100


def check_media_type(request: Request) -> None:
    """Only JSON in UTF-8: a browser sends nothing of that kind to a foreign site without asking first.

    Raises: UnsupportedMediaTypeError.
    """
    name, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charsets = [one.partition("=")[2].strip('"') for one in parameters if one.startswith("charset=")]
    is_plain = request.headers.get("content-encoding", "identity").lower() == "identity"
    if name != "application/json" or set(charsets) - {"utf-8", "utf8"} or not is_plain:
        raise errors.UnsupportedMediaTypeError(
            Text("The body is not uncompressed JSON in UTF-8.", "请求体不是未压缩的 UTF-8 JSON。"),
            hint=Text("Send Content-Type: application/json.", "请使用 Content-Type: application/json。"),
        )


async def receive(request: Request, limits: Limits) -> bytes:
    """The whole body. Raises: BodyTooLargeError, BodyTooSlowError, BadUserInputError where the client is gone."""
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _receive(request, limits.body_bytes)
    except TimeoutError:
        raise errors.BodyTooSlowError(
            Text(
                f"The body did not arrive within {limits.body_seconds:g} s.",
                f"请求体未在 {limits.body_seconds:g} 秒内到达。",
            ),
            hint=Text("Check the connection and send it again.", "请检查网络后重试。"),
        ) from None
    except ClientDisconnect:
        raise errors.bad_request(
            Text("The connection was closed within the body.", "连接在请求体发送过程中关闭。"),
            Text("Send the whole body.", "请发送完整的请求体。"),
        ) from None


async def _receive(request: Request, limit: int) -> bytes:
    received, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit * LINGER_FACTOR:
            break
        if size <= limit:
            received += chunk
    if size > limit:
        raise errors.BodyTooLargeError(
            Text(f"The body is over {limit} bytes.", f"请求体超过 {limit} 字节。"),
            hint=Text("Send fewer items at once.", "请减少单次提交的内容。"),
        )
    return bytes(received)


def decode(encoded: bytes | str, place: Text) -> Any:
    """The value of a JSON text; ``place`` is its name in messages.

    Raises: BadUserInputError on anything that is not strict JSON: NaN, a number that is infinite, half a
    surrogate pair, a byte order mark, or nested deeper than any input of a schema.
    """
    try:
        value = orjson.loads(encoded)
    except orjson.JSONDecodeError as error:
        raise errors.bad_request(
            Text(
                f"{place.en} is not JSON: {error.msg} (character {error.pos}).",
                f"{place.zh}不是有效的 JSON（第 {error.pos} 个字符）。",
            ),
            Text("Send strict JSON in UTF-8.", "请发送符合标准的 UTF-8 JSON。"),
        ) from None
    if _is_deeper(value, MAX_DEPTH):
        raise errors.bad_request(
            Text(f"{place.en} is nested deeper than {MAX_DEPTH} levels.", f"{place.zh}的嵌套超过 {MAX_DEPTH} 层。"),
            Text("Nest less.", "请减少嵌套。"),
        )
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    """Level by level, so that no nesting can exhaust the stack."""
    level = [value]
    for _ in range(levels + 1):
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
