"""Where the database is: a URL of the settings as the credentials of one of our engines."""

from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise.connection import ConnectionHandler
from tortoise.exceptions import ConfigurationError

from guanxi.db import asyncpg_engine, sqlite_engine
from guanxi.db.apps import ALIAS
from guanxi.settings import Settings

RootClient = sqlite_engine.Client | asyncpg_engine.Client


def dialect_of(url: str) -> Literal["sqlite", "postgres"]:
    """Which kind of database a URL means. Raises: ConfigurationError."""
    if url.startswith("sqlite://"):
        return "sqlite"
    if url.startswith(("postgresql://", "postgres://")):
        return "postgres"
    raise ConfigurationError("GUANXI_DATABASE_URL: write sqlite://PATH or postgresql://USER:PASSWORD@HOST/NAME")


def connection_of(settings: Settings, role: Literal["app", "owner"]) -> dict[str, Any]:
    """A connection as Tortoise is told."""
    if dialect_of(settings.database_url) == "sqlite":
        return {"engine": "guanxi.db.sqlite_engine", "credentials": _sqlite(settings, role)}
    if role == "owner" and not settings.owner_url:
        raise ConfigurationError("GUANXI_OWNER_URL: on PostgreSQL another role than the serving one owns the tables")
    url = settings.owner_url if role == "owner" and settings.owner_url else settings.database_url
    size = 1 if role == "owner" else settings.pool_size
    return {"engine": "guanxi.db.asyncpg_engine", "credentials": _postgres(url, size)}


def listening(settings: Settings) -> dict[str, Any]:
    """A connection of its own to PostgreSQL, as asyncpg is told."""
    found = _postgres(settings.database_url, 1)
    return {name: value for name, value in found.items() if name not in {"minsize", "maxsize"}}


def root_client(handler: ConnectionHandler) -> RootClient:
    """The engine's client outside any transaction; it learns where transactions register themselves."""
    client: Any = handler.get(ALIAS)
    client.handler = handler
    root: RootClient = client
    return root


def _sqlite(settings: Settings, role: str) -> dict[str, Any]:
    found = {"file_path": settings.database_url.split("://", 1)[1], "synchronous": settings.synchronous}
    if role == "owner":
        # Migrations remake tables; with foreign keys on, dropping the old form would delete the children.
        return {**found, "readers": 0, "walls": False, "foreign_keys": "OFF"}
    return {**found, "readers": settings.readers}


def _postgres(url: str, size: int) -> dict[str, Any]:
    parts, options = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
    host, ssl = options.pop("host", parts.hostname), options.pop("sslmode", None)
    if options:
        raise ConfigurationError(f"database URL: unknown options {sorted(options)}; host and sslmode are known")
    return {
        "host": host,
        "port": parts.port or 5432,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or "") or None,
        "database": unquote(parts.path.lstrip("/")),
        "minsize": 1,
        "maxsize": size,
        **({"ssl": ssl} if ssl else {}),
    }
