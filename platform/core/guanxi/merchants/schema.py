"""GraphQL of the merchant."""

from typing import Any, cast

from guanxi.context import Context
from guanxi.merchants import permissions, service, types
from guanxi.permissions import SIGNED_IN
from guanxi.schema import ids

schema = types.schema
SETTINGS = ("name", "timezone", "currency", "locale", "document_mode", "allowed_origins")


@schema.query(permission=SIGNED_IN)
async def merchant(ctx: Context) -> types.Merchant | None:
    """The merchant that the token belongs to."""
    return to_merchant(await service.get_merchant(ctx))


@schema.mutation(permission=permissions.WRITE_MERCHANT)
async def update_merchant(ctx: Context, values: types.UpdateMerchantInput) -> types.UpdateMerchantPayload | None:
    """Change the merchant's settings. They are in force with the next request."""
    row = await service.update_merchant(ctx, changes_of(values), expected_version=values.expected_version)
    return types.UpdateMerchantPayload(merchant=to_merchant(row))


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
