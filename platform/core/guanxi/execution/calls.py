"""One operation that was admitted: what runs, for whom, under which key, at which price."""

from collections.abc import Awaitable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.execution import VariableValues

from guanxi.context import Context
from guanxi.execution.documents import Operation
from guanxi.execution.idempotency import Claim


class VariablesRefusedError(Exception):
    """Variables that do not fit the operation, with graphql-core's errors."""

    def __init__(self, found: list[GraphQLError]) -> None:
        super().__init__("variables refused")
        self.found = found


@dataclass(frozen=True, slots=True)
class Call:
    """An operation that may run. ``requested`` points are charged already."""

    ctx: Context
    operation: Operation
    variables: VariableValues
    requested: int
    claim: Claim | None = None
    is_registered: bool = False

    @property
    def registered_name(self) -> str | None:
        """The name of a registered document's operation; None of an ad-hoc one, whose name a client chose."""
        name = self.operation.node.name
        return (name.value if name is not None else "anonymous") if self.is_registered else None

    @property
    def token(self) -> str:
        """Whoever pays, within the merchant."""
        return payer(self.ctx)


def payer(ctx: Context) -> str:
    """The actor whose budget an operation is charged to."""
    return f"{ctx.actor.kind}:{ctx.actor.id}"


class PayloadWatch:
    """Sees whether a mutation's payload carries errors, also where the client does not ask for them."""

    def __init__(self) -> None:
        self.has_errors = False

    def resolve(self, resolver: Any, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        """Middleware of graphql-core; only root fields are looked at."""
        result = resolver(source, info, **arguments)
        if info.path.prev is not None:
            return result
        return self._look_later(result) if isawaitable(result) else self._look(result)

    async def _look_later(self, result: Awaitable[Any]) -> Any:
        return self._look(await result)

    def _look(self, payload: Any) -> Any:
        found = payload.get("errors") if isinstance(payload, dict) else getattr(payload, "errors", None)
        self.has_errors |= bool(found)
        return payload
