"""What changes of privacy answer."""

from uuid import UUID

import strawberry

from guanxi.privacy import models
from guanxi.privacy.types.outputs import (
    Consent,
    Erasure,
    LegalHold,
    PrivacyRequest,
    RetentionReport,
    RetentionRule,
    SubjectExport,
    schema,
)
from guanxi.schema.declare import one
from guanxi.schema.payloads import Payload


@schema.value(description="What holds after the statement.", audience="shopper")
class SetConsentPayload(Payload):
    """Answer of setConsent."""

    consents: list[Consent] | None = strawberry.field(
        description="One for each channel that was meant; null when it was refused.", default=None
    )


@schema.value(description="The registered request.")
class RegisterPrivacyRequestPayload(Payload):
    """Answer of registerPrivacyRequest."""

    request: PrivacyRequest | None = one(models.PrivacyRequest, via="request_id", description="The request.")
    request_id: strawberry.Private[UUID | None] = None


@schema.value(description="The closed request.")
class ClosePrivacyRequestPayload(Payload):
    """Answer of closePrivacyRequest."""

    request: PrivacyRequest | None = one(models.PrivacyRequest, via="request_id", description="The request.")
    request_id: strawberry.Private[UUID | None] = None


@schema.value(description="The data that is handed out.")
class ExportCustomerPayload(Payload):
    """Answer of exportCustomer."""

    export: SubjectExport | None = strawberry.field(description="The data; null when it was refused.", default=None)


@schema.value(description="The proof of the erasure.")
class EraseCustomerPayload(Payload):
    """Answer of eraseCustomer."""

    erasure: Erasure | None = one(models.Erasure, via="erasure_id", description="The proof.")
    erasure_id: strawberry.Private[UUID | None] = None


@schema.value(description="The new hold.")
class PlaceLegalHoldPayload(Payload):
    """Answer of placeLegalHold."""

    hold: LegalHold | None = one(models.LegalHold, via="hold_id", description="The hold.")
    hold_id: strawberry.Private[UUID | None] = None


@schema.value(description="The lifted hold.")
class LiftLegalHoldPayload(Payload):
    """Answer of liftLegalHold."""

    hold: LegalHold | None = one(models.LegalHold, via="hold_id", description="The hold.")
    hold_id: strawberry.Private[UUID | None] = None


@schema.value(description="The rule as it stands now.")
class SetRetentionPayload(Payload):
    """Answer of setRetention."""

    rule: RetentionRule | None = one(
        models.RetentionRule, via="rule_id", description="The rule; null when there is none any more."
    )
    rule_id: strawberry.Private[UUID | None] = None


@schema.value(description="What was cleared, or would have been.")
class RunRetentionPayload(Payload):
    """Answer of runRetention."""

    report: RetentionReport | None = strawberry.field(description="The report; null when refused.", default=None)
