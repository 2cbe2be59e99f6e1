"""Logs: JSON lines with allowed names only, and nobody's data in them."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from guanxi.telemetry import logs

CANARY = "ZCcanary李雷"


@pytest.fixture
def lines() -> Iterator[Any]:
    """``lines()``: what was logged so far, each line as its object."""
    root, stream = logging.getLogger(), io.StringIO()
    kept, level = root.handlers[:], root.level
    logs.configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = kept
    root.setLevel(level)


def test_a_line_says_what_happened_where_and_for_whom(lines: Any) -> None:
    with logs.bound(request_id="r-1", merchant_id="ab" * 16, actor="token:t", customer=CANARY):
        logging.getLogger("guanxi.x").warning("plugin %s rests, try %d", "membership", 3)

    [line] = lines()
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "event": "plugin membership rests, try 3", "level": "warning", "logger": "guanxi.x",
        "request_id": "r-1", "merchant_id": "ab" * 16, "actor": "token:t",
    }  # fmt: skip


def test_values_from_anywhere_are_hidden_and_errors_say_their_kind_and_place_alone(lines: Any) -> None:
    log = logging.getLogger("guanxi.x")
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        log.exception("customer %s of %s", CANARY, {"name": CANARY})
        log.error("it failed: %s", error, extra={"secret": CANARY})
        log.error(error)
    log.warning("%(who)s came", {"who": CANARY})

    said = lines()
    assert CANARY not in json.dumps(said, ensure_ascii=False)
    assert said[0]["error"] == "ValueError"
    assert any("test_logs.py" in place for place in said[0]["stack"])
    assert [one["event"] for one in said] == [
        "customer […] of […]", "it failed: ValueError", "ValueError", "[…] came",
    ]  # fmt: skip


def test_names_that_nobody_allowed_are_dropped() -> None:
    kept = logs.keep_allowed({"event": "call 13800138000", "phone": CANARY, "code": "CONFLICT"})

    assert kept == {"event": "call [phone]", "code": "CONFLICT"}


def test_names_end_with_their_block() -> None:
    with logs.bound(request_id="r-1"):
        assert structlog.contextvars.get_contextvars() == {"request_id": "r-1"}
    assert structlog.contextvars.get_contextvars() == {}


def test_words_that_need_a_number_and_get_a_text_are_shown_without_it() -> None:
    record = logging.makeLogRecord({"msg": "%d of them", "args": (CANARY,), "levelname": "INFO", "name": "x"})

    assert json.loads(logs.Formatter().format(record))["event"] == "%d of them […]"
