"""Answers as bytes, and the status that the media type asks for."""

import logging
from typing import Any

import orjson
from starlette.responses import Response

from guanxi.errors import GuanxiError, Text
from guanxi.execution.request import Answer
from guanxi.http import errors, negotiation
from guanxi.http.exchange import Exchange

log = logging.getLogger("guanxi.http")


def refuse(error: GuanxiError, *, locale: str, request_id: str) -> Answer:
    """The answer to what was not run because of ``error``."""
    told: dict[str, Any] = {
        "message": error.localized(locale),
        "extensions": {**error.details, "code": error.code, "requestId": request_id},
    }
    if error.path:
        told["extensions"]["path"] = list(error.path)
    status = errors.STATUSES.get(error.code, 400)
    headers = dict(errors.HEADERS.get(error.code, {}))
    if "retryAfter" in error.details:
        headers["Retry-After"] = str(error.details["retryAfter"])
    return Answer(errors=[told], ran=False, status=status, headers=headers)


def mask(error: Exception, *, locale: str, request_id: str) -> Answer:
    """The answer to an exception: an expected one says what it is, any other goes to the log alone."""
    if isinstance(error, GuanxiError):
        return refuse(error, locale=locale, request_id=request_id)
    log.error("request %s failed", request_id, exc_info=error)
    return refuse(errors.unexpected(), locale=locale, request_id=request_id)


def content_of(answer: Answer, request_id: str) -> dict[str, Any]:
    """The members of the answer; every error names the request."""
    for error in answer.errors:
        error.setdefault("extensions", {}).setdefault("requestId", request_id)
    content: dict[str, Any] = {"errors": answer.errors} if answer.errors else {}
    if answer.ran:
        content["data"] = answer.data
    if answer.extensions:
        content["extensions"] = answer.extensions
    return content


def encode(answer: Answer, exchange: Exchange, *, limit: int) -> bytes:
    """JSON in UTF-8, at most ``limit`` bytes: a larger answer is replaced by an error that says so."""
    if answer.body is not None:
        return answer.body
    encoded = orjson.dumps(content_of(answer, exchange.request_id))
    if len(encoded) <= limit:
        return encoded
    told = refuse(_too_large(limit), locale=exchange.locale, request_id=exchange.request_id)
    return orjson.dumps({"errors": told.errors, "data": None} if answer.ran else {"errors": told.errors})


def status_of(answer: Answer, media_type: str) -> int:
    """Older clients read an error of the document at 200; ``application/graphql-response+json`` says 400."""
    if answer.status is not None:
        return answer.status
    return 400 if not answer.ran and media_type == negotiation.GRAPHQL else 200


def respond(answer: Answer, exchange: Exchange, *, limit: int) -> Response:
    """The HTTP response of one answer."""
    body = encode(answer, exchange, limit=limit)
    return response(body, status_of(answer, exchange.media_type), exchange, answer.headers)


def response(body: bytes, status: int, exchange: Exchange, headers: dict[str, str]) -> Response:
    """Bytes that are JSON already, never cached: they depend on the token."""
    made = Response(body, status, media_type=f"{exchange.media_type}; charset=utf-8")
    made.headers["Cache-Control"] = "no-store"
    made.headers.update(headers)
    return made


def _too_large(limit: int) -> errors.AnswerTooLargeError:
    return errors.AnswerTooLargeError(
        Text(
            f"The answer is over {limit} bytes. A mutation has taken effect.",
            f"结果超过 {limit} 字节。变更操作已生效。",
        ),
        hint=Text("Ask for fewer fields or smaller pages.", "请减少字段或缩小分页。"),
    )
