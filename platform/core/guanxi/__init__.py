"""guanxi: the public door for plugin authors. What stands in ``__all__`` stays."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guanxi.audiences.loaders import stored_audience
    from guanxi.audiences.types import Audience
    from guanxi.context import Context
    from guanxi.customers.models import Customer as CustomerRow
    from guanxi.customers.types.outputs import Customer
    from guanxi.db.fields import IdField, UtcField, uuid7
    from guanxi.db.models import Check, MerchantModel
    from guanxi.db.privacy import Privacy
    from guanxi.errors import BadUserInputError, ConflictError, GuanxiError, NotFoundError, Text
    from guanxi.events import (
        CustomerCreated,
        CustomerErased,
        CustomerExported,
        CustomerMerged,
        CustomerUnmerged,
        CustomerUpdated,
        Event,
        InteractionRecorded,
        InteractionsImported,
        InteractionVoided,
    )
    from guanxi.execution import rows
    from guanxi.hookspecs import (
        Command,
        Fact,
        FactColumn,
        FactRows,
        JobKind,
        Manifest,
        ReceivedFile,
        SavedOperation,
        hookimpl,
    )
    from guanxi.interactions.types import Interaction, InteractionKind
    from guanxi.permissions import SIGNED_IN, Permission
    from guanxi.privacy.service import may_contact, may_use
    from guanxi.schema.connections import Connection
    from guanxi.schema.declare import Mask, column, key, many, money, namespace, one, page
    from guanxi.schema.enums import Member, OpenEnum
    from guanxi.schema.ids import Id
    from guanxi.schema.money import Money
    from guanxi.schema.nodes import Node
    from guanxi.schema.part import FilterEntry, SchemaPart
    from guanxi.schema.payloads import Payload, UserError
    from guanxi.schema.roots import Mutation, Query, Subscription
    from guanxi.schema.scalars import JSON, Currency, Long, TimeZone
    from guanxi.schema.values import Value

HOMES: dict[str, tuple[str, ...]] = {
    "guanxi.audiences.loaders": ("stored_audience",),
    "guanxi.audiences.types": ("Audience",),
    "guanxi.context": ("Context",),
    "guanxi.customers.types.outputs": ("Customer",),
    "guanxi.db.fields": ("IdField", "UtcField", "uuid7"),
    "guanxi.db.models": ("Check", "MerchantModel"),
    "guanxi.db.privacy": ("Privacy",),
    "guanxi.errors": ("BadUserInputError", "ConflictError", "GuanxiError", "NotFoundError", "Text"),
    "guanxi.events": (
        "CustomerCreated",
        "CustomerErased",
        "CustomerExported",
        "CustomerMerged",
        "CustomerUnmerged",
        "CustomerUpdated",
        "Event",
        "InteractionRecorded",
        "InteractionVoided",
        "InteractionsImported",
    ),
    "guanxi.execution": ("rows",),
    "guanxi.hookspecs": (
        "Command",
        "Fact",
        "FactColumn",
        "FactRows",
        "JobKind",
        "Manifest",
        "ReceivedFile",
        "SavedOperation",
        "hookimpl",
    ),
    "guanxi.interactions.types": ("Interaction", "InteractionKind"),
    "guanxi.permissions": ("SIGNED_IN", "Permission"),
    "guanxi.privacy.service": ("may_contact", "may_use"),
    "guanxi.schema.connections": ("Connection",),
    "guanxi.schema.declare": ("Mask", "column", "key", "many", "money", "namespace", "one", "page"),
    "guanxi.schema.enums": ("Member", "OpenEnum"),
    "guanxi.schema.ids": ("Id",),
    "guanxi.schema.money": ("Money",),
    "guanxi.schema.nodes": ("Node",),
    "guanxi.schema.part": ("FilterEntry", "SchemaPart"),
    "guanxi.schema.payloads": ("Payload", "UserError"),
    "guanxi.schema.roots": ("Mutation", "Query", "Subscription"),
    "guanxi.schema.scalars": ("JSON", "Currency", "Long", "TimeZone"),
    "guanxi.schema.values": ("Value",),
}
OTHER_NAMES = {"CustomerRow": ("guanxi.customers.models", "Customer")}
HOME_OF = {name: module for module, names in HOMES.items() for name in names}

__all__ = [
    "JSON",
    "SIGNED_IN",
    "Audience",
    "BadUserInputError",
    "Check",
    "Command",
    "ConflictError",
    "Connection",
    "Context",
    "Currency",
    "Customer",
    "CustomerCreated",
    "CustomerErased",
    "CustomerExported",
    "CustomerMerged",
    "CustomerRow",
    "CustomerUnmerged",
    "CustomerUpdated",
    "Event",
    "Fact",
    "FactColumn",
    "FactRows",
    "FilterEntry",
    "GuanxiError",
    "Id",
    "IdField",
    "Interaction",
    "InteractionKind",
    "InteractionRecorded",
    "InteractionVoided",
    "InteractionsImported",
    "JobKind",
    "Long",
    "Manifest",
    "Mask",
    "Member",
    "MerchantModel",
    "Money",
    "Mutation",
    "Node",
    "NotFoundError",
    "OpenEnum",
    "Payload",
    "Permission",
    "Privacy",
    "Query",
    "ReceivedFile",
    "SavedOperation",
    "SchemaPart",
    "Subscription",
    "Text",
    "TimeZone",
    "UserError",
    "UtcField",
    "Value",
    "column",
    "hookimpl",
    "key",
    "many",
    "may_contact",
    "may_use",
    "money",
    "namespace",
    "one",
    "page",
    "rows",
    "stored_audience",
    "uuid7",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that the command line starts fast and nothing runs in a circle."""
    home, name = OTHER_NAMES.get(name) or (HOME_OF.get(name), name)
    if home is None:
        raise AttributeError(f"guanxi has no public name {name!r}; it has: {', '.join(__all__)}")
    module = import_module(home)
    return getattr(module, name, None) or import_module(f"{home}.{name}")
