"""GraphQL of privacy."""

from typing import cast

from guanxi.context import Context
from guanxi.customers.types.outputs import CUSTOMER, Customer
from guanxi.execution import rows
from guanxi.privacy import errors, models, permissions, service
from guanxi.privacy.types import inputs, outputs, payloads
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query
from guanxi.schema.scalars import JSON, Long

schema = outputs.schema
READ = permissions.READ_REQUESTS

schema.add(
    Query,
    "privacyRequests",
    Connection[outputs.PrivacyRequest] | None,
    page(
        models.PrivacyRequest,
        order="due_on",
        permission=READ,
        description="What customers asked for about their data, the most urgent first.",
    ),
)
schema.add(
    Query,
    "legalHolds",
    Connection[outputs.LegalHold] | None,
    page(models.LegalHold, order="-id", permission=READ, description="Legal holds, lifted ones too, newest first."),
)
schema.add(
    Query,
    "retentionRules",
    Connection[outputs.RetentionRule] | None,
    page(models.RetentionRule, order="privacy_class", permission=READ, description="How long data is kept, by class."),
)
schema.add(
    Query,
    "erasures",
    Connection[outputs.Erasure] | None,
    page(models.Erasure, order="-id", permission=READ, description="Proofs of erasures, newest first."),
)


@schema.batch(Customer, permission=permissions.READ_CONSENTS)
async def is_do_not_call(customers: list[Customer], ctx: Context) -> list[bool]:
    """Whether the customer has withdrawn the phone channel for marketing."""
    return await service.refusals_of_calls(ctx, [one.id for one in customers])


@schema.mutation(permission=permissions.WRITE_CONSENTS, audience="shopper")
async def set_consent(ctx: Context, values: inputs.SetConsentInput) -> payloads.SetConsentPayload | None:
    """Write what a customer said about being contacted, or about a use of his data, into the ledger."""
    said = {name: value for name, value in vars(values).items() if name != "customer"}
    held = await service.set_consent(ctx, service.Statement(customer_id=values.customer.of(CUSTOMER), **said))
    found = await rows.rows_of(ctx, outputs.Consent, [one.id for one in held])
    return payloads.SetConsentPayload(consents=[one for one in found if one is not None])


@schema.mutation(permission=permissions.WRITE_REQUESTS)
async def register_privacy_request(
    ctx: Context, values: inputs.RegisterPrivacyRequestInput
) -> payloads.RegisterPrivacyRequestPayload | None:
    """Take what a customer asks for about his data into the register; the clock runs from when it came in."""
    row = await service.register_request(
        ctx,
        customer_id=values.customer.of(CUSTOMER),
        kind=values.kind,
        received_at=values.received_at,
        note=values.note,
    )
    return payloads.RegisterPrivacyRequestPayload(request_id=row.id)


@schema.mutation(permission=permissions.WRITE_REQUESTS)
async def close_privacy_request(
    ctx: Context, values: inputs.ClosePrivacyRequestInput
) -> payloads.ClosePrivacyRequestPayload | None:
    """Note the answer to a request."""
    row = await service.close_request(
        ctx,
        request_id=values.id.of(outputs.REQUEST),
        state=values.state,
        expected_version=values.expected_version,
        note=values.note,
    )
    return payloads.ClosePrivacyRequestPayload(request_id=row.id)


@schema.mutation(permission=permissions.EXPORT_CUSTOMERS, transactional=False, step_up=True)
async def export_customer(ctx: Context, values: inputs.ExportCustomerInput) -> payloads.ExportCustomerPayload | None:
    """Hand out all data of a customer. It is in this answer and kept nowhere; an idempotency key is refused."""
    made = await service.export_customer(ctx, values.customer.of(CUSTOMER))
    export = outputs.SubjectExport(
        document=cast(JSON, made.document), digest=made.digest, row_count=Long(made.row_count)
    )
    return payloads.ExportCustomerPayload(export=export)


@schema.mutation(permission=permissions.ERASE_CUSTOMERS, step_up=True)
async def erase_customer(ctx: Context, values: inputs.EraseCustomerInput) -> payloads.EraseCustomerPayload | None:
    """Erase all personal data of a customer, for good, in every plugin. Twice is once."""
    if values.confirm != values.customer:
        raise errors.unconfirmed()
    row = await service.erase_customer(ctx, values.customer.of(CUSTOMER))
    return payloads.EraseCustomerPayload(erasure_id=row.id)


@schema.mutation(permission=permissions.MANAGE_HOLDS)
async def place_legal_hold(ctx: Context, values: inputs.PlaceLegalHoldInput) -> payloads.PlaceLegalHoldPayload | None:
    """Keep a customer's data for a reason of law: nothing of it is erased until the hold is lifted."""
    row = await service.place_hold(ctx, customer_id=values.customer.of(CUSTOMER), reason=values.reason)
    return payloads.PlaceLegalHoldPayload(hold_id=row.id)


@schema.mutation(permission=permissions.MANAGE_HOLDS)
async def lift_legal_hold(ctx: Context, values: inputs.LiftLegalHoldInput) -> payloads.LiftLegalHoldPayload | None:
    """End a legal hold."""
    row = await service.lift_hold(ctx, hold_id=values.id.of(outputs.HOLD))
    return payloads.LiftLegalHoldPayload(hold_id=row.id)


@schema.mutation(permission=permissions.MANAGE_RETENTION)
async def set_retention(ctx: Context, values: inputs.SetRetentionInput) -> payloads.SetRetentionPayload | None:
    """Say how long personal data of a class is kept after the fact, or after the customer's last activity."""
    row = await service.set_retention(ctx, privacy_class=values.privacy_class, keep_days=values.keep_days)
    return payloads.SetRetentionPayload(rule_id=row.id if row else None)


@schema.mutation(permission=permissions.MANAGE_RETENTION, transactional=False)
async def run_retention(ctx: Context, values: inputs.RunRetentionInput) -> payloads.RunRetentionPayload | None:
    """Clear what was kept long enough, or only count it. The same happens every night."""
    made = await service.run_retention(ctx, dry_run=values.dry_run)
    report = outputs.RetentionReport(
        is_dry_run=made.is_dry_run, tables=cast(JSON, made.tables), held_customers=Long(made.held_customers)
    )
    return payloads.RunRetentionPayload(report=report)
