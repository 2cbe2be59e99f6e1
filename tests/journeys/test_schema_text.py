"""``/schema.graphql`` is each merchant's own, as the caller may see it; pages of allowed origins may call the API."""

import httpx
from journey_documents import Clerk
from journey_servers import Caller, House, ServerProcess, Shop

PAGE = "https://shop.example"
ALLOW = """mutation ($version: Int!, $origins: [String!]!) {
  updateMerchant(input: {expectedVersion: $version, allowedOrigins: $origins}) { errors { message } }
}"""
VIEWER = "{ viewer { actor { id } } }"


async def schema_of(
    caller: Caller, server: ServerProcess, shop: Shop, known: httpx.Response | None = None
) -> httpx.Response:
    """The text; ``known`` is an earlier answer, which need not be sent again."""
    headers = {"authorization": f"Bearer {shop.token}"} | ({"if-none-match": known.headers["etag"]} if known else {})
    return await caller.http.get(f"{server.url}/schema.graphql", headers=headers)


async def test_a_plugin_is_in_the_text_of_the_merchant_that_enabled_it_and_in_no_other(
    house: House, tea: Shop, silk: Shop, caller: Caller
) -> None:
    here, there = house.servers
    before = await schema_of(caller, there, tea)
    unchanged = await schema_of(caller, there, tea, before)

    await Clerk(caller, here, tea).enable("membership")
    after, foreign = await schema_of(caller, there, tea, before), await schema_of(caller, there, silk, before)

    assert (unchanged.status_code, foreign.status_code) == (304, 304)
    assert ("memberTiers" in before.text, "memberTiers" in after.text) == (False, True)
    assert before.headers["etag"] == foreign.headers["etag"] != after.headers["etag"]


async def test_the_text_shows_what_the_callers_role_may_see(house: House, tea: Shop, caller: Caller) -> None:
    clerk = Clerk(caller, house.servers[0], tea)
    _, narrow = await clerk.add_token(await clerk.set_role(["customers.customer.read"]))

    seen = (await schema_of(caller, house.servers[1], narrow)).text
    everything = (await schema_of(caller, house.servers[1], tea)).text

    hidden = ["interactionStats", "createCustomer", "upsertRole"]
    assert [name for name in hidden if name in seen] == []
    assert [name for name in [*hidden, "customers("] if name not in everything] == []
    assert "customers(" in seen


async def test_nobody_sees_a_text_without_a_token(house: House, caller: Caller) -> None:
    refused = await caller.http.get(f"{house.servers[0].url}/schema.graphql")

    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")


async def test_pages_of_an_origin_call_the_merchant_that_allows_it_and_no_other(
    house: House, tea: Shop, silk: Shop, caller: Caller
) -> None:
    here, there = house.servers
    page = {"origin": PAGE}
    before = await caller.send(here, tea, VIEWER, headers=page)

    version = (await caller.data_of(here, tea, "{ merchant { version } }"))["merchant"]["version"]
    await caller.data_of(here, tea, ALLOW, version=version, origins=[PAGE])
    allowed = await caller.send(there, tea, VIEWER, headers=page)
    foreign = await caller.send(there, silk, VIEWER, headers=page)

    assert [one.status_code for one in (before, allowed, foreign)] == [403, 200, 403]
    names = ("access-control-allow-origin", "access-control-allow-credentials")
    assert [allowed.headers.get(one) for one in names] == [PAGE, None]
    assert [foreign.headers.get(one) for one in names] == [None, None]


async def test_a_preflight_is_answered_for_origins_that_some_merchant_allows(
    house: House, tea: Shop, caller: Caller
) -> None:
    server = house.servers[0]
    version = (await caller.data_of(server, tea, "{ merchant { version } }"))["merchant"]["version"]
    await caller.data_of(server, tea, ALLOW, version=version, origins=[PAGE])
    asked = {"access-control-request-method": "POST"}

    known, stranger = [
        await caller.http.options(f"{server.url}/graphql", headers={"origin": origin, **asked})
        for origin in (PAGE, "https://evil.example")
    ]

    assert (known.status_code, known.headers["access-control-allow-origin"]) == (204, PAGE)
    assert (stranger.status_code, "access-control-allow-origin" in stranger.headers) == (403, False)
