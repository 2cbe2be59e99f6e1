"""Sessions over HTTP and sockets: which requests a cookie speaks for, and which it does not."""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import websockets
from account_house import DESK, SECRET, House

from guanxi import app
from guanxi.accounts import service
from guanxi.accounts.models import LoginFailure, Session
from guanxi.context import Context, utc_now
from guanxi.db.apps import App
from guanxi.db.merchant import acting_for
from guanxi.gateway import InstallationGateway
from guanxi.http import application
from guanxi.merchants import service as merchants
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.staff.models import Role
from guanxi.testing.desk import BarePlatform

HOST = "localhost"
PAGE = {"origin": f"https://{HOST}"}
ASK = {"query": "{ viewer { actor { kind } } }"}
RENAME = {"query": 'mutation { upsertRole(input: {name: "made", permissions: []}) { errors { code } } }'}
LOGIN = {"merchant": "tea-a", "email": "li@tea.example", "password": SECRET}


@dataclass
class Served:
    """An installation with one shop in it, and a browser that keeps no cookies by itself."""

    opened: app.Installation
    house: House
    token: str
    browser: httpx.AsyncClient

    async def sign_in(self, **given: str) -> httpx.Response:
        return await self.browser.post("/login", json=LOGIN | given, headers=PAGE)

    async def cookie(self) -> dict[str, str]:
        """The headers of a page of somebody who is signed in."""
        return {"cookie": (await self.sign_in()).headers["set-cookie"].partition(";")[0]}

    async def ask(self, asked: Any, headers: dict[str, str]) -> httpx.Response:
        return await self.browser.post("/graphql", json=asked, headers=headers)


@pytest.fixture
def app_set() -> list[App]:
    return app.app_set()


@pytest.fixture
async def served(database_settings: Settings) -> AsyncIterator[Served]:
    async with app.running(database_settings, work=False) as opened:
        founder = Context(staff.platform_principal(), BarePlatform(opened.db), "r1")
        row = await staff.found_merchant(founder, merchants.NewMerchant(slug="tea-a", name="Tea"))
        ctx = replace(founder, principal=staff.platform_principal(merchants.ref_of(row)))
        with acting_for(row.id):
            house = House(opened.db, ctx, utc_now)
            await house.admit("li", "admin")
            token = await staff.create_token(ctx, name="t", role_id=(await Role.get(name="admin")).id)
            async with browsing(opened) as browser:
                yield Served(opened, house, token.text, browser)


@asynccontextmanager
async def browsing(opened: app.Installation) -> AsyncIterator[httpx.AsyncClient]:
    made = application.build(InstallationGateway(opened.platform), opened.settings)
    transport = httpx.ASGITransport(made, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        yield client


async def test_signing_in_sets_a_cookie_that_no_script_and_no_other_host_gets(served: Served) -> None:
    answer = await served.sign_in()

    assert answer.status_code == 200
    assert answer.json()["name"] == "li"
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-guanxi=")
    assert len(name) == len("__Host-guanxi=") + 43
    assert set(attributes) == {"Path=/", "Max-Age=43200", "Secure", "HttpOnly", "SameSite=Lax"}
    assert name.partition("=")[2] not in answer.text


async def test_a_page_that_is_signed_in_asks_and_changes(served: Served) -> None:
    headers = PAGE | await served.cookie()

    assert (await served.ask(ASK, headers)).json()["data"] == {"viewer": {"actor": {"kind": "staff"}}}
    assert (await served.ask(RENAME, headers)).json()["data"] == {"upsertRole": {"errors": []}}


async def test_failures_are_told_alike_and_then_locked(served: Served) -> None:
    answers = [await served.sign_in(**{name: "wrong@x.y"}) for name in ("merchant", "email", "password")]
    for _ in range(4):
        await served.sign_in(password="wrong")
    locked = await served.sign_in()

    told = {json.dumps(a.json()["errors"][0] | {"extensions": ""}) for a in answers}
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len(told) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "30")


async def test_a_body_that_is_no_sign_in_is_refused(served: Served) -> None:
    bodies = (b"null", b"[]", b'{"merchant": 1}', b'{"merchant": "tea-a"}', b"{", b"\xff")
    for path, body in itertools.product(("/login", "/accept-invitation"), bodies):
        answer = await served.browser.post(path, content=body, headers=PAGE | {"content-type": "application/json"})
        assert answer.status_code == 400, answer.text


async def test_signing_out_ends_the_session_and_has_it_forgotten(served: Served) -> None:
    cookie = await served.cookie()

    answer = await served.browser.post("/logout", json={}, headers=PAGE | cookie)

    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await served.ask(ASK, PAGE | cookie)).status_code == 401


async def test_an_invitation_is_accepted_over_http(served: Served) -> None:
    text = await served.house.invite(await served.house.hire("wang", state="invited"))

    answer = await served.browser.post(
        "/accept-invitation", json={"invitation": text, "password": SECRET}, headers=PAGE
    )

    assert answer.status_code == 200
    assert "set-cookie" in answer.headers
    again = await served.browser.post("/accept-invitation", json={"invitation": text, "password": SECRET}, headers=PAGE)
    assert again.status_code == 401


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")
TYPES = (
    None,
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/graphql",
)
ORIGINS = (None, f"https://{HOST}", "https://evil.example", "null", f"http://{HOST}.evil.example")
CREDENTIALS = ("cookie", "bearer", "both", "none")


