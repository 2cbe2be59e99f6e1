"""Whole installations as their users meet them: real server processes, real databases, tokens and HTTP."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from journey_servers import Shop, open_shop, serving

from guanxi import app
from guanxi.context import Context
from guanxi.settings import Settings
from guanxi.staff import service as staff


@pytest.fixture
async def shops(database_settings: Settings) -> tuple[Shop, Shop]:
    """Two merchants without any plugin."""
    async with app.running(database_settings, work=False) as opened:
        ctx = Context(staff.platform_principal(), opened.platform, request_id="test")
        return await open_shop(ctx, "tea"), await open_shop(ctx, "silk")


@pytest.fixture
def serve(database_settings: Settings, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Starts one more server process on the test's database; its address."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(serving(database_settings, tmp_path))
