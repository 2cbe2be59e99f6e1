"""What is written of privacy."""

from datetime import datetime

import strawberry

from guanxi.privacy.types.enums import (
    ConsentChannel,
    ConsentPurpose,
    ConsentState,
    PrivacyClass,
    PrivacyRequestKind,
    PrivacyRequestState,
)
from guanxi.schema.ids import Id


@strawberry.input(description="What a customer said about being contacted, or about a use of his data.")
class SetConsentInput:
    """A consent needs the notice that was shown."""

    customer: Id = strawberry.field(description="Who said it.")
    channel: ConsentChannel = strawberry.field(description="The channel; ANY for uses of data, and to withdraw all.")
    purpose: ConsentPurpose = strawberry.field(description="What for.")
    state: ConsentState = strawberry.field(description="Given or withdrawn.")
    source: str = strawberry.field(description="Where it was said: a form, a call, a shop.")
    notice_version: str | None = strawberry.field(default=None, description="The notice that was shown; for GIVEN.")
    evidence: str | None = strawberry.field(default=None, description="What proves it.")
    said_at: datetime | None = strawberry.field(default=None, description="When it was said; now when left out.")


@strawberry.input(description="A request that a customer made about his data.")
class RegisterPrivacyRequestInput:
    """Its clock starts when it came in."""

    customer: Id = strawberry.field(description="Who asks.")
    kind: PrivacyRequestKind = strawberry.field(description="What for.")
    received_at: datetime | None = strawberry.field(default=None, description="When it came in; now when left out.")
    note: str | None = strawberry.field(default=None, description="What the customer wrote.")


@strawberry.input(description="The answer to a request.")
class ClosePrivacyRequestInput:
    """Done or refused, once."""

    id: Id = strawberry.field(description="The request.")
    state: PrivacyRequestState = strawberry.field(description="DONE or REFUSED.")
    expected_version: int = strawberry.field(description="The version that you read.")
    note: str | None = strawberry.field(default=None, description="Why it is refused; needed for REFUSED.")


@strawberry.input(description="The customer whose data is handed out.")
class ExportCustomerInput:
    """Everything, whichever plugins are enabled."""

    customer: Id = strawberry.field(description="The customer.")


@strawberry.input(description="The customer whose personal data is erased for good.")
class EraseCustomerInput:
    """It cannot be undone."""

    customer: Id = strawberry.field(description="The customer.")
    confirm: Id = strawberry.field(description="The customer's id again: this cannot be undone.")


@strawberry.input(description="A reason of law to keep a customer's data.")
class PlaceLegalHoldInput:
    """Several may stand at once."""

    customer: Id = strawberry.field(description="Whose data is kept.")
    reason: str = strawberry.field(description="Why.")


@strawberry.input(description="The hold to lift.")
class LiftLegalHoldInput:
    """Twice is once."""

    id: Id = strawberry.field(description="The hold.")


@strawberry.input(description="How long personal data of one class is kept.")
class SetRetentionInput:
    """One rule for each class."""

    privacy_class: PrivacyClass = strawberry.field(description="The class of the columns.")
    keep_days: int | None = strawberry.field(description="1 to 36500 days; null keeps without limit.")


@strawberry.input(description="Whether to clear what is over its time, or only to count it.")
class RunRetentionInput:
    """The same happens every night."""

    dry_run: bool = strawberry.field(default=True, description="Only count.")
