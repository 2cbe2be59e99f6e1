"""Servers as processes, shops with a token, and questions over HTTP."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from guanxi.context import Context
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.settings import Settings
from guanxi.staff import service as staff

START_SECONDS = 30


@dataclass(frozen=True)
class Shop:
    """A merchant and an administrator's token of it."""

    slug: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": "application/json"}


async def open_shop(ctx: Context, slug: str) -> Shop:
    row = await staff.found_merchant(ctx, NewMerchant(slug=slug, name=slug))
    inside = replace(ctx, principal=staff.platform_principal(merchants.ref_of(row)))
    with acting_for(row.id):
        role = await staff.get_role(inside, "admin")
        issued = await staff.create_token(inside, name="test", role_id=role.id)
    return Shop(slug, issued.text)


@contextmanager
def serving(settings: Settings, folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {"GUANXI_DATABASE_URL": settings.database_url, "GUANXI_OWNER_URL": settings.owner_url or ""}
    command = [str(Path(sys.executable).parent / "guanxi"), "serve", "--port", str(port)]
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **{name: value for name, value in variables.items() if value}},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            assert process.wait(30) == 0, log.read_text()


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"not ready after {START_SECONDS} s: {log.read_text()}")


def ask(url: str, shop: Shop, document: str, **variables: Any) -> dict[str, Any]:
    """One operation over HTTP; its answer."""
    body = json.dumps({"query": document, "variables": variables})
    answer: dict[str, Any] = httpx.post(f"{url}/graphql", content=body, headers=shop.headers, timeout=30).json()
    return answer
