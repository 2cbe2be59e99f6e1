"""The query that chooses what a webhook sends: checked when it is set up, run with the webhook's own rights."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from guanxi.context import Actor, Context
from guanxi.errors import GuanxiError
from guanxi.execution import operations
from guanxi.execution.documents import DocumentRefusedError
from guanxi.execution.request import GraphQLRequest
from guanxi.permissions import SIGNED_IN
from guanxi.webhooks import errors
from guanxi.webhooks.models import Webhook
from guanxi.webhooks.service import events


def check(ctx: Context, document: str, permissions: Iterable[str], topics: Iterable[str]) -> None:
    """Raises: BadUserInputError where it is no single valid query over what all the topics have."""
    documents = operations.engine_of(ctx.platform).documents_of(ctx.schema)
    try:
        operation = documents.read(document, frozenset({*permissions, SIGNED_IN})).pick(None)
    except DocumentRefusedError as refused:
        raise errors.bad_document(refused.found[0].message) from refused
    except GuanxiError as refused:
        raise errors.bad_document(refused.message.en) from refused
    if operation.kind != "query":
        raise errors.bad_document(f"it is a {operation.kind}, not a query.")
    known = frozenset.intersection(*map(events.variables_of, topics))
    wanted = {one.variable.name.value for one in operation.node.variable_definitions or ()}
    if not wanted <= known:
        raise errors.bad_document(f"its variables may be {', '.join(sorted(known))}.")


async def run(ctx: Context, hook: Webhook, variables: dict[str, Any]) -> dict[str, Any]:
    """The answer as it is sent: ``data``, and ``errors`` by their codes where there are any."""
    actor = Actor("system", f"webhook {hook.id.hex}", frozenset({*hook.permissions, SIGNED_IN}))
    inside = dataclasses.replace(ctx, principal=dataclasses.replace(ctx.principal, actor=actor), loaders={})
    documents = operations.engine_of(ctx.platform).documents_of(ctx.schema)
    operation = documents.read(hook.document or "", actor.permissions).pick(None)
    wanted = {one.variable.name.value for one in operation.node.variable_definitions or ()}
    given = {name: value for name, value in variables.items() if name in wanted}
    answer = await operations.run(GraphQLRequest(hook.document, variables=given), inside)
    if not answer.errors:
        return {"data": answer.data}
    return {"data": answer.data, "errors": [one.get("extensions", {}).get("code") for one in answer.errors]}
