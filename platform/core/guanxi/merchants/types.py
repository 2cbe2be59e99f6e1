"""GraphQL types of the merchant."""

from datetime import datetime
from enum import Enum

import strawberry

from guanxi.audit.models import AuditEntry as AuditEntryRow
from guanxi.execution.models import RegisteredDocument as RegisteredDocumentRow
from guanxi.merchants import permissions
from guanxi.schema.ids import Id
from guanxi.schema.inputs import SortDirection, TextFilter, TimeFilter
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import JSON, Currency, Long, TimeZone
from guanxi.schema.values import Value

schema = SchemaPart()
TAG, DOCUMENT, AUDIT_ENTRY = "mer", "doc", "aud"


@strawberry.enum(description="Which documents the merchant's clients may send.")
class DocumentMode(Enum):
    """Members carry the stored text."""

    OPEN = strawberry.enum_value("open", description="Any document, with introspection; for development.")
    LIMITED = strawberry.enum_value("limited", description="Any document within the limits.")
    TRUSTED = strawberry.enum_value("trusted", description="Registered documents only.")


@schema.value(description="The merchant that the token belongs to: the tenant of everything that is read here.")
class Merchant(Value):
    """What a front end needs to know of the shop."""

    id: Id = strawberry.field(description="The merchant's id, for ever.")
    slug: str = strawberry.field(description="Short name in addresses and commands; never changes.")
    name: str = strawberry.field(description="What the shop is called.")
    timezone: TimeZone = strawberry.field(description="Where the shop's days begin and end.")
    currency: Currency = strawberry.field(description="Of amounts that name no other.")
    locale: str = strawberry.field(description="The shop's language, BCP 47.")
    document_mode: DocumentMode = strawberry.field(description="Which documents its clients may send.")
    allowed_origins: list[str] = strawberry.field(description="Web origins whose pages may call the API.")
    created_at: datetime = strawberry.field(description="When the shop was opened.")
    version: int = strawberry.field(description="Send it back as expectedVersion.")


@strawberry.input(description="Settings to change; what is absent stays as it is.")
class UpdateMerchantInput:
    """Every setting but the slug."""

    expected_version: int = strawberry.field(description="The version that you read.")
    name: strawberry.Maybe[str] = strawberry.field(description="1 to 80 characters.")
    timezone: strawberry.Maybe[TimeZone] = strawberry.field(description="An IANA zone.")
    currency: strawberry.Maybe[Currency] = strawberry.field(description="An ISO 4217 code.")
    locale: strawberry.Maybe[str] = strawberry.field(description="A BCP 47 tag.")
    document_mode: strawberry.Maybe[DocumentMode] = strawberry.field(description="Which documents are taken.")
    allowed_origins: strawberry.Maybe[list[str]] = strawberry.field(
        description="Scheme and host each, at most 20; replaces the list."
    )


@schema.value(description="The merchant as it stands after the change.")
class UpdateMerchantPayload(Payload):
    """Answer of updateMerchant."""

    merchant: Merchant | None = strawberry.field(description="The changed merchant.", default=None)


@schema.table(
    RegisteredDocumentRow,
    tag=DOCUMENT,
    permission=permissions.READ_DOCUMENTS,
    description="A document that the merchant's clients run by its id.",
)
class RegisteredDocument(Node):
    """The plugins that it needs are a batch field, because they are stored as JSON."""

    document_id: str
    name: str
    text: str
    registered_by: str
    created_at: datetime


@strawberry.input(description="A document to register.")
class NewDocumentInput:
    """One of several."""

    text: str = strawberry.field(description="The document, exactly as the client has it.")
    name: str = strawberry.field(description="What people call it: its file or its operation.")


@strawberry.input(description="The documents of a client.")
class RegisterDocumentsInput:
    """As a build writes them."""

    documents: list[NewDocumentInput] = strawberry.field(description="1 to 100.")


@schema.value(description="What was registered.")
class RegisterDocumentsPayload(Payload):
    """Answer of registerDocuments."""

    documents: list[RegisteredDocument | None] | None = strawberry.field(
        description="In the order given; one that was known keeps its name.", default=None
    )


@strawberry.input(description="Which document to forget.")
class RetireDocumentInput:
    """By the id that clients send."""

    document_id: str = strawberry.field(description="sha256: and the digest.")


@schema.value(description="What was retired.")
class RetireDocumentPayload(Payload):
    """Answer of retireDocument."""

    document_id: str | None = strawberry.field(description="The id that no longer runs.", default=None)


@schema.table(
    AuditEntryRow,
    tag=AUDIT_ENTRY,
    permission=permissions.READ_AUDIT,
    description="Something that changed rights, settings or data, as it was written down with it.",
)
class AuditEntry(Node):
    """Never changes, but for getting its place."""

    at: datetime
    actor: str
    action: str
    subject: str | None
    details: JSON
    request_id: str
    position: Long | None


@schema.filter(AuditEntry, description="Which entries of the audit chain.")
class AuditEntryFilter:
    """Each has an index, or narrows one."""

    and_: list["AuditEntryFilter"] | None = strawberry.field(
        name="and", default=strawberry.UNSET, description="All of these hold."
    )
    or_: list["AuditEntryFilter"] | None = strawberry.field(
        name="or", default=strawberry.UNSET, description="At least one of these holds."
    )
    not_: "AuditEntryFilter | None" = strawberry.field(
        name="not", default=strawberry.UNSET, description="This does not hold."
    )
    at: TimeFilter | None = strawberry.field(default=strawberry.UNSET, description="When it was done.")
    actor: TextFilter | None = strawberry.field(default=strawberry.UNSET, description="Who did it, as kind:id.")
    action: TextFilter | None = strawberry.field(default=strawberry.UNSET, description="What was done.")
    subject: TextFilter | None = strawberry.field(default=strawberry.UNSET, description="What it was done to.")


@schema.order(AuditEntry, description="One key of an order of the audit chain.")
class AuditEntryOrder:
    """By time."""

    at: SortDirection | None = strawberry.field(default=strawberry.UNSET, description="When it was done.")
