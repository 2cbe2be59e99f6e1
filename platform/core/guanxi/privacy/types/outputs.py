"""What is read of privacy."""

from datetime import date, datetime

import strawberry

from guanxi.customers.models import Customer as CustomerModel
from guanxi.customers.types.outputs import Customer
from guanxi.privacy import models, permissions
from guanxi.privacy.types.enums import (
    ConsentChannel,
    ConsentPurpose,
    ConsentState,
    PrivacyClass,
    PrivacyRequestKind,
    PrivacyRequestState,
)
from guanxi.schema.connections import Connection
from guanxi.schema.declare import many, one, page
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.scalars import JSON, Long
from guanxi.schema.values import Value

schema = SchemaPart()
CONSENT, CONSENT_ENTRY, REQUEST, HOLD, RULE, ERASURE = "csn", "cse", "prq", "lhd", "rtn", "era"
READ, READ_REQUESTS = permissions.READ_CONSENTS, permissions.READ_REQUESTS


@schema.table(
    models.Consent,
    tag=CONSENT,
    permission=READ,
    description="What a customer agrees to now, or no more.",
    shopper_fields=("channel", "purpose", "state", "notice_version", "source", "since"),
)
class Consent(Node):
    """Where there is none, the customer does not agree."""

    channel: ConsentChannel
    purpose: ConsentPurpose
    state: ConsentState
    notice_version: str | None
    source: str
    since: datetime


@schema.table(
    models.ConsentEntry,
    tag=CONSENT_ENTRY,
    permission=READ,
    description="One line of the ledger of consent; never changed, never deleted.",
)
class ConsentEntry(Node):
    """In the order in which they were recorded."""

    channel: ConsentChannel
    purpose: ConsentPurpose
    state: ConsentState
    notice_version: str | None
    source: str
    evidence: str | None
    said_at: datetime
    recorded_at: datetime
    actor: str


@schema.table(
    models.PrivacyRequest,
    tag=REQUEST,
    permission=READ_REQUESTS,
    description="What a customer asked for about his data, with the day by which it is due.",
)
class PrivacyRequest(Node):
    """Fifteen working days unless the merchant is faster."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="Who asks.")
    kind: PrivacyRequestKind
    state: PrivacyRequestState
    received_at: datetime
    due_on: date
    closed_at: datetime | None
    note: str | None
    version: int


@schema.table(
    models.LegalHold,
    tag=HOLD,
    permission=READ_REQUESTS,
    description="A reason of law to keep a customer's data; nothing of it is erased meanwhile.",
)
class LegalHold(Node):
    """Stands until it is lifted."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="Whose data is kept.")
    reason: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None
    lifted_by: str | None


@schema.table(
    models.RetentionRule,
    tag=RULE,
    permission=READ_REQUESTS,
    description="How long personal data of one class is kept.",
)
class RetentionRule(Node):
    """Applied every night; a legal hold goes before it."""

    privacy_class: PrivacyClass
    keep_days: int
    updated_at: datetime
    version: int


@schema.table(
    models.Erasure,
    tag=ERASURE,
    permission=READ_REQUESTS,
    description="The proof that a customer's personal data was erased.",
)
class Erasure(Node):
    """One for each erased customer, whose opaque row it names."""

    customer: Customer | None = one(CustomerModel, via="customer_id", description="The row that is left.")
    erased_at: datetime
    erased_by: str
    tables: JSON
    plugins: JSON
    digest: str


@schema.value(description="Everything that is kept of one customer, as it is handed out.")
class SubjectExport(Value):
    """Made in one snapshot of the database; nothing of it is stored."""

    document: JSON = strawberry.field(description="The rows by table, with readable values.")
    digest: str = strawberry.field(description="SHA-256 of the document.")
    row_count: Long = strawberry.field(description="How many rows it has.")


@schema.value(description="What one night's retention cleared, or would have.")
class RetentionReport(Value):
    """Rows by table."""

    is_dry_run: bool = strawberry.field(description="Whether nothing was changed.")
    tables: JSON = strawberry.field(description="How many rows are over their time, by table.")
    held_customers: Long = strawberry.field(description="How many customers a legal hold kept out.")


schema.add(
    Customer,
    "consents",
    list[Consent] | None,
    many(
        models.Consent,
        "customer",
        order="channel,purpose",
        sizes=(50, 100),
        permission=READ,
        description="What the customer agrees to, by channel and purpose; absence is refusal.",
    ),
)
schema.add(
    Customer,
    "consent_entries",
    Connection[ConsentEntry] | None,
    page(
        models.ConsentEntry,
        "customer",
        order="-id",
        permission=READ,
        description="All that the customer ever said about consent, newest first.",
    ),
)
