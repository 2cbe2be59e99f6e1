"""Whatever goes wrong, the client gets a code and the request's id, and nothing of the inside."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLScalarType
from tortoise.exceptions import ConfigurationError, DoesNotExist, IntegrityError, OperationalError

from guanxi.errors import ConflictError, ForbiddenError, GuanxiError, NotFoundError, Text
from guanxi.execution.masking import shorten

CANARY = "secret dsn postgres://u:p@h/db"


class OwnError(Exception):
    """As a plugin would declare one."""


class LyingError(Exception):
    """Says things of itself that graphql-core listens to."""

    def __init__(self, *said: object) -> None:
        super().__init__(*said)
        self.message, self.extensions, self.path = CANARY, {"password": CANARY}, ("x",)


RAISED: list[Callable[[], BaseException]] = [
    *(
        lambda kind=kind: kind(CANARY)
        for kind in (
            Exception,
            RuntimeError,
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            LookupError,
            ArithmeticError,
            ZeroDivisionError,
            OverflowError,
            AssertionError,
            NotImplementedError,
            RecursionError,
            MemoryError,
            PermissionError,
            FileNotFoundError,
            OSError,
            TimeoutError,
            StopAsyncIteration,
            EOFError,
            ImportError,
            UserWarning,
            IntegrityError,
            OperationalError,
            DoesNotExist,
            ConfigurationError,
            OwnError,
            LyingError,
            SystemExit,
            asyncio.CancelledError,
        )
    ),
    lambda: UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
    lambda: GraphQLError(CANARY, extensions={"password": CANARY}),
    lambda: GraphQLError(CANARY, path=["x"], original_error=ValueError(CANARY)),
    lambda: ExceptionGroup(CANARY, [ValueError(CANARY)]),
]
SDL = """
scalar Odd
type Query { now: Int later: Int must: Int! rows: [Row] take(odd: Odd): Int give: Odd }
type Row { deep: Int }
type Mutation { change: Int }
type Subscription { open: Int each: Int late: Int }
"""


def raising(make: Callable[[], BaseException]) -> dict[str, Callable[..., Any]]:
    def now(*_: Any, **__: Any) -> None:
        raise make()

    async def later(*_: Any, **__: Any) -> None:
        await asyncio.sleep(0)
        raise make()

    return {
        "Query.now": now,
        "Query.later": later,
        "Query.must": later,
        "Query.rows": lambda *_: [{}, {}],
        "Row.deep": later,
        "Query.give": lambda *_: object(),
        "Mutation.change": later,
        "Subscription.each": now,
    }


def subscribing(make: Callable[[], BaseException]) -> dict[str, Callable[..., Any]]:
    async def once(*_: Any) -> Any:
        yield 1

    async def late(*_: Any) -> Any:
        yield 1
        raise make()

    return {
        "Subscription.open": raising(make)["Query.now"],
        "Subscription.each": once,
        "Subscription.late": late,
    }


def check(answers: list[Any]) -> None:
    for answer in answers:
        text = json.dumps([answer.data, answer.errors, answer.extensions, answer.headers])
        assert "secret" not in text
        assert all(one["extensions"]["requestId"] == "r-42" for one in answer.errors)
        assert all(one["extensions"]["code"] for one in answer.errors)


@pytest.mark.parametrize("make", RAISED)
async def test_no_exception_leaves_a_resolver(toy: Callable[..., Any], make: Callable[[], BaseException]) -> None:
    shop = toy(SDL, raising(make))
    texts = [
        "{ now }",
        "{ later }",
        "{ a: later b: later now }",
        "{ must }",
        "{ rows { deep } }",
        "mutation { change }",
    ]

    answers = [await shop.run(text) for text in texts]

    check(answers)
    assert all(answer.errors for answer in answers)
    assert {one["extensions"]["code"] for answer in answers for one in answer.errors} == {"INTERNAL"}
    assert answers[2].data == {"a": None, "b": None, "now": None}


@pytest.mark.parametrize("make", RAISED)
async def test_no_exception_leaves_a_subscription(toy: Callable[..., Any], make: Callable[[], BaseException]) -> None:
    shop = toy(SDL, raising(make), subscribers=subscribing(make))

    refused = await shop.subscribe("subscription { open }")
    each = [one async for one in await shop.subscribe("subscription { each }")]
    late = [one async for one in await shop.subscribe("subscription { late }")]

    check([refused, *each, *late])
    assert (refused.ran, len(refused.errors)) == (False, 1)
    assert each[0].errors
    assert late[-1].errors


@pytest.mark.parametrize("make", RAISED)
async def test_no_exception_leaves_a_scalar(toy: Callable[..., Any], make: Callable[[], BaseException]) -> None:
    shop = toy(SDL, {"Query.give": lambda *_: object()})
    odd = shop.schema.graphql.type_map["Odd"]
    assert isinstance(odd, GraphQLScalarType)
    odd.coerce_input_value = odd.coerce_output_value = raising(make)["Query.now"]

    answers = [
        await shop.run("query ($v: Odd) { take(odd: $v) }", {"v": 1}),
        await shop.run("{ take(odd: 1) }"),
        await shop.run("{ give }"),
    ]

    check(answers)
    assert all(answer.errors for answer in answers)


async def test_an_expected_error_is_told_in_the_clients_language(toy: Callable[..., Any]) -> None:
    error = ConflictError(
        Text("It changed.", "已被修改。"), hint=Text("Read it again.", "请重新读取。"), details={"currentVersion": 3}
    )

    def fail(*_: Any) -> None:
        raise error.at("input", "version")

    shop = toy(SDL, {"Query.now": fail})

    english = await shop.run("{ now }")
    chinese = await replace(shop, ctx=replace(shop.ctx, locale="zh-CN")).run("{ now }")

    assert english.errors[0]["message"] == "It changed. Read it again."
    assert chinese.errors[0]["message"] == "已被修改。 请重新读取。"
    assert english.errors[0]["path"] == ["now"]
    assert english.errors[0]["locations"] == [{"line": 1, "column": 3}]
    assert english.errors[0]["extensions"] == {
        "currentVersion": 3,
        "path": ["input", "version"],
        "code": "CONFLICT",
        "requestId": "r-42",
    }


@pytest.mark.parametrize("kind", [NotFoundError, ForbiddenError, ConflictError])
async def test_an_expected_error_keeps_its_code(toy: Callable[..., Any], kind: type[GuanxiError]) -> None:
    def fail(*_: Any) -> None:
        raise kind(Text("No.", "不。"))

    answer = await toy(SDL, {"Query.now": fail}).run("{ now }")

    assert answer.errors[0]["extensions"]["code"] == kind.code


async def test_an_unexpected_error_is_in_the_log_with_the_request(
    toy: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    shop = toy(SDL, raising(lambda: ValueError(CANARY)))

    with caplog.at_level(logging.ERROR, "guanxi.execution"):
        answer = await shop.run("{ now }")

    assert answer.errors[0]["message"] == "Internal error."
    assert "r-42" in caplog.text
    assert CANARY in caplog.text


async def test_a_failing_field_leaves_its_neighbours(toy: Callable[..., Any]) -> None:
    shop = toy(SDL, raising(lambda: ValueError(CANARY)) | {"Query.later": lambda *_: 5})

    answer = await shop.run("{ now later }")

    assert answer.data == {"now": None, "later": 5}


async def test_a_database_that_is_away_answers_503(toy: Callable[..., Any]) -> None:
    shop = toy(SDL, raising(lambda: ConnectionRefusedError(CANARY)))

    answer = await shop.run("{ now }")

    check([answer])
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.errors[0]["extensions"]["code"] == "UNAVAILABLE"


async def test_a_database_that_is_away_before_any_field_answers_503(toy: Callable[..., Any]) -> None:
    shop = toy(SDL, {})
    shop.platform.reading = lambda: (_ for _ in ()).throw(ConnectionRefusedError(CANARY))

    answer = await shop.run("{ now }")

    check([answer])
    assert (answer.status, answer.ran) == (503, False)


async def test_syntax_and_validation_have_codes_of_their_own(shop: Any) -> None:
    answers = [await shop.run(text) for text in ("{ count", "{ nope }", "")]

    codes = [answer.errors[0]["extensions"]["code"] for answer in answers]
    assert codes == ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"]
    assert answers[1].errors[0]["locations"] == [{"line": 1, "column": 3}]


async def test_a_refused_variable_is_told_with_its_place_and_without_its_value(shop: Any) -> None:
    text = "query ($w: Filter) { customers(where: $w) { totalCount } }"

    answer = await shop.run(text, {"w": {"all": [{"range": {"low": "13800138000"}}]}})

    message = answer.errors[0]["message"]
    assert answer.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "$w" in message
    assert ".all[0].range.low" in message
    assert "13800138000" not in message


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Int cannot represent non-integer value: 'x'", "Int cannot represent non-integer value."),
        ("Expected value of type 'I' to be an object, found: 5.", "Expected value of type 'I' to be an object."),
        ("Expected value of type 'D', but encountered error 'y'; found: 5.", "Expected value of type 'D'."),
        ("Cannot query field 'x' on type 'Query'.", "Cannot query field 'x' on type 'Query'."),
        ("x" * 1000, "x" * 299 + "…"),
    ],
)
def test_a_message_keeps_what_is_wrong_and_drops_the_value(message: str, kept: str) -> None:
    assert shorten(message) == kept
