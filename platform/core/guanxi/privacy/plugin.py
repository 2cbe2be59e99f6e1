"""The part of the core that is about privacy, registered as a plugin is."""

from guanxi.hookspecs import hookimpl
from guanxi.privacy.schema import schema
from guanxi.schema.part import SchemaPart


@hookimpl
def schema_part() -> SchemaPart:
    """Consent, requests, exports and erasures."""
    return schema
