"""What shoppers reach: over the whole schema of core and plugins nothing that is not declared for them."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType

from guanxi import app
from guanxi.accounts import service as accounts
from guanxi.context import Actor, Context, Principal
from guanxi.customers import service as customers
from guanxi.db.apps import App
from guanxi.db.merchant import acting_for
from guanxi.errors import ForbiddenError
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.gateway import InstallationGateway
from guanxi.http.ports import Call
from guanxi.merchants import service as merchants
from guanxi.permissions import SHOPPER, SIGNED_IN
from guanxi.plugins import service as plugins
from guanxi.schema.composed import ComposedSchema
from guanxi.schema.facets import FACET
from guanxi.settings import Settings
from guanxi.staff import service as staff

ALLOWED = frozenset({str(SIGNED_IN), SHOPPER})
# Written by hand: to open a field to shoppers takes a line here.
OPEN = {
    "Query": {"viewer"},
    "Mutation": {"setConsent"},
    "Viewer": {"actor", "permissions", "customer"},
    "Actor": {"kind", "id", "postId", "scope"},
    "Customer": {
        *("id", "displayName", "givenName", "familyName", "gender", "birthday", "isLunarBirthday", "locale"),
        *("timezone", "contactPoints"),
    },
    "ContactPoint": {
        *("id", "kind", "value", "isVerified", "isPreferred", "province", "city", "district", "street", "postcode"),
    },
    "Consent": {"id", "channel", "purpose", "state", "noticeVersion", "source", "since"},
    "SetConsentPayload": {"errors", "query", "consents"},
    "Node": {"id"},
    "UserError": {"message", "code", "path"},
    "MutationError": {"message", "code", "path"},
    "ConflictUserError": {"message", "code", "path", "currentVersion"},
}
MINE = "{ viewer { actor { kind } customer { displayName contactPoints { kind value } } } }"


@pytest.fixture
def app_set() -> list[App]:
    return app.app_set()


@pytest.fixture(scope="module")
def whole() -> ComposedSchema:
    """The schema with every bundled plugin."""
    settings = Settings(database_url="sqlite://:memory:")

    async def compose() -> ComposedSchema:
        host = app.build_host(settings)
        db = app.Database(settings, [*app.CORE_APPS, *host.apps()], role="owner")
        await db.open()
        try:
            with db.bound():
                host.compose_all()
                return await host.schema_for(list(host.loaded))
        finally:
            await db.close()

    return asyncio.run(compose())


def composites(schema: Any) -> dict[str, Any]:
    kinds = GraphQLObjectType | GraphQLInterfaceType
    return {n: one for n, one in schema.type_map.items() if isinstance(one, kinds) and not n.startswith("__")}


def test_the_view_of_shoppers_holds_what_is_declared_and_nothing_else(whole: ComposedSchema) -> None:
    seen = {name: set(one.fields) for name, one in composites(whole.visible_to(ALLOWED)).items()}

    assert seen == OPEN


def test_every_other_root_refuses_a_shopper_even_where_the_document_was_not_looked_at(whole: ComposedSchema) -> None:
    actor = Actor("shopper", "x", ALLOWED)
    ctx: Any = SimpleNamespace(principal=SimpleNamespace(actor=actor), actor=actor)
    asked = 0
    for root in ("Query", "Mutation", "Subscription"):
        for name, one in composites(whole.graphql)[root].fields.items():
            facet = one.extensions[FACET]
            for resolve in (one.resolve, one.subscribe):
                if resolve is None or facet.audience:
                    continue
                asked += 1
                with pytest.raises(ForbiddenError):
                    resolve(None, SimpleNamespace(context=ctx))
                assert name not in OPEN.get(root, ())
    assert asked > 50


def test_no_role_and_no_scope_can_name_what_a_shopper_holds() -> None:
    assert SHOPPER not in {str(one) for one in staff.list_permissions(frozenset({"core", "accounts", "staff"}))}
    assert SHOPPER not in staff.platform_principal().actor.permissions


@dataclass
class Served:
    """A shop with two customers, and a gateway."""

    gateway: InstallationGateway
    ctx: Context
    mine: Any
    other: Any

    async def token(self, customer: Any) -> str:
        return (await accounts.issue(self.ctx, customer.id)).text

    async def ask(self, text: str, document: str) -> Answer:
        principal: Principal = await self.gateway.authenticate(text)
        return await self.gateway.run(GraphQLRequest(document), principal, Call("r1"))


@pytest.fixture
async def served(database_settings: Settings) -> AsyncIterator[Served]:
    async with app.running(database_settings, work=False) as opened:
        founder = Context(staff.platform_principal(), opened.platform, "r1")
        row = await staff.found_merchant(founder, merchants.NewMerchant(slug="tea-a", name="Tea"))
        with acting_for(row.id):
            ctx = replace(founder, principal=staff.platform_principal(merchants.ref_of(row)))
            for plugin in opened.host.loaded:
                await plugins.enable(ctx, opened.platform, plugin)
            made = [
                await customers.create_customer(ctx, customers.NewCustomer({"display_name": name}, [], [], []))
                for name in ("Li", "Wang")
            ]
            await accounts.rotate_secret(ctx)
            yield Served(InstallationGateway(opened.platform), ctx, *made)


async def test_a_shopper_sees_and_changes_his_own_alone(served: Served) -> None:
    text = await served.token(served.mine)

    def consent(customer: Any) -> str:
        said = f'customer: "cus_{customer.id.hex}", channel: SMS, purpose: MARKETING, state: WITHDRAWN, source: "page"'
        return f"mutation {{ setConsent(input: {{{said}}}) {{ errors {{ code }} consents {{ state }} }} }}"

    seen = await served.ask(text, MINE)
    own, foreign = await served.ask(text, consent(served.mine)), await served.ask(text, consent(served.other))

    assert seen.data == {
        "viewer": {"actor": {"kind": "shopper"}, "customer": {"displayName": "Li", "contactPoints": []}}
    }
    assert own.data == {"setConsent": {"errors": [], "consents": [{"state": "WITHDRAWN"}]}}
    assert foreign.data == {"setConsent": {"errors": [{"code": "FORBIDDEN"}], "consents": None}}


async def test_what_is_not_declared_does_not_exist_for_a_shopper(served: Served) -> None:
    text = await served.token(served.mine)
    customer = f'"cus_{served.mine.id.hex}"'
    staffed = (
        await staff.create_token(served.ctx, name="t", role_id=(await staff.get_role(served.ctx, "admin")).id)
    ).text
    asked = [
        "{ customers { nodes { id } } }",
        f"{{ node(id: {customer}) {{ id }} }}",
        "{ viewer { customer { tags { name } } } }",
        "{ viewer { customer { lifecycle } } }",
        "{ viewer { customer { interactions(first: 1) { nodes { id } } } } }",
        'mutation { createCustomer(input: {displayName: "x"}) { errors { code } } }',
    ]
    for document in asked:
        await served.ask(staffed, document)  # now the document is kept for staff

        answer = await served.ask(text, document)

        assert (answer.ran, answer.data) == (False, None), document
        assert answer.errors[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        never = await served.ask(text, document.replace("customers", "nothings").replace("lifecycle", "nothings"))
        assert never.errors[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_introspection_tells_a_shopper_of_nothing_else(served: Served) -> None:
    answer = await served.ask(await served.token(served.mine), "{ __schema { types { name fields { name } } } }")

    told = json.dumps(answer.data)
    assert "Interaction" not in told
    assert "setConsent" in told


async def test_a_shopper_who_is_gone_sees_nothing(served: Served) -> None:
    nobody = replace_id(served.mine)

    answer = await served.ask(await served.token(nobody), MINE)

    assert answer.data == {"viewer": {"actor": {"kind": "shopper"}, "customer": None}}


def replace_id(customer: Any) -> Any:
    return SimpleNamespace(id=type(customer.id)(int=customer.id.int ^ 1))
