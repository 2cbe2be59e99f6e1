"""Server processes, shops with a token, and questions over HTTP."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from guanxi import app
from guanxi.context import Context
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.settings import Settings
from guanxi.staff import service as staff

COMMAND = (str(Path(sys.executable).parent / "guanxi"),)
START_SECONDS = 60


@dataclass(frozen=True)
class Shop:
    """A merchant and an administrator's token of it."""

    slug: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": "application/json"}


@dataclass
class ServerProcess:
    """``guanxi serve`` as a process of its own."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    def stop(self) -> int:
        """By SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        """By SIGKILL."""
        self.process.kill()
        self.process.wait()


@dataclass
class House:
    """An installation that is served by two processes, with shops that nobody has used yet."""

    settings: Settings
    folder: Path
    plugins: Path
    servers: tuple[ServerProcess, ServerProcess]
    shops: Iterator[Shop]

    def new_shop(self) -> Shop:
        return next(self.shops)


def open_shops(settings: Settings, count: int) -> list[Shop]:
    """Merchants without any plugin."""

    async def work() -> list[Shop]:
        async with app.running(settings, work=False) as opened:
            ctx = Context(staff.platform_principal(), opened.platform, request_id="test")
            return [await _open_shop(ctx, f"shop-{number}") for number in range(count)]

    return asyncio.run(work())


async def _open_shop(ctx: Context, slug: str) -> Shop:
    row = await staff.found_merchant(ctx, NewMerchant(slug=slug, name=slug))
    inside = replace(ctx, principal=staff.platform_principal(merchants.ref_of(row)))
    with acting_for(row.id):
        role = await staff.get_role(inside, "admin")
        issued = await staff.create_token(inside, name="test", role_id=role.id)
    return Shop(slug, issued.text)


def start_server(settings: Settings, folder: Path, **variables: str) -> ServerProcess:
    """Start a process and return at once; ``variables`` are settings beside the database's addresses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)],
            env=_environment(settings, variables),
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return ServerProcess(port, process, log)


def run_command(settings: Settings, folder: Path, *arguments: str, **variables: str) -> str:
    """Run ``guanxi`` beside the servers; what it prints."""
    command = [*COMMAND, *arguments]
    done = subprocess.run(
        command, check=False, env=_environment(settings, variables), cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _environment(settings: Settings, variables: Mapping[str, str]) -> dict[str, str]:
    places = {"GUANXI_DATABASE_URL": settings.database_url, "GUANXI_OWNER_URL": settings.owner_url or ""}
    given = {**places, "GUANXI_KEY_FILE": str(settings.key_file or ""), **variables}
    return {**os.environ, **{name: value for name, value in given.items() if value}}


def wait_until_ready(server: ServerProcess) -> None:
    """Until it can answer."""
    until = time.monotonic() + START_SECONDS
    with httpx.Client(verify=False, trust_env=False) as client:
        while time.monotonic() < until:
            assert server.process.poll() is None, server.log.read_text()
            try:
                if client.get(f"{server.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    raise AssertionError(f"not ready after {START_SECONDS} s: {server.log.read_text()}")


@contextmanager
def serving(settings: Settings, folder: Path, count: int = 1, **variables: str) -> Iterator[list[ServerProcess]]:
    """So many processes on one database, which end well with the block unless it has ended them."""
    servers = [start_server(settings, folder, **variables) for _ in range(count)]
    try:
        for server in servers:
            wait_until_ready(server)
        yield servers
        running = [one for one in servers if one.process.poll() is None]
        for one in running:
            one.process.send_signal(signal.SIGINT)  # as SIGTERM, without the pause for load balancers
        for one in running:
            assert one.process.wait(60) == 0, one.log.read_text()
    finally:
        for server in servers:
            server.kill()


def new_client(**options: Any) -> httpx.AsyncClient:
    """A client that reads no certificates: there are none, and reading them takes longer than many a test."""
    return httpx.AsyncClient(verify=False, trust_env=False, timeout=60, **options)


@dataclass
class Caller:
    """Asks servers over HTTP for one test."""

    http: httpx.AsyncClient

    async def send(
        self,
        server: ServerProcess,
        shop: Shop,
        document: str,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One operation; the HTTP response."""
        body = json.dumps({"query": document, "variables": variables or {}})
        return await self.http.post(f"{server.url}/graphql", content=body, headers={**shop.headers, **(headers or {})})

    async def ask(self, server: ServerProcess, shop: Shop, document: str, **variables: Any) -> dict[str, Any]:
        """One operation; its whole answer."""
        answer: dict[str, Any] = (await self.send(server, shop, document, variables)).json()
        return answer

    async def data_of(self, server: ServerProcess, shop: Shop, document: str, **variables: Any) -> dict[str, Any]:
        """One operation that must succeed; the members of its ``data``, payloads without errors."""
        answer = await self.ask(server, shop, document, **variables)
        assert "errors" not in answer, answer
        found: dict[str, Any] = answer["data"]
        assert [one["errors"] for one in found.values() if isinstance(one, dict) and one.get("errors")] == []
        return found
