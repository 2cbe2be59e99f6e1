"""What can be done with customers."""

from guanxi.customers.service.batches import Upserted, UpsertItem, upsert_customers
from guanxi.customers.service.changes import ContactChange, CustomerChanges, NewCustomer
from guanxi.customers.service.facts import list_facts
from guanxi.customers.service.owners import new_owner, set_owner
from guanxi.customers.service.reads import (
    contact_points_of,
    customers_of,
    find_customer,
    get_customer,
    identities_of,
    tags_of,
)
from guanxi.customers.service.writes import (
    add_contact_point,
    add_tags,
    archive_customer,
    create_customer,
    remove_contact_point,
    remove_tags,
    restore_customer,
    set_tags,
    update_contact_point,
    update_customer,
)

__all__ = [
    "ContactChange",
    "CustomerChanges",
    "NewCustomer",
    "UpsertItem",
    "Upserted",
    "add_contact_point",
    "add_tags",
    "archive_customer",
    "contact_points_of",
    "create_customer",
    "customers_of",
    "find_customer",
    "get_customer",
    "identities_of",
    "list_facts",
    "new_owner",
    "remove_contact_point",
    "remove_tags",
    "restore_customer",
    "set_owner",
    "set_tags",
    "tags_of",
    "update_contact_point",
    "update_customer",
    "upsert_customers",
]
