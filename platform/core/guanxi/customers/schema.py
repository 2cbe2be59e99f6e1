"""GraphQL of customers."""

from typing import Any, cast

import strawberry

from guanxi.accounts import service as accounts
from guanxi.accounts.permissions import ISSUE_SHOPPER_TOKENS
from guanxi.context import Context
from guanxi.customers import loaders, models, permissions, service
from guanxi.customers.rules.contacts import ContactFields, NewContact
from guanxi.customers.rules.profile import CustomerFields, Identity
from guanxi.customers.types import enums, filters, inputs, outputs, payloads
from guanxi.execution import rows
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.payloads import to_user_error
from guanxi.schema.roots import Query
from guanxi.staff.types import POST

schema = loaders.schema

schema.add(
    Query,
    "customers",
    Connection[outputs.Customer] | None,
    page(
        models.Customer,
        where=filters.CustomerFilter,
        order_by=filters.CustomerOrder,
        order="-created_at",
        permission=permissions.READ_CUSTOMERS,
        description="The merchant's customers, archived ones too, newest first.",
    ),
)


@schema.query(permission=permissions.READ_CUSTOMERS)
async def customer(ctx: Context, by: filters.CustomerBy) -> outputs.Customer | None:
    """One customer, archived or not; null where there is none."""
    found = await service.find_customer(ctx, **key_of(by))
    return await rows.find(ctx, outputs.Customer, found.id if found else None)


@schema.mutation(permission=permissions.WRITE_CUSTOMERS)
async def create_customer(ctx: Context, values: inputs.CreateCustomerInput) -> payloads.CreateCustomerPayload | None:
    """Create a customer with its contact points, identities and tags."""
    new = service.NewCustomer(
        fields_of(values), contacts_of(values.contact_points), identities_of(values.identities), values.tags
    )
    row = await service.create_customer(ctx, new)
    return payloads.CreateCustomerPayload(customer_id=row.id)


@schema.mutation(permission=permissions.WRITE_CUSTOMERS)
async def update_customer(ctx: Context, values: inputs.UpdateCustomerInput) -> payloads.UpdateCustomerPayload | None:
    """Change a customer. What it already is makes no new version."""
    customer_id = values.id.of(outputs.CUSTOMER)
    row = await service.update_customer(ctx, customer_id, changes_of(values), expected_version=values.expected_version)
    return payloads.UpdateCustomerPayload(customer_id=row.id)


@schema.mutation(permission=ISSUE_SHOPPER_TOKENS)
async def issue_shopper_token(
    ctx: Context, values: inputs.IssueShopperTokenInput
) -> payloads.IssueShopperTokenPayload | None:
    """Let a customer's own browser in, for a while, to what is that customer's. An idempotency key is refused."""
    row = await service.get_customer(ctx, values.customer.of(outputs.CUSTOMER))
    made = await accounts.issue(ctx, row.id, seconds=values.seconds)
    return payloads.IssueShopperTokenPayload(text=made.text, expires_at=made.expires_at)


@schema.mutation(permission=permissions.WRITE_CUSTOMERS)
async def archive_customer(ctx: Context, values: inputs.ArchiveCustomerInput) -> payloads.ArchiveCustomerPayload | None:
    """Put a customer away; everything is kept and can be restored."""
    customer_id = values.id.of(outputs.CUSTOMER)
    row = await service.archive_customer(ctx, customer_id, expected_version=values.expected_version)
    return payloads.ArchiveCustomerPayload(customer_id=row.id)


@schema.mutation(permission=permissions.WRITE_CUSTOMERS)
async def restore_customer(ctx: Context, values: inputs.RestoreCustomerInput) -> payloads.RestoreCustomerPayload | None:
    """Take an archived customer back into use."""
    customer_id = values.id.of(outputs.CUSTOMER)
    row = await service.restore_customer(ctx, customer_id, expected_version=values.expected_version)
    return payloads.RestoreCustomerPayload(customer_id=row.id)


@schema.mutation(permission=permissions.ASSIGN_CUSTOMERS)
async def assign_customers(ctx: Context, values: inputs.AssignCustomersInput) -> payloads.AssignCustomersPayload | None:
    """Let a post look after up to 500 customers; posts of a narrow scope see only their own."""
    ids, post_id = [one.of(outputs.CUSTOMER) for one in values.customers], values.post and values.post.of(POST)
    found = await service.set_owner(ctx, ids, post_id)
    return payloads.AssignCustomersPayload(customers=[payloads.AssignedCustomer(customer_id=one.id) for one in found])


@schema.mutation(permission=permissions.WRITE_CUSTOMERS)
async def upsert_customers(ctx: Context, values: inputs.UpsertCustomersInput) -> payloads.UpsertCustomersPayload | None:
    """Create or change up to 500 customers by what another system calls them; a refused item stops no other."""
    outcomes = await service.upsert_customers(ctx, [item_of(item) for item in values.items])
    return payloads.UpsertCustomersPayload(outcomes=[to_outcome(ctx, one) for one in outcomes])


def key_of(by: filters.CustomerBy) -> dict[str, Any]:
    """The one key that the client sent, as ``find_customer`` takes it."""
    if by.id:
        return {"customer_id": by.id.of(outputs.CUSTOMER)}
    if by.external_id:
        return {"identity": identities_of([by.external_id])[0]}
    return {"email": by.email} if by.phone is strawberry.UNSET else {"phone": by.phone}


def sent(values: Any, names: Any) -> dict[str, Any]:
    """The fields of an input that the client sent, cleared ones as None."""
    return {name: said.value for name in names if (said := getattr(values, name)) is not None}


def fields_of(values: inputs.CustomerFieldsInput) -> CustomerFields:
    """A customer's own fields."""
    return cast(CustomerFields, sent(values, CustomerFields.__annotations__))


def contacts_of(values: list[inputs.ContactPointInput]) -> list[NewContact]:
    """Contact points to add."""
    return [NewContact(**vars(value)) for value in values]


def identities_of(values: list[filters.ExternalIdInput]) -> list[Identity]:
    """External identities."""
    return [Identity(value.system, value.external_id) for value in values]


def changes_of(values: inputs.UpdateCustomerInput) -> service.CustomerChanges:
    """Everything that an update asks for."""
    return service.CustomerChanges(
        fields=fields_of(values),
        add_contacts=contacts_of(values.add_contact_points),
        change_contacts=[
            service.ContactChange(
                one.id.of(outputs.CONTACT_POINT), cast(ContactFields, sent(one, ContactFields.__annotations__))
            )
            for one in values.update_contact_points
        ],
        remove_contacts=[one.of(outputs.CONTACT_POINT) for one in values.remove_contact_points],
        add_identities=identities_of(values.add_identities),
        remove_identities=identities_of(values.remove_identities),
        tags=values.tags.value if values.tags is not None else None,
        add_tags=values.add_tags,
        remove_tags=values.remove_tags,
    )


def item_of(value: inputs.UpsertCustomerInput) -> service.UpsertItem:
    """One item of a batch."""
    identity = identities_of([value.external_id])[0]
    return service.UpsertItem(identity, fields_of(value), contacts_of(value.contact_points), value.tags)


def to_outcome(ctx: Context, one: service.Upserted) -> payloads.UpsertOutcome:
    """What became of one item, as GraphQL shows it."""
    return payloads.UpsertOutcome(
        status=enums.UpsertStatus(one.status),
        customer_id=one.customer.id if one.customer else None,
        error=to_user_error(one.error, ctx.locale) if one.error else None,
    )
