"""A gateway over a small graphql-core schema: what the transport is tested against. Run as a script, it serves it."""

import asyncio
import inspect
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from graphql import ExecutionResult, GraphQLError, build_schema, execute, parse, print_schema, subscribe, validate
from graphql.language import DocumentNode, OperationType
from graphql.utilities import get_operation_ast

from guanxi.context import Actor, MerchantRef, Principal
from guanxi.errors import Text, UnauthenticatedError
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http import application, server
from guanxi.http.ports import Call
from guanxi.settings import Settings

SDL = '''
"""A shop that sells toys."""
type Query {
  hello(name: String = "你好"): String
  echo(value: Int): Int
  text(length: Int!): String
  slow(seconds: Float!): String
  boom: String
  seen: [String!]
}
type Mutation {
  add(name: String!): Int
  slowly(seconds: Float!): String
  revoke(token: String!): Boolean
}
type Subscription {
  count(to: Int!, every: Float = 0): Int
  flood(length: Int!): String
}
'''


def principal_of(slug: str, number: int, *origins: str) -> Principal:
    return Principal(MerchantRef(UUID(int=number), slug, slug.title()), Actor("token", slug), origins=origins)


@dataclass
class ToyShop:
    """Two merchants, ``gx_a`` and ``gx_b``; ``gx_b`` allows one origin."""

    tokens: dict[str, Principal] = field(
        default_factory=lambda: {
            "gx_a": principal_of("a", 1),
            "gx_b": principal_of("b", 2, "https://b.example"),
        }
    )
    calls: list[Call] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    checks: dict[str, bool] = field(default_factory=lambda: {"database": True})
    answer: Answer | Exception | None = None  # given instead of running anything

    def __post_init__(self) -> None:
        self.schema = build_schema(SDL)
        resolvers: dict[str, dict[str, Any]] = {
            "Query": {
                "hello": lambda _, info, name: f"{name}!",
                "echo": lambda _, info, value=None: value,
                "text": lambda _, info, length: "x" * length,
                "slow": self._wait,
                "boom": lambda _, info: 1 / 0,
                "seen": lambda _, info: [call.locale for call in self.calls],
            },
            "Mutation": {"add": self._add, "slowly": self._wait, "revoke": self._revoke},
        }
        for kind, fields in resolvers.items():
            for name, resolver in fields.items():
                self.schema.get_type(kind).fields[name].resolve = resolver
        subscriptions = self.schema.subscription_type.fields
        subscriptions["count"].subscribe, subscriptions["flood"].subscribe = self._count, self._flood

    async def authenticate(self, token: str | None) -> Principal:
        if token not in self.tokens:
            raise UnauthenticatedError(Text("The token is not known.", "令牌无效。"))
        return self.tokens[token]

    async def run(self, request: GraphQLRequest, principal: Principal, call: Call) -> Answer:
        self.calls.append(call)
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return replace(self.answer)
        if call.idempotency_key in self.stored:
            return Answer(body=self.stored[call.idempotency_key], headers={"Idempotent-Replayed": "true"})
        document, refused = self._document(request)
        if refused is not None:
            return refused
        result = execute(
            self.schema, document, variable_values=request.variables, operation_name=request.operation_name
        )
        found = result if isinstance(result, ExecutionResult) else await result
        has_run = found.data is not None or any(error.path for error in found.errors or [])
        answer = Answer(found.data, [told(error) for error in found.errors or []], ran=has_run)
        if call.idempotency_key:
            self.stored[call.idempotency_key] = json.dumps({"data": found.data}).encode()
        return answer

    async def subscribe(
        self, request: GraphQLRequest, principal: Principal, call: Call
    ) -> AsyncIterator[Answer] | Answer:
        document, refused = self._document(request)
        if refused is not None:
            return refused
        operation = get_operation_ast(document, request.operation_name)
        if operation is None or operation.operation is not OperationType.SUBSCRIPTION:
            return await self.run(request, principal, call)
        begun = subscribe(self.schema, document, variable_values=request.variables)
        stream = await begun if inspect.isawaitable(begun) else begun
        if isinstance(stream, ExecutionResult):
            return Answer(errors=[told(error) for error in stream.errors or []], ran=False)
        return (Answer(one.data, [told(error) for error in one.errors or []]) async for one in stream)

    async def still_valid(self, principal: Principal) -> Principal | None:
        return next((one for one in self.tokens.values() if one.actor == principal.actor), None)

    async def sdl(self, principal: Principal) -> str:
        return print_schema(self.schema)

    async def origins(self) -> frozenset[str]:
        return frozenset(origin for one in self.tokens.values() for origin in one.origins)

    async def ready(self) -> dict[str, bool]:
        return self.checks

    def _document(self, request: GraphQLRequest) -> tuple[DocumentNode, Answer | None]:
        """The document, or a refusal; documents are known by ``documentId`` as their own text."""
        text = request.query or str((request.extensions or {}).get("documentId", "")).removeprefix("text:")
        try:
            document = parse(text, max_tokens=2_000)
        except (GraphQLError, RecursionError) as error:
            fault = error if isinstance(error, GraphQLError) else GraphQLError("nested too deep")
            return DocumentNode(definitions=()), Answer(errors=[told(fault)], ran=False)
        faults = validate(self.schema, document)
        operation = get_operation_ast(document, request.operation_name)
        if not faults and operation is None:
            faults = [GraphQLError("Say which operation.")]
        if faults:
            return document, Answer(errors=[told(error) for error in faults], ran=False)
        if request.read_only and operation.operation is not OperationType.QUERY:
            refused = told(GraphQLError("Use POST."))
            return document, Answer(errors=[refused], ran=False, status=405, headers={"Allow": "POST"})
        return document, None

    def _add(self, _: Any, info: Any, name: str) -> int:
        self.ran.append(name)
        return len(self.ran)

    def _revoke(self, _: Any, info: Any, token: str) -> bool:
        return self.tokens.pop(token, None) is not None

    async def _wait(self, _: Any, info: Any, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    async def _count(self, _: Any, info: Any, to: int, every: float) -> AsyncIterator[dict[str, int]]:
        for number in range(1, to + 1):
            await asyncio.sleep(every)
            yield {"count": number}

    async def _flood(self, _: Any, info: Any, length: int) -> AsyncIterator[dict[str, str]]:
        while True:
            await asyncio.sleep(0)
            self.ran.append("flood")
            yield {"flood": "x" * length}


def told(error: GraphQLError) -> dict[str, Any]:
    """An error as the platform tells it: unexpected ones masked."""
    is_expected = error.original_error is None or isinstance(error.original_error, GraphQLError)
    shown = error.formatted if is_expected else {**error.formatted, "message": "Something went wrong."}
    return {**shown, "extensions": {"code": "BAD_USER_INPUT" if is_expected else "INTERNAL"}}


def toy_settings(**given: Any) -> Settings:
    return Settings(**{"allowed_hosts": ["127.0.0.1", "shop.example"], **given})


if __name__ == "__main__":
    chosen = toy_settings(**json.loads(sys.argv[1]))
    server.serve(application.build(ToyShop(), chosen), chosen)
