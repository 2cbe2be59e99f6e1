"""GraphQL types of files."""

from datetime import datetime

import strawberry

from guanxi.files import models, permissions
from guanxi.schema.declare import one
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import Long
from guanxi.schema.values import Value

schema = SchemaPart()
TAG = "fil"


class FilePurpose(OpenEnum):
    """What a file is for."""

    ATTACHMENT = Member["FilePurpose"]("Goes with something: a post, a ticket, a return.")
    IMPORT = Member["FilePurpose"]("Rows to be imported.")
    EXPORT = Member["FilePurpose"]("Rows that were exported; it cannot be uploaded.")
    REPORT = Member["FilePurpose"]("What an import could not take; it cannot be uploaded.")
    OTHER = Member["FilePurpose"]("Anything else; it cannot be uploaded.")


class FileState(OpenEnum):
    """Whether a file's content is there."""

    WAITING = Member["FileState"]("Its content has not been sent yet.")
    READY = Member["FileState"]("Its content is there.")
    OTHER = Member["FileState"]("A state that nobody here knows.")


@schema.table(models.File, tag=TAG, permission=permissions.READ_FILES, description="A file that was sent or written.")
class File(Node):
    """Never changes once it is ready."""

    name: str
    purpose: FilePurpose
    state: FileState
    media_type: str | None
    size: Long | None
    sha256: str | None
    created_at: datetime
    expires_at: datetime | None


@schema.value(description="A file to be sent, and where to.")
class Upload(Value):
    """The link works once."""

    file: File | None = one(models.File, via="file_id", description="The file, waiting for its content.")
    url: str = strawberry.field(
        description="Send the raw bytes here by PUT, without a token; an absolute path of this server. Works once."
    )
    expires_at: datetime = strawberry.field(description="Until when the link works.")
    max_bytes: int = strawberry.field(description="How many bytes are taken at most.")
    file_id: strawberry.Private[object] = None


@strawberry.input(description="A file to be sent.")
class CreateUploadInput:
    """The kind is found out from the content."""

    name: str = strawberry.field(description="What the file is called, at most 200 characters.")
    purpose: FilePurpose = strawberry.field(default=FilePurpose.ATTACHMENT, description="What it is for.")


@schema.value(description="Where to send the file.")
class CreateUploadPayload(Payload):
    """Answer of createUpload."""

    upload: Upload | None = strawberry.field(description="Where to send the file.", default=None)
