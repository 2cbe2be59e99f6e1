"""GraphQL types of the plugin catalogue."""

from datetime import datetime
from enum import Enum

import strawberry

from guanxi.plugins import permissions
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import JSON, Long
from guanxi.schema.values import Value

schema = SchemaPart()


@strawberry.enum(description="Where a plugin stands for the merchant.")
class PluginState(Enum):
    """The life cycle: available → enabled ⇄ disabled → purged."""

    AVAILABLE = strawberry.enum_value("available", description="It is on the server and was never enabled.")
    ENABLED = strawberry.enum_value("enabled", description="Its fields are in the schema.")
    DISABLED = strawberry.enum_value("disabled", description="Hidden; its data is kept.")
    PURGED = strawberry.enum_value("purged", description="Its data was deleted for good.")
    BROKEN = strawberry.enum_value("broken", description="It did not load; see its faults.")


@schema.value(description="Why a plugin, or a part of it, does not work.")
class PluginFault(Value):
    """A fault of loading or running."""

    kind: str = strawberry.field(description="The stage: import, manifest, declaration, runtime …")
    place: str = strawberry.field(description="Where: a file and line, a field, a hook.")
    reason: str = strawberry.field(description="What is wrong.")
    cure: str = strawberry.field(description="What to do.")
    at: datetime | None = strawberry.field(description="When it happened; empty for faults of loading.", default=None)


@schema.value(permission=permissions.READ_PLUGINS, description="A plugin that the server has found.")
class Plugin(Value):
    """One entry of the catalogue, as it stands for the merchant."""

    id: str = strawberry.field(name="id", description="The plugin's id: its name in fields, facts and permissions.")
    version: str | None = strawberry.field(description="Its own version.")
    title: str = strawberry.field(description="What it is called, in the client's language.")
    summary: str = strawberry.field(description="What it does, in the client's language.")
    state: PluginState = strawberry.field(description="Where it stands for this merchant.")
    requires: list[str] = strawberry.field(description="Plugins that must be enabled before it.")
    optional: list[str] = strawberry.field(description="Plugins that it works better with.")
    permissions: list[str] = strawberry.field(description="Permissions that it declares, for roles to hold.")
    data_categories: list[str] = strawberry.field(description="Kinds of data that it keeps.")
    facts: list[str] = strawberry.field(description="Facts that it offers.")
    commands: list[str] = strawberry.field(description="Commands that it offers.")
    settings: JSON | None = strawberry.field(description="What the merchant set.")
    settings_schema: JSON | None = strawberry.field(description="JSON Schema of its settings.")
    enabled_at: datetime | None = strawberry.field(description="When it was enabled last.")
    disabled_at: datetime | None = strawberry.field(description="When it was disabled last.")
    suspended_until: datetime | None = strawberry.field(description="In quarantine until then.")
    faults: list[PluginFault] = strawberry.field(description="What is or went wrong, oldest first.")


@schema.value(permission=permissions.READ_PLUGINS, description="What enabling a plugin would change.")
class PluginPreview(Value):
    """Asked before enabling."""

    added_lines: list[str] = strawberry.field(description="SDL lines that the merchant's schema would gain.")
    removed_lines: list[str] = strawberry.field(description="SDL lines that it would lose; none, plugins only add.")
    permissions: list[str] = strawberry.field(description="Permissions that roles could then hold.")
    data_categories: list[str] = strawberry.field(description="Kinds of data that it keeps.")
    tables: list[str] = strawberry.field(description="Tables that it uses.")
    missing: list[str] = strawberry.field(description="Plugins to enable first.")


@schema.value(permission=permissions.READ_PLUGINS, description="A plugin changed its state.")
class PluginStateChange(Value):
    """One step of the life cycle."""

    plugin: str = strawberry.field(description="The plugin's id.")
    state: PluginState = strawberry.field(description="Where it stands now.")
    at: datetime = strawberry.field(description="When.")


@schema.value(description="A plugin's state after a change.")
class PluginPayload(Payload):
    """Of enabling, disabling and settings."""

    plugin: Plugin | None = strawberry.field(description="The plugin as it stands now.", default=None)


@schema.value(description="What purging deleted.")
class PurgePluginPayload(Payload):
    """Of purging."""

    plugin: Plugin | None = strawberry.field(description="The plugin as it stands now.", default=None)
    rows: Long | None = strawberry.field(description="How many rows were saved and deleted.", default=None)


@schema.value(description="What was found on the server.")
class RescanPluginsPayload(Payload):
    """Of a rescan."""

    found: list[str] = strawberry.field(description="Plugins that were not known before.", default_factory=list)
    plugins: list[Plugin] | None = strawberry.field(description="The whole catalogue.", default=None)


@schema.value(description="An operation to begin with.")
class SavedOperation(Value):
    """As the core or a plugin wrote it."""

    plugin: str = strawberry.field(description="Whose it is: core, or a plugin's id.")
    title: str = strawberry.field(description="What it shows, in the client's language.")
    document: str = strawberry.field(description="The document.")
    variables: JSON | None = strawberry.field(description="Variables to begin with.")


@strawberry.input(description="Which plugin to enable.")
class EnablePluginInput:
    """Input of enabling."""

    plugin: str = strawberry.field(description="The plugin's id.")
    settings: JSON | None = strawberry.field(description="Its settings; the last ones, or defaults.", default=None)
    backfill_from: datetime | None = strawberry.field(
        description="Facts since then count for it too. Default: now, or since it was disabled.", default=None
    )


@strawberry.input(description="Which plugin to disable.")
class DisablePluginInput:
    """Input of disabling."""

    plugin: str = strawberry.field(description="The plugin's id.")


@strawberry.input(description="Which plugin's data to delete.")
class PurgePluginInput:
    """Input of purging."""

    plugin: str = strawberry.field(description="The plugin's id.")
    confirm: str = strawberry.field(description="The plugin's id once more: the data cannot be brought back.")


@strawberry.input(description="A plugin's new settings.")
class UpdatePluginSettingsInput:
    """Input of a change of settings."""

    plugin: str = strawberry.field(description="The plugin's id.")
    settings: JSON = strawberry.field(description="All settings; what is left out takes its default.")
