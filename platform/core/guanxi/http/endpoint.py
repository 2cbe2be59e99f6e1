"""The address that answers GraphQL over HTTP."""

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from guanxi.context import Principal
from guanxi.errors import Text
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.http import admission, answers, bodies, cors, errors, negotiation, parameters
from guanxi.http.exchange import Exchange, exchange_of
from guanxi.http.ports import Gateway
from guanxi.settings import Limits

METHODS = ("GET", "POST", "OPTIONS")


class Endpoint:
    """Reads operations, has the gateway run them, and writes what they answer."""

    def __init__(self, gateway: Gateway, limits: Limits) -> None:
        self.gateway = gateway
        self.limits = limits

    async def respond(self, request: Request) -> Response:
        """Answer one request. Raises: GuanxiError for what the transport refuses."""
        exchange = exchange_of(request)
        if request.method not in METHODS:
            raise HTTPException(405, headers={"Allow": ", ".join(METHODS)})
        if request.method == "OPTIONS":
            return await cors.answer_preflight(request, self.gateway)
        exchange.media_type = _media_type(request)
        if request.method == "POST":
            bodies.check_media_type(request)
        principal = await admission.admit(request, self.gateway)
        operations = await self._read(request)
        if isinstance(operations, list):
            return await self._respond_to_batch(operations, principal, exchange)
        answer = await self._run(operations, principal, exchange)
        return answers.respond(answer, exchange, limit=self.limits.response_bytes)

    async def _read(self, request: Request) -> GraphQLRequest | list[GraphQLRequest]:
        key = request.headers.get("idempotency-key")
        if request.method == "GET":
            return parameters.operation_of_query_string(request.query_params, key=key)
        value = bodies.decode(await bodies.receive(request, self.limits), bodies.BODY)
        if isinstance(value, list):
            return parameters.operations(value, key=key, limit=self.limits.batch)
        return parameters.operation(value, key=key)

    async def _run(self, operation: GraphQLRequest, principal: Principal, exchange: Exchange) -> Answer:
        call = exchange.call(idempotency_key=operation.idempotency_key)
        return await self.gateway.run(operation, principal, call)

    async def _respond_to_batch(
        self, operations: list[GraphQLRequest], principal: Principal, exchange: Exchange
    ) -> Response:
        """One after the other: the order of a batch is the order of its effects. One that fails stands alone."""
        found: list[bytes] = []
        headers: dict[str, str] = {}
        left = self.limits.response_bytes
        for operation in operations:
            try:
                answer = await self._run(operation, principal, exchange)
            except Exception as error:  # noqa: BLE001 - a door: the other operations of the batch have their answers
                answer = answers.mask(error, locale=exchange.locale, request_id=exchange.request_id)
            found.append(answers.encode(answer, exchange, limit=left))
            left = max(0, left - len(found[-1]))
            headers |= answer.headers
        body = orjson.dumps([orjson.Fragment(one) for one in found])
        return answers.response(body, 200, exchange, headers)


def _media_type(request: Request) -> str:
    chosen = negotiation.choose_media_type(",".join(request.headers.getlist("accept")))
    if chosen is None:
        raise errors.NotAcceptableError(
            Text(
                "The answer is JSON, which the Accept header does not allow.", "结果为 JSON，而 Accept 请求头不接受。"
            ),
            hint=Text(
                f"Accept {negotiation.GRAPHQL} or {negotiation.JSON}.",
                f"请接受 {negotiation.GRAPHQL} 或 {negotiation.JSON}。",
            ),
        )
    return chosen
