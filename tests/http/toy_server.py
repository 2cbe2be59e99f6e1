"""The toy shop as a process of its own."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

SCRIPT = Path(__file__).with_name("toy_shop.py")
TOKEN = {"Authorization": "Bearer gx_a"}


@dataclass
class Running:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    def client(self, **options: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, **{"headers": TOKEN, "timeout": 30, **options})


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[Running]:
    """Start it, wait until it answers, and end it."""
    port, log = free_port(), folder / "server.log"
    with log.open("wb") as out:
        command = [sys.executable, "-W", "error", str(SCRIPT), json.dumps({"port": port, **settings})]
        process = subprocess.Popen(command, stdout=out, stderr=out)
    running = Running(port, process, log)
    try:
        wait_until_it_answers(running)
        yield running
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_until_it_answers(running: Running) -> None:
    for _ in range(200):
        if running.process.poll() is not None:
            break
        try:
            httpx.get(f"{running.url}/livez")
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(running.log.read_text())
