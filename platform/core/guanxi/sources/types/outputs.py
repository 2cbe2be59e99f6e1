"""What is read of sources."""

import datetime
from uuid import UUID

import strawberry

from guanxi.customers.permissions import READ_CONTACTS
from guanxi.schema.connections import Connection
from guanxi.schema.declare import column, one, page
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import JSON
from guanxi.schema.values import Value
from guanxi.sources import models, permissions

schema = SchemaPart()
SOURCE, LETTER = "src", "ltr"
READ = permissions.READ_SOURCES


@schema.table(models.DeadLetter, tag=LETTER, permission=READ, description="A row that could not be taken.")
class DeadLetter(Node):
    """The row holds what contact points hold, so it needs the same right."""

    message_id: str
    position: int
    code: str
    path: str
    reason: str
    tries: int
    row: JSON | None = column(permission=READ_CONTACTS, description="The row as it came.")
    created_at: datetime.datetime


@schema.table(models.Source, tag=SOURCE, permission=READ, description="Another system that sends signed batches.")
class Source(Node):
    """Its secret is never shown again."""

    name: str
    title: str
    mode: str
    is_enabled: bool
    received_at: datetime.datetime | None
    old_until: datetime.datetime | None
    version: int
    created_at: datetime.datetime
    dead_letters: Connection[DeadLetter] | None = page(
        models.DeadLetter, "source", order="-id", description="Rows that wait for a correction, newest first."
    )


@schema.value(description="A field of a mapping: where in a row it stands.")
class MappedField(Value):
    """Flat, so that a mapping can be read at once."""

    place: str = strawberry.field(description="The field, such as facts.0.amount.")
    path: str = strawberry.field(description="Where in the row it stands.")
    unit: str = strawberry.field(description="What it is written in.")


@schema.value(description="The source, and its secret.")
class SourcePayload(Payload):
    """Answer of createSource and rotateSourceSecret."""

    source: Source | None = one(models.Source, via="source_id", description="The source.")
    secret: str | None = strawberry.field(default=None, description="The secret, shown this once.")
    source_id: strawberry.Private[UUID | None] = None


@schema.value(description="The source as it stands after the change.")
class UpdateSourcePayload(Payload):
    """Answer of updateSource."""

    source: Source | None = one(models.Source, via="source_id", description="The source.")
    source_id: strawberry.Private[UUID | None] = None


@schema.value(description="What became of rows that waited.")
class RetryDeadLettersPayload(Payload):
    """Answer of retryDeadLetters and discardDeadLetters."""

    source: Source | None = one(models.Source, via="source_id", description="The source.")
    taken: int | None = strawberry.field(default=None, description="How many rows were taken, or dropped.")
    refused: int | None = strawberry.field(default=None, description="How many wait on.")
    source_id: strawberry.Private[UUID | None] = None
