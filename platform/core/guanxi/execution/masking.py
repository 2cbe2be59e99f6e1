"""The last door before the client: every error gets a code and the request's id, none tells of the inside."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from graphql import GraphQLError

from guanxi.context import Context
from guanxi.db import faults
from guanxi.errors import BadUserInputError, GuanxiError, RateLimitedError, Text, UnavailableError
from guanxi.execution import errors
from guanxi.execution.request import Answer

log = logging.getLogger("guanxi.execution")

INTERNAL = Text("Internal error.", "内部错误。")
INVALID = Text("A value cannot be taken.", "传入的值无效。")
LONGEST = 300  # characters of a message of graphql-core: names in it are the client's own
RETRY_SECONDS = 5
STATUSES = {"METHOD_NOT_ALLOWED": 405, "RATE_LIMITED": 429, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 503}
# What graphql-core quotes of a refused value, or of the exception that a scalar raised.
QUOTED = re.compile(r"(?:, but encountered error |[,;.] found: | Found: ).*", re.DOTALL)
PLACE = re.compile(r"Variable '\$(\w+)' has invalid value(?: at ([^:]*))?:")
REPRESENTED = re.compile(r"(cannot represent [\w\- ]*value): .*", re.DOTALL)


@dataclass(slots=True)
class Told:
    """Errors as the client gets them, and what they mean for the response."""

    errors: list[dict[str, Any]] = field(default_factory=list)
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self, data: dict[str, Any] | None = None, *, ran: bool) -> Answer:
        """An answer with these errors."""
        return Answer(data=data, errors=self.errors, ran=ran, status=self.status, headers=self.headers)


class Mask:
    """Tells the errors of one operation; each distinct exception is logged once."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._logged: set[int] = set()

    def refuse(self, error: BaseException) -> Told:
        """An exception that ended the operation before any field could carry it."""
        told = Told()
        self._tell(told, {"message": ""}, error)
        return told

    def tell_static(self, found: Iterable[GraphQLError], code: str) -> Told:
        """What graphql-core says of a document or of variables: nothing of the server is in it yet."""
        told = Told()
        for error in found:
            expected = next((one for one in _chain(error) if isinstance(one, GuanxiError)), None)
            if expected is None:
                is_foreign = any(_is_foreign(one) for one in _chain(error))
                message = INVALID.localized(self.ctx.locale) if is_foreign else shorten(error.message)
                told.errors.append({"message": message, **_locations(error), "extensions": self._extensions(code)})
            else:
                self._tell(told, _locations(error), expected.at(*_place_of(error.message)))
        return told

    def tell_executed(self, found: Iterable[GraphQLError]) -> Told:
        """What happened while fields were resolved: anything can be in there."""
        told = Told()
        for error in found:
            place = _locations(error) | ({"path": error.path} if error.path else {})
            if error.path is None and error.original_error is None:
                said = {"message": shorten(error.message), **place}
                told.errors.append({**said, "extensions": self._extensions(BadUserInputError.code)})
            else:
                self._tell(told, place, _cause(error))
        return told

    def _tell(self, told: Told, place: dict[str, Any], error: BaseException) -> None:
        known = error if isinstance(error, GuanxiError) else None
        if known is None and faults.is_unavailable(error):
            log.warning("request %s: the database is unavailable", self.ctx.request_id, exc_info=error)
            known = errors.unavailable()
        if known is None:
            self._log(error, place)
            message, extensions = INTERNAL.localized(self.ctx.locale), self._extensions("INTERNAL")
        else:
            message, extensions = known.localized(self.ctx.locale), self._extensions(known.code, known)
            told.status = STATUSES.get(known.code, told.status)
            told.headers |= _headers(known)
        told.errors.append({**place, "message": message, "extensions": extensions})

    def _extensions(self, code: str, error: GuanxiError | None = None) -> dict[str, Any]:
        details = dict(error.details) if error is not None else {}
        if error is not None and error.path:
            details["path"] = list(error.path)
        return {**details, "code": code, "requestId": self.ctx.request_id}

    def _log(self, error: BaseException, place: dict[str, Any]) -> None:
        if id(error) in self._logged:
            return
        self._logged.add(id(error))
        log.error("request %s failed at %s", self.ctx.request_id, place.get("path"), exc_info=error)


def shorten(message: str) -> str:
    """A message of graphql-core without the values that it quotes."""
    kept = REPRESENTED.sub(r"\1.", QUOTED.sub(".", message))
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…"


def _place_of(message: str) -> tuple[str, ...]:
    """The way to a refused variable, which graphql-core tells in words only."""
    found = PLACE.match(message)
    return tuple(one for one in re.split(r"[.\[\]]+", f"{found[1]}.{found[2] or ''}") if one) if found else ()


def _cause(error: GraphQLError) -> BaseException:
    """What a resolver raised. Arguments that cannot be coerced are the client's fault, whatever was raised."""
    chain = list(_chain(error))
    if not isinstance(chain[-1], GuanxiError) and any(_is_of_argument(one) for one in chain):
        return BadUserInputError(INVALID)
    return chain[-1]


def _chain(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.original_error if isinstance(one, GraphQLError) else None


def _is_of_argument(error: BaseException) -> bool:
    """Whether it was raised while graphql-core read a field's arguments."""
    return "graphql.execution.values" in _modules(error)


def _is_foreign(error: BaseException) -> bool:
    """Whether it was raised elsewhere than in graphql-core, as by a scalar of a plugin."""
    *_, last = "graphql.", *_modules(error)
    return not last.startswith("graphql.")


def _modules(error: BaseException) -> Iterator[str]:
    """The modules that it came through, the one that raised it last; none where it was never raised."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        yield str(trace.tb_frame.f_globals.get("__name__"))
        trace = trace.tb_next


def _locations(error: GraphQLError) -> dict[str, Any]:
    if not error.locations:
        return {}
    return {"locations": [{"line": one.line, "column": one.column} for one in error.locations]}


def _headers(error: GuanxiError) -> dict[str, str]:
    if isinstance(error, RateLimitedError):
        return {"Retry-After": str(error.details.get("retryAfter", RETRY_SECONDS))}
    if isinstance(error, errors.ReadOnlyRequestError):
        return {"Allow": "POST"}
    return {"Retry-After": str(RETRY_SECONDS)} if isinstance(error, UnavailableError) else {}
