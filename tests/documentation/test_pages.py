"""What the README and the pages of docs/ tell a reader to type works when typed."""

import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from guanxi.testing import docs
from guanxi.testing.docs import Session

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ADDRESS = "127.0.0.1:8000"  # the demo shop's, which a page finds running
OWN_PORT = "8001"  # of a server that a page starts itself
READY = r"(?P<token>gx_\w+)"


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests reaches the page's reader."""
    for name in [one for one in os.environ if one.startswith("GUANXI_")]:
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("clean_environment")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_code_block_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    typed = [block.text for block in docs.blocks(page) if block.not_run is None]
    needs_curl = any("curl " in text for text in typed)
    assert not needs_curl or shutil.which("curl"), f"{page.name} calls curl: install it (apt-get install curl)"

    with demo(tmp_path) if any(ADDRESS in text for text in typed) else reader(tmp_path) as session:
        session.work_through(page)


@contextmanager
def reader(folder: Path) -> Iterator[Session]:
    """A reader in a folder of his own; a server that he started and did not stop is stopped for him."""
    try:
        yield Session(folder, {}, {OWN_PORT: free_port()})
    finally:
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((folder / "server.pid").read_text()), signal.SIGKILL)


@contextmanager
def demo(folder: Path) -> Iterator[Session]:
    """The demo shop on a free port, and a reader who was told its token."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "guanxi"), "demo", "--port", port]
    with docs.serving(command, folder, {"PYTHONUNBUFFERED": "1"}, READY) as said, reader(folder) as session:
        session.variables = {"TOKEN": said["token"]}
        session.replacements = {**session.replacements, ADDRESS: f"127.0.0.1:{port}"}
        yield session


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])
