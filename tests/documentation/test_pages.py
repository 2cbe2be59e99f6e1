"""What the README and the pages of docs/ tell a reader to type works when typed."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from guanxi.testing import docs
from guanxi.testing.docs import Session

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ADDRESS = "127.0.0.1:8000"
READY = r"(?P<token>gx_\w+)"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_code_block_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    needs_server = any(ADDRESS in block.text for block in docs.blocks(page) if block.not_run is None)

    if needs_server:
        with demo(tmp_path) as session:
            session.work_through(page)
    else:
        Session(tmp_path).work_through(page)


@contextmanager
def demo(folder: Path) -> Iterator[Session]:
    """The demo shop on a free port, and a reader who was told its token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [str(Path(sys.executable).parent / "guanxi"), "demo", "--port", port]
    with docs.serving(command, folder, {"PYTHONUNBUFFERED": "1"}, READY) as said:
        yield Session(folder, {"TOKEN": said["token"]}, {ADDRESS: f"127.0.0.1:{port}"})
