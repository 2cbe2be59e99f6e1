"""The toy shop in this process and as one of its own."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from toy_server import TOKEN, Running, serving
from toy_shop import ToyShop, toy_settings

from guanxi.http import application


@pytest.fixture
def shop() -> ToyShop:
    return ToyShop()


@pytest.fixture
async def client(shop: ToyShop) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the application without a network between."""
    app = application.build(shop, toy_settings())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.example", headers=TOKEN) as made:
        yield made


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests that leave it as it was."""
    with serving(tmp_path_factory.mktemp("toy")) as running:
        yield running
