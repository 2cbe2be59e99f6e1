"""What the journeys ask and change, and shorthands for it."""

import uuid
from typing import Any

from journey_servers import Caller, ServerProcess, Shop

CUSTOMER = "mutation ($in: CreateCustomerInput!) { createCustomer(input: $in) { customer { id } errors { message } } }"
RECORD = """mutation ($in: RecordInteractionInput!) {
  recordInteraction(input: $in) { interaction { id } isNew errors { code message } }
}"""
ENABLE = "mutation ($id: String!) { enablePlugin(input: {plugin: $id}) { plugin { state } errors { code message } } }"
DISABLE = "mutation ($id: String!) { disablePlugin(input: {plugin: $id}) { plugin { state } errors { code message } } }"
ROLE = """mutation ($name: String!, $permissions: [String!]!, $id: ID, $version: Int) {
  upsertRole(input: {name: $name, permissions: $permissions, id: $id, expectedVersion: $version}) {
    role { id version } errors { message }
  }
}"""
TOKEN = """mutation ($role: ID!) {
  createToken(input: {name: "narrow", role: $role}) { token { id } text errors { message } }
}"""
REVOKE = "mutation ($id: ID!) { revokeToken(input: {id: $id}) { errors { message } } }"
DAY = "2026-11-11T12:00:00Z"


def fact_of(customer: str, subject: str, **more: Any) -> dict[str, Any]:
    """A fact to record, news unless ``more`` says otherwise."""
    return {"customer": customer, "kind": "VISIT", "occurredAt": DAY, "subject": subject, **more}


class Clerk:
    """Writes into one shop through one server."""

    def __init__(self, caller: Caller, server: ServerProcess, shop: Shop) -> None:
        self.caller, self.server, self.shop = caller, server, shop

    async def do(self, document: str, **variables: Any) -> Any:
        """The payload of one mutation, which must succeed."""
        found = await self.caller.data_of(self.server, self.shop, document, **variables)
        return next(iter(found.values()))

    async def add_customer(self, name: str | None = None) -> str:
        made = await self.do(CUSTOMER, **{"in": {"displayName": name or uuid.uuid4().hex}})
        return str(made["customer"]["id"])

    async def record(self, customer: str, subject: str, **more: Any) -> str:
        made = await self.do(RECORD, **{"in": fact_of(customer, subject, **more)})
        return str(made["interaction"]["id"])

    async def enable(self, plugin: str) -> None:
        await self.do(ENABLE, id=plugin)

    async def disable(self, plugin: str) -> None:
        await self.do(DISABLE, id=plugin)

    async def set_role(self, permissions: list[str], role: dict[str, Any] | None = None) -> dict[str, Any]:
        """A role with these permissions and no others; ``role`` is what an earlier call answered."""
        known = {"id": role["id"], "version": role["version"]} if role else {}
        made: dict[str, Any] = (await self.do(ROLE, name="narrow", permissions=permissions, **known))["role"]
        return made

    async def add_token(self, role: dict[str, Any]) -> tuple[str, Shop]:
        """A token of a role: its id, and the shop as its holder sees it."""
        made = await self.do(TOKEN, role=role["id"])
        return made["token"]["id"], Shop(self.shop.slug, made["text"])

    async def revoke(self, token: str) -> None:
        await self.do(REVOKE, id=token)