async def test_of_all_requests_with_a_cookie_only_json_from_a_page_of_this_address_runs(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie, bearer = await served.cookie(), {"authorization": f"Bearer {served.token}"}
    ran: list[str] = []
    run = InstallationGateway.run

    async def counted(self: Any, request: Any, principal: Any, call: Any) -> Any:
        ran.append(principal.actor.kind)
        return await run(self, request, principal, call)

    monkeypatch.setattr(InstallationGateway, "run", counted)
    executed = set()
    for case in itertools.product(METHODS, TYPES, ORIGINS, CREDENTIALS):
        method, kind, origin, credential = case
        headers = {"cookie": cookie, "bearer": bearer, "both": cookie | bearer, "none": {}}[credential]
        headers = headers | ({"content-type": kind} if kind else {}) | ({"origin": origin} if origin else {})
        ran.clear()
        await served.browser.request(method, "/graphql", params=ASK, content=json.dumps(ASK), headers=headers)
        executed |= {(*case, actor) for actor in ran}

    by_cookie = {case for case in executed if case[-1] == "staff"}
    assert by_cookie == {("POST", "application/json", f"https://{HOST}", "cookie", "staff")}
    assert {case[3] for case in executed - by_cookie} == {"bearer", "both"}
    assert not {case for case in executed if case[2] in ORIGINS[2:]}


async def test_a_cookie_over_http_in_clear_counts_only_on_this_machine(served: Served) -> None:
    cookie = await served.cookie()

    assert (await served.ask(ASK, cookie | {"origin": f"http://{HOST}"})).status_code == 200
    shop = {"origin": "http://shop.example", "host": "shop.example"}
    assert (await served.ask(ASK, cookie | shop)).status_code in {403, 421}


async def test_pages_elsewhere_can_neither_sign_in_nor_out(served: Served) -> None:
    evil = {"origin": "https://evil.example"}
    cookie = await served.cookie()

    assert (await served.browser.post("/login", json=LOGIN, headers=evil)).status_code == 403
    assert (await served.browser.post("/logout", json={}, headers=evil | cookie)).status_code == 403
    assert (await served.browser.post("/login", data=LOGIN)).status_code == 415
    assert (await served.browser.get("/login", params=LOGIN)).status_code == 405
    assert (await served.ask(ASK, PAGE | cookie)).status_code == 200


async def test_what_needs_a_fresh_sign_in_is_refused_to_an_old_session_alone(served: Served) -> None:
    old, token = await old_headers(served), {"authorization": f"Bearer {served.token}"}

    refused = await served.ask(RENAME, old)
    of_token = await served.ask(RENAME, token)
    again = {"query": RENAME["query"].replace("made", "again")}
    of_fresh = await served.ask(again, PAGE | await served.cookie())

    assert refused.json()["errors"][0]["extensions"]["code"] == "STEP_UP_REQUIRED"
    assert (await served.ask(ASK, old)).json()["data"]["viewer"] is not None
    assert of_token.json()["data"]["upsertRole"] == of_fresh.json()["data"]["upsertRole"] == {"errors": []}


async def old_headers(served: Served) -> dict[str, str]:
    """Of somebody who typed the password a while ago."""
    cookie = await served.cookie()
    key = cookie["cookie"].partition("=")[2]
    await Session.filter(key_hash=service.hash_of(key)).update(signed_in_at=utc_now() - timedelta(minutes=11))
    return PAGE | cookie


@asynccontextmanager
async def listening(opened: app.Installation) -> AsyncIterator[int]:
    """The port of a real server of the installation."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    opened.settings.port = port
    server = app.serve_installation(opened)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = server.force_exit = True
        await serving


async def greet(port: int, origin: str | None, cookie: dict[str, str]) -> Any:
    """A socket that brings a cookie; its first message, or the code that closed it."""
    url, protocol = f"ws://{HOST}:{port}/graphql", websockets.Subprotocol("graphql-transport-ws")
    page = websockets.Origin(origin) if origin else None
    made = await websockets.connect(url, origin=page, subprotocols=[protocol], additional_headers=cookie)
    await made.send(json.dumps({"type": "connection_init"}))
    try:
        return made, json.loads(await asyncio.wait_for(made.recv(), 10))["type"]
    except websockets.ConnectionClosed as closed:
        return made, closed.rcvd.code if closed.rcvd else None


async def test_a_socket_of_a_page_of_this_address_lives_as_long_as_its_session(served: Served) -> None:
    cookie = await served.cookie()
    key = cookie["cookie"].partition("=")[2]
    async with listening(served.opened) as port:
        made, first = await greet(port, f"http://{HOST}:{port}", cookie)
        assert first == "connection_ack"
        _, without = await greet(port, None, cookie)
        assert without == 4403

        await service.end(key, utc_now())

        with pytest.raises(websockets.ConnectionClosed) as closed:
            await asyncio.wait_for(made.recv(), 5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


async def test_a_change_of_rights_hands_the_browser_another_cookie(served: Served) -> None:
    headers = PAGE | await served.cookie()
    await Session.filter(ended_at=None).update(rights="others")

    answer = await served.ask(ASK, headers)
    changed = answer.headers["set-cookie"].partition(";")[0]

    assert answer.json()["data"]["viewer"]["actor"]["kind"] == "staff"
    assert changed != headers["cookie"]
    assert "Secure; HttpOnly" in answer.headers["set-cookie"]
    assert "set-cookie" not in (await served.ask(ASK, PAGE | {"cookie": changed})).headers


async def test_a_failed_sign_in_leaves_a_trace_that_names_nobody(served: Served) -> None:
    await served.sign_in(password="wrong")

    stored = repr(await LoginFailure.all().values())
    assert "li@" not in stored
    assert DESK.address not in stored
