"""The teamwork's part of the core, registered as a plugin is."""

from guanxi.hookspecs import hookimpl
from guanxi.schema.part import SchemaPart
from guanxi.teamwork.schema import schema


@hookimpl
def schema_part() -> SchemaPart:
    """Tasks, notes, notifications and appraisals."""
    return schema
