"""Everything a plugin may implement, in one file. Each docstring is the hook's contract."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pluggy
from pydantic import BaseModel

from guanxi.context import Context
from guanxi.errors import Text
from guanxi.events import (
    CustomerCreated,
    CustomerUpdated,
    InteractionRecorded,
    InteractionsImported,
    InteractionVoided,
)
from guanxi.permissions import Permission
from guanxi.schema.part import SchemaPart

PROJECT = "guanxi"
GROUP = "guanxi.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a plugin is, readable before any of its hooks runs. Its module says ``MANIFEST = Manifest(…)``."""

    id: str
    version: str
    title: Text
    summary: Text
    requires_core: str = ">=0.1,<1"
    requires: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    data_categories: tuple[Text, ...] = ()
    settings: type[BaseModel] | None = None
    models: str | None = None
    migrations: str | None = None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A value that other parts may ask of many customers at once: predicates, conditions, portraits, metrics.

    ``get`` is ``async (ctx, customer_ids) -> values in the order asked`` and costs a fixed number of statements.
    """

    name: str
    type: type
    description: Text
    permission: Permission
    get: Callable[[Context, Sequence[UUID]], Awaitable[list[Any]]]
    unit: str | None = None
    privacy: str = "internal"


@dataclass(frozen=True, kw_only=True)
class Command:
    """An action that other parts may ask for, idempotent by key: ``async (ctx, input, key) -> result``.

    It runs in the caller's transaction.
    """

    name: str
    input: type
    description: Text
    permission: Permission
    run: Callable[[Context, Any, str], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class SavedOperation:
    """An example operation that GraphiQL offers where the plugin is enabled."""

    title: Text
    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@hookspec
def schema_part() -> SchemaPart | None:
    """What the plugin adds to GraphQL. Called once per process, when it is loaded; sync.

    A failure keeps the plugin from loading and is shown as its fault; nothing else is touched.
    """


@hookspec
def facts() -> Sequence[Fact] | None:
    """Facts that the plugin offers. Called once per process; sync.

    Names start with the plugin's id and a dot. Only merchants that enabled the plugin have them.
    """


@hookspec
def commands() -> Sequence[Command] | None:
    """Commands that the plugin offers. Called once per process; sync.

    Names start with the plugin's id and a dot.
    """


@hookspec
def saved_operations() -> Sequence[SavedOperation] | None:
    """Example operations for GraphiQL. Called once per process; sync. Tests execute each of them."""


@hookspec
def plugin_enabled(ctx: Context, since: datetime) -> Awaitable[None] | None:
    """A merchant enabled the plugin, for the first time or again. Sync or async.

    Runs in the enabling transaction: an exception keeps the plugin disabled. ``since`` is the moment
    from which facts on the timeline count for it; missed events are replayed after this call.
    """


@hookspec
def plugin_disabled(ctx: Context) -> Awaitable[None] | None:
    """A merchant disabled the plugin. Sync or async; runs in the disabling transaction. Data is kept."""


@hookspec
def plugin_purged(ctx: Context) -> Awaitable[None] | None:
    """A merchant purges the plugin's data. Sync or async; before its rows are deleted, in that transaction."""


@hookspec
def settings_changed(ctx: Context, settings: BaseModel) -> Awaitable[None] | None:
    """A merchant changed the plugin's settings, already validated. An exception refuses the change."""


@hookspec
def customer_created(ctx: Context, event: CustomerCreated) -> Awaitable[None] | None:
    """A customer is new. At least once, in a savepoint of its transaction; see ``interaction_recorded``."""


@hookspec
def customer_updated(ctx: Context, event: CustomerUpdated) -> Awaitable[None] | None:
    """Fields of a customer changed. At least once, in a savepoint of its transaction."""


@hookspec
def interaction_recorded(ctx: Context, event: InteractionRecorded) -> Awaitable[None] | None:
    """A fact was added to a timeline. Sync or async, at least once per event.

    Runs in a savepoint of the fact's transaction with 250 ms; on any failure the savepoint rolls back,
    the fact stays, and the call is repeated later. Deduplicated by event id; may come late and out of
    order of ``occurred_at``. Also called for missed facts when a plugin is enabled again.
    """


@hookspec
def interactions_imported(ctx: Context, event: InteractionsImported) -> Awaitable[None] | None:
    """A page of historical facts was added: one call for all of them. Grants and sends nothing by itself."""


@hookspec
def interaction_voided(ctx: Context, event: InteractionVoided) -> Awaitable[None] | None:
    """A fact was taken back. At least once, in a savepoint of its transaction."""


# Hooks that are events: an event of this name is told to them.
HOOK_EVENTS = (
    "customer_created",
    "customer_updated",
    "interaction_recorded",
    "interactions_imported",
    "interaction_voided",
)
