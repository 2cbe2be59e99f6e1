"""GraphQL of the merchant."""

from typing import Any, cast

from guanxi.audit.models import AuditEntry
from guanxi.context import Context
from guanxi.execution import rows
from guanxi.execution.models import RegisteredDocument
from guanxi.merchants import permissions, service, types
from guanxi.permissions import SIGNED_IN
from guanxi.schema import ids
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query

schema = types.schema
SETTINGS = ("name", "timezone", "currency", "locale", "document_mode", "allowed_origins")

schema.add(
    Query,
    "registeredDocuments",
    Connection[types.RegisteredDocument] | None,
    page(
        RegisteredDocument,
        order="-created_at",
        permission=permissions.READ_DOCUMENTS,
        description="Documents that the merchant's clients run by their ids, newest first.",
    ),
)


schema.add(
    Query,
    "auditEntries",
    Connection[types.AuditEntry] | None,
    page(
        AuditEntry,
        where=types.AuditEntryFilter,
        order_by=types.AuditEntryOrder,
        order="-at",
        permission=permissions.READ_AUDIT,
        description="What was done that changed rights, settings or data, newest first.",
    ),
)


@schema.query(permission=SIGNED_IN)
async def merchant(ctx: Context) -> types.Merchant | None:
    """The merchant that the token belongs to."""
    return to_merchant(await service.get_merchant(ctx))


@schema.mutation(permission=permissions.WRITE_MERCHANT)
async def update_merchant(ctx: Context, values: types.UpdateMerchantInput) -> types.UpdateMerchantPayload | None:
    """Change the merchant's settings. They are in force with the next request."""
    row = await service.update_merchant(ctx, changes_of(values), expected_version=values.expected_version)
    return types.UpdateMerchantPayload(merchant=to_merchant(row))


@schema.mutation(permission=permissions.WRITE_DOCUMENTS)
async def register_documents(
    ctx: Context, values: types.RegisterDocumentsInput
) -> types.RegisterDocumentsPayload | None:
    """Register documents of a client, all or none; from then on it may send their ids alone."""
    new = [service.NewDocument(text=one.text, name=one.name) for one in values.documents]
    made = await service.register_documents(ctx, new)
    return types.RegisterDocumentsPayload(
        documents=[await rows.find(ctx, types.RegisteredDocument, one) for one in made]
    )


@schema.mutation(permission=permissions.WRITE_DOCUMENTS)
async def retire_document(ctx: Context, values: types.RetireDocumentInput) -> types.RetireDocumentPayload | None:
    """Forget a document: its id runs no longer, in no process."""
    await service.retire_document(ctx, values.document_id)
    return types.RetireDocumentPayload(document_id=values.document_id)


@schema.batch(types.RegisteredDocument, permission=permissions.READ_DOCUMENTS, requires=("plugins",))
async def plugins(documents: list[types.RegisteredDocument], _ctx: Context) -> list[list[str]]:
    """Ids of plugins that it needs: without one of them it answers PLUGIN_DISABLED."""
    return [list(cast(Any, one).plugins) for one in documents]


def to_merchant(row: Any) -> types.Merchant:
    """A row as GraphQL shows it."""
    return types.Merchant(
        id=ids.Id.parse(ids.encode(types.TAG, row.id)),
        slug=row.slug,
        name=row.name,
        timezone=row.timezone,
        currency=row.currency,
        locale=row.locale,
        document_mode=types.DocumentMode(row.document_mode),
        allowed_origins=row.allowed_origins,
        created_at=row.created_at,
        version=row.version,
    )


def changes_of(values: types.UpdateMerchantInput) -> service.MerchantChanges:
    """The settings that the client sent."""
    sent = {name: said.value for name in SETTINGS if (said := getattr(values, name)) is not None}
    if isinstance(mode := sent.get("document_mode"), types.DocumentMode):
        sent["document_mode"] = mode.value
    return cast(service.MerchantChanges, sent)
