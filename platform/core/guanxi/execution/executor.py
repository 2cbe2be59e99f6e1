"""graphql-core's executor with two walls: nothing new starts after the deadline, and no resolver ends the process."""

import asyncio
from collections.abc import AsyncIterable, Awaitable
from inspect import isawaitable, iscoroutine
from typing import Any

from graphql import ExecutionResult, GraphQLObjectType, default_field_resolver, default_type_resolver
from graphql.execution import (
    Executor,
    MiddlewareManager,
    VariableValues,
    create_source_event_stream,
    execute_subscription_event,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

from guanxi.context import Context
from guanxi.execution.calls import PayloadWatch
from guanxi.execution.documents import Operation


class ResolverEscapedError(RuntimeError):
    """A resolver raised what is meant for the process or for the task, not for a field."""


class StoppedError(RuntimeError):
    """The operation's time is up; what runs may finish, this field may not start."""


class OperationExecutor(Executor[Any]):
    """Runs one operation, or the events of one subscription."""

    is_stopped = False
    must_finish = False  # what it does is one transaction, whose answer is stored with it

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        """As the base, within the walls."""
        if self.is_stopped and not self.must_finish:
            return self._fail(StoppedError(), parent_type, field_details_list, path)
        try:
            result = super().execute_field(parent_type, source, field_details_list, path, position_context)
        except (SystemExit, asyncio.CancelledError) as error:
            return self._fail(_escaped(error), parent_type, field_details_list, path)
        if iscoroutine(result):
            return self._contained(result, parent_type, field_details_list, path)
        return result

    async def _contained(
        self, result: Awaitable[Any], parent_type: GraphQLObjectType, nodes: FieldDetailsList, path: Path
    ) -> Any:
        try:
            return await result
        except (SystemExit, asyncio.CancelledError) as error:
            if is_cancelled(error):
                raise
            return self._fail(_escaped(error), parent_type, nodes, path)

    def _fail(self, error: Exception, parent_type: GraphQLObjectType, nodes: FieldDetailsList, path: Path) -> None:
        found = self.schema.get_field(parent_type, nodes[0].node.name.value)
        if found is not None:
            self.handle_field_error(error, found.type, nodes, path)


def is_cancelled(error: BaseException) -> bool:
    """Whether the running task was asked to end, not just told so by a resolver that raised the same error."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and (task is None or task.cancelling() > 0)


def _escaped(error: BaseException) -> ResolverEscapedError:
    made = ResolverEscapedError(f"a resolver raised {type(error).__name__}")
    made.__cause__ = error
    return made


def build_executor(
    operation: Operation, variables: VariableValues, ctx: Context, watch: PayloadWatch | None = None
) -> OperationExecutor:
    """An executor for variables that are coerced already."""
    document = operation.document
    return OperationExecutor(
        document.schema,
        document.fragments,
        document.fragment_details,
        None,
        ctx,
        operation.node,
        variables,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        middleware_manager=MiddlewareManager(watch) if watch is not None else None,
        hide_suggestions=True,
    )


async def execute(executor: OperationExecutor) -> ExecutionResult:
    """Run a query or mutation to its end."""
    result = executor.execute_operation()
    found = await result if isawaitable(result) else result
    if not isinstance(found, ExecutionResult):
        raise TypeError("the executor delivers in parts")
    return found


async def open_stream(executor: OperationExecutor) -> AsyncIterable[Any] | ExecutionResult:
    """The source of a subscription's events; an ExecutionResult with the errors where there is none."""
    made = create_source_event_stream(executor)
    return await made if isawaitable(made) else made


async def execute_event(executor: Executor[Any]) -> ExecutionResult:
    """Answer one event; the executor is that event's own."""
    result = execute_subscription_event(executor)
    return await result if isawaitable(result) else result
