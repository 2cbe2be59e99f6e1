"""How one installation answers operations: refuse early, charge, run within the deadline, mask."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from graphql import ExecutionResult
from graphql.execution import VariableValues, get_variable_values

from guanxi.context import Context
from guanxi.errors import RateLimitedError, Text
from guanxi.execution import cost, errors, idempotency, values
from guanxi.execution.calls import Call, PayloadWatch, VariablesRefusedError, payer
from guanxi.execution.documents import REPORTED, Document, DocumentRefusedError, Documents, Operation
from guanxi.execution.executor import (
    OperationExecutor,
    build_executor,
    execute,
    execute_event,
    is_cancelled,
    open_stream,
)
from guanxi.execution.masking import Mask
from guanxi.execution.registered import OPEN, DocumentStore, FoundDocument
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.execution.running import CORE, RunningSubscriptions
from guanxi.execution.steps import MUTATION
from guanxi.execution.throttle import Budget, Throttle
from guanxi.execution.usage import list_owners
from guanxi.settings import Limits

T = TypeVar("T")
log = logging.getLogger("guanxi.execution")

REFUSED = 50  # points of a document that is refused: reading one costs more than running a small one
CHEAPER = Text("Ask for fewer fields or smaller pages.", "请减少字段或缩小分页。")


class Engine:
    """Documents, budgets, keys and subscriptions of one installation."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.throttle = Throttle(limits.cost_per_minute, clock)
        self.turns = idempotency.Turns()
        self.store = DocumentStore(lambda ctx: self._charge(ctx, 1))
        self.subscriptions = RunningSubscriptions()
        self._documents: WeakKeyDictionary[Any, Documents] = WeakKeyDictionary()
        self._unfinished: set[asyncio.Task[Answer]] = set()

    def documents_of(self, schema: Any) -> Documents:
        """What is kept of the documents of one composed schema, for as long as the schema lives."""
        if schema not in self._documents:
            self._documents[schema] = Documents(schema, self.limits)
        return self._documents[schema]

    async def run(self, request: GraphQLRequest, ctx: Context) -> Answer:
        """One query or mutation. Never raises but for a cancel."""
        return await self._guarded(ctx, partial(self._run, request, ctx))

    async def subscribe(self, request: GraphQLRequest, ctx: Context) -> AsyncIterator[Answer] | Answer:
        """A subscription's answers; the one answer of a query, mutation or refusal."""
        return await self._guarded(ctx, partial(self._subscribe, request, ctx))

    def plugins_of(self, text: str, ctx: Context) -> frozenset[str]:
        """Ids of the plugins that a document to register needs.

        Raises: BadUserInputError or QueryTooComplexError where it does not fit the merchant's schema.
        """
        try:
            document = self.documents_of(ctx.schema).read(text, ctx.actor.permissions, registered=True)
        except DocumentRefusedError as error:
            raise errors.unfit(error.found[0].message) from None
        owners = [list_owners(document.schema, document.fragments, one.node, {}) for one in document.operations]
        return frozenset().union(*owners) - {CORE}

    async def settle(self) -> None:
        """Wait for mutations that outlived their deadline."""
        if self._unfinished:
            await asyncio.wait(self._unfinished)

    async def _guarded(self, ctx: Context, work: Callable[[], Awaitable[T]]) -> T | Answer:
        mask = Mask(ctx)
        try:
            return await work()
        except DocumentRefusedError as error:
            return mask.tell_static(error.found, error.code).answer(ran=False)
        except VariablesRefusedError as error:
            return mask.tell_static(error.found, "BAD_USER_INPUT").answer(ran=False)
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            if is_cancelled(error):
                raise
            answer = mask.refuse(error).answer(ran=False)
            if isinstance(error, RateLimitedError):
                answer.extensions["cost"] = error.details.pop("cost")
            return answer

    async def _run(self, request: GraphQLRequest, ctx: Context) -> Answer:
        call = await self._admit(request, ctx)
        if call.operation.kind == "subscription":
            raise errors.bad_input(
                Text("A subscription has more than one answer.", "订阅会返回多个结果。"),
                Text("Open a WebSocket or ask for text/event-stream.", "请使用 WebSocket 或 text/event-stream。"),
            )
        return await self._answer(call)

    async def _answer(self, call: Call) -> Answer:
        return await (self._mutate(call) if call.operation.kind == "mutation" else self._query(call))

    async def _admit(self, request: GraphQLRequest, ctx: Context) -> Call:
        values.check_variables(request.variables, self.limits)
        found = await self.store.find(request, ctx)
        operation = self._read(found, ctx).pick(request.operation_name)
        if request.read_only and operation.kind == "mutation":
            raise errors.ReadOnlyRequestError(
                Text("A mutation cannot come by GET.", "变更操作不能使用 GET 请求。"),
                hint=Text("Send it by POST.", "请使用 POST 发送。"),
            )
        variables = _coerce(operation, request)
        key = idempotency.find_key(request, ctx) if operation.kind == "mutation" else None
        if operation.kind == "mutation":
            idempotency.check_operation(operation, key)
        requested = max(1, operation.cost(variables.coerced))
        if requested > self.limits.cost:
            raise errors.too_complex("cost", requested, self.limits.cost, CHEAPER)
        self._charge(ctx, requested)
        claim = idempotency.claim(key, operation, request, ctx) if key is not None else None
        return Call(ctx, operation, variables, requested, claim, found.is_registered)

    def _read(self, found: FoundDocument, ctx: Context) -> Document:
        documents, permissions = self.documents_of(ctx.schema), ctx.actor.permissions
        return documents.find(found.text, permissions) or self._read_new(found, documents, ctx)

    def _read_new(self, found: FoundDocument, documents: Documents, ctx: Context) -> Document:
        """Read a document for somebody who still has a budget; one that is refused is paid by it."""
        self._charge(ctx, 1)
        is_large = found.is_registered or ctx.merchant.document_mode == OPEN
        try:
            document = documents.read(found.text, ctx.actor.permissions, registered=is_large)
        except Exception as error:
            self.throttle.drain(ctx.merchant.id, payer(ctx), REFUSED)
            missing = found.plugins.difference(ctx.schema.plugins if found.plugins else ())
            if missing and isinstance(error, DocumentRefusedError):
                raise errors.plugin_disabled(min(missing)) from None
            raise
        self.throttle.refund(ctx.merchant.id, payer(ctx), 1)
        return document

    def _charge(self, ctx: Context, points: int) -> Budget:
        try:
            return self.throttle.charge(ctx.merchant.id, payer(ctx), points)
        except RateLimitedError as error:
            status = error.details.pop("throttleStatus")
            error.details["cost"] = {"requested": points, "actual": 0, "throttleStatus": status}
            raise

    async def _query(self, call: Call) -> Answer:
        executor = build_executor(call.operation, call.variables, call.ctx)
        return self._complete(call, await self._in_time(call, executor, partial(execute, executor)))

    async def _in_time(self, call: Call, executor: OperationExecutor, work: Callable[[], Any]) -> ExecutionResult:
        """Read from one snapshot; at the deadline the task's own awaits are cancelled, so nothing new starts."""
        try:
            async with asyncio.timeout(self.limits.deadline_seconds) as limit, call.ctx.platform.reading():
                found: ExecutionResult = await work()
        except TimeoutError:
            if not limit.expired():
                raise
            executor.is_stopped = True
            raise errors.deadline_exceeded(self.limits.deadline_seconds, is_mutation=False) from None
        return found

    async def _mutate(self, call: Call) -> Answer:
        watch = PayloadWatch() if call.claim is not None else None
        executor = build_executor(call.operation, call.variables, call.ctx, watch)
        task = asyncio.create_task(self._take_effect(call, executor, watch))
        try:
            done, _ = await asyncio.wait({task}, timeout=self.limits.deadline_seconds)
        except asyncio.CancelledError:
            executor.is_stopped = True
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        if done:
            return task.result()
        executor.is_stopped = True
        self._let_finish(task)
        raise errors.deadline_exceeded(self.limits.deadline_seconds, is_mutation=True)

    async def _take_effect(self, call: Call, executor: OperationExecutor, watch: PayloadWatch | None) -> Answer:
        if call.claim is None or watch is None:
            return self._complete(call, await execute(executor))

        async def run() -> tuple[Answer, bool]:
            if executor.is_stopped:
                raise errors.deadline_exceeded(self.limits.deadline_seconds, is_mutation=True)
            executor.must_finish = True
            answer = self._complete(call, await execute(executor))
            return answer, not answer.errors and not watch.has_errors

        async with self.turns.take(call.claim, seconds=self.limits.deadline_seconds / 2):
            answer = await idempotency.run_once(call.claim, call.ctx, run)
        answer.kind, answer.registered = call.operation.kind, call.registered_name
        if idempotency.REPLAYED in answer.headers:
            self.throttle.refund(call.ctx.merchant.id, call.token, call.requested - 1)
        return answer

    def _let_finish(self, task: asyncio.Task[Answer]) -> None:
        """An open transaction may finish; what still runs after a second deadline is rolled back."""
        self._unfinished.add(task)
        limit = asyncio.get_running_loop().call_later(self.limits.deadline_seconds, task.cancel)

        def forget(finished: asyncio.Task[Answer]) -> None:
            limit.cancel()
            self._unfinished.discard(finished)
            if not finished.cancelled() and finished.exception() is not None:
                log.warning("a mutation failed after its deadline", exc_info=finished.exception())

        task.add_done_callback(forget)

    def _complete(self, call: Call, result: ExecutionResult) -> Answer:
        answer = Mask(call.ctx).tell_executed(result.errors or ()).answer(result.data, ran=True)
        surcharge = MUTATION * len(call.operation.roots) if call.operation.kind == "mutation" else 0
        actual = min(call.requested, max(1, cost.count_objects(result.data) + surcharge))
        budget = self.throttle.refund(call.ctx.merchant.id, call.token, call.requested - actual)
        status = budget.as_extension()
        answer.kind, answer.registered = call.operation.kind, call.registered_name
        answer.extensions["cost"] = {"requested": call.requested, "actual": actual, "throttleStatus": status}
        if call.operation.deprecations:
            answer.extensions["deprecations"] = call.operation.deprecations
            answer.headers["Deprecation"] = "true"
        return answer

    async def _subscribe(self, request: GraphQLRequest, ctx: Context) -> AsyncIterator[Answer] | Answer:
        call = await self._admit(request, ctx)
        if call.operation.kind != "subscription":
            return await self._answer(call)
        executor = build_executor(call.operation, call.variables, ctx)
        async with asyncio.timeout(self.limits.deadline_seconds):
            stream = await open_stream(executor)
        if isinstance(stream, ExecutionResult):
            return Mask(ctx).tell_executed(stream.errors or ()).answer(ran=False)
        return self.subscriptions.follow(call, request.variables or {}, self._events(call, executor, stream))

    async def _events(self, call: Call, executor: OperationExecutor, stream: Any) -> AsyncGenerator[Answer, None]:
        call.ctx.loaders.clear()
        try:
            async for payload in stream:
                yield await self._guarded(call.ctx, partial(self._event, call, executor, payload))
                call.ctx.loaders.clear()  # what the next event reads is as of then
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            if is_cancelled(error):
                raise
            yield Mask(call.ctx).refuse(error).answer(ran=True)
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()

    async def _event(self, call: Call, executor: OperationExecutor, payload: Any) -> Answer:
        self._charge(call.ctx, call.requested)
        event = executor.build_per_event_executor(payload)
        return self._complete(call, await self._in_time(call, executor, partial(execute_event, event)))


def _coerce(operation: Operation, request: GraphQLRequest) -> VariableValues:
    found = get_variable_values(
        operation.document.schema,
        operation.node.variable_definitions or (),
        request.variables or {},
        max_errors=REPORTED,
        hide_suggestions=True,
    )
    if isinstance(found, list):
        raise VariablesRefusedError(found)
    return found
