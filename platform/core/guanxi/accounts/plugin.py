"""The accounts' part of the core, registered as a plugin is."""

from guanxi.accounts.schema import schema
from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Invitations, sessions and shoppers' tokens."""
    return schema
