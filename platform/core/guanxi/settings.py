"""Settings of an installation, read from ``GUANXI_*`` variables."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Limits(BaseModel):
    """What one request may ask for. Each has a code; ``design``: refuse before work is done."""

    body_bytes: int = Field(1_000_000, description="request body; above: 413")
    batch: int = Field(10, description="operations in one HTTP batch")
    tokens: int = Field(2_000, description="lexical tokens of an ad-hoc document")
    registered_tokens: int = Field(20_000, description="lexical tokens of a registered document")
    depth: int = Field(15, description="nested selections")
    root_aliases: int = Field(30, description="fields at the root of one operation")
    directives: int = Field(50, description="directives of one operation")
    cost: int = Field(10_000, description="static cost of one operation")
    cost_per_minute: int = Field(100_000, description="restored each minute, per token and merchant")
    list_items: int = Field(1_000, description="items of one input list")
    string_bytes: int = Field(65_536, description="one input string, UTF-8")
    frame_bytes: int = Field(262_144, description="one WebSocket frame")
    init_seconds: float = Field(5.0, description="until connection_init must have come")
    subscriptions: int = Field(100, description="per WebSocket")
    deadline_seconds: float = Field(30.0, description="one operation")
    header_seconds: float = Field(10.0, description="receipt of the request's header")
    body_seconds: float = Field(30.0, description="receipt of the request's body")
    response_bytes: int = Field(10_000_000, description="one answer")


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(env_prefix="GUANXI_", env_nested_delimiter="__", extra="forbid")

    database_url: str = Field("sqlite://guanxi.db", description="sqlite://PATH or postgresql://USER:PASSWORD@HOST/NAME")
    owner_url: str | None = Field(None, description="PostgreSQL: the role that owns the tables, for migrations only")
    readers: int = Field(2, description="SQLite: connections that read beside the writer")
    pool_size: int = Field(10, description="PostgreSQL: connections of one process")
    synchronous: Literal["NORMAL", "FULL"] = Field("NORMAL", description="SQLite: FULL also survives power loss")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, description="port to listen on")
    allowed_hosts: list[str] = Field(["127.0.0.1", "localhost", "[::1]"], description="Host headers accepted")
    plugin_dirs: list[Path] = Field([], description="folders of one-file plugins, searched by rescanPlugins")
    backup_dir: Path = Field(Path("guanxi-backups"), description="where purged data is saved first")
    files_dir: Path = Field(Path("guanxi-files"), description="where uploaded and exported files are kept")
    keys: SecretStr = Field(
        SecretStr(""), description="master keys as ID:BASE64 with commas between, newest first; empty: the key file"
    )
    key_file: Path | None = Field(
        None, description="a master key per line, newest first; SQLite: DATABASE.keys unless said otherwise"
    )
    secret_key: str = Field("", description="signs cursors; empty: kept in the database")
    dev: bool = Field(False, description="development mode: GraphiQL explains more, plugins reload")
    trace_hooks: bool = Field(False, description="print every hook call with its time")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="what `guanxi serve` logs")
    metrics_host: str = Field("127.0.0.1", description="address that serves metrics, never the API's")
    metrics_port: int = Field(0, description="port that serves /metrics; 0: none")
    tracing: bool = Field(False, description="make OpenTelemetry spans; needs guanxi[otel]")
    drain_seconds: float = Field(25.0, description="how long SIGTERM waits for running requests")
    limits: Limits = Field(default_factory=Limits, description="what one request may ask for")
