"""What can be done with merchants and with their registered documents."""

from guanxi.merchants.service.documents import NewDocument, register_documents, retire_document
from guanxi.merchants.service.merchants import (
    MerchantChanges,
    NewMerchant,
    create_merchant,
    find_merchant,
    get_merchant,
    known_timezones,
    list_merchants,
    raise_epoch,
    ref_of,
    require_platform,
    update_merchant,
)

__all__ = [
    "MerchantChanges",
    "NewDocument",
    "NewMerchant",
    "create_merchant",
    "find_merchant",
    "get_merchant",
    "known_timezones",
    "list_merchants",
    "raise_epoch",
    "ref_of",
    "register_documents",
    "require_platform",
    "retire_document",
    "update_merchant",
]
