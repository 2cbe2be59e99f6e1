"""Clients that others wrote, and the toy shop for them to talk to."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "clients"), str(TESTS / "http")]

from client_packages import node, packages  # noqa: E402 - found through the path above
from toy_server import Running, serving  # noqa: E402 - as above

__all__ = ["node", "packages"]


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("toy")) as running:
        yield running
