"""What is read of customers."""

from datetime import date, datetime

from guanxi.customers import models, permissions
from guanxi.customers.rules import masks
from guanxi.customers.types.enums import Collected, ContactKind, Gender, Lifecycle
from guanxi.schema.declare import Mask, column, many, one
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.scalars import TimeZone
from guanxi.staff import models as staff_models
from guanxi.staff.permissions import READ_ORGANISATION
from guanxi.staff.types import Post

schema = SchemaPart()
CUSTOMER, CONTACT_POINT, IDENTITY, CUSTOMER_TAG = "cus", "cpt", "xid", "ctg"
READ, SEE = permissions.READ_CUSTOMERS, permissions.READ_CONTACTS
MASKED = Mask(show=masks.masked)


@schema.table(
    models.ContactPoint,
    tag=CONTACT_POINT,
    permission=READ,
    description="One way to reach a customer.",
    shopper_fields=(
        "kind",
        "value",
        "is_verified",
        "is_preferred",
        "province",
        "city",
        "district",
        "street",
        "postcode",
    ),
)
class ContactPoint(Node):
    """Values are masked for those who may not see them."""

    kind: ContactKind
    value: str = column(permission=SEE, mask=MASKED)
    normalised: str | None = column(permission=SEE, mask=MASKED)
    is_valid: bool
    invalid_reason: str | None
    is_verified: bool
    is_preferred: bool
    is_service_number: bool
    province: str | None
    city: str | None
    district: str | None = column(permission=SEE, mask=MASKED)
    street: str | None = column(permission=SEE, mask=MASKED)
    postcode: str | None = column(permission=SEE, mask=MASKED)
    source: str | None
    collected: Collected
    created_at: datetime


@schema.table(
    models.ExternalIdentity, tag=IDENTITY, permission=READ, description="What another system calls a customer."
)
class ExternalIdentity(Node):
    """Unique within the merchant."""

    system: str
    external_id: str
    created_at: datetime


@schema.table(
    models.CustomerTag,
    tag=CUSTOMER_TAG,
    permission=READ,
    description="A word that the merchant's staff put on a customer.",
)
class Tag(Node):
    """Compared without case."""

    name: str
    created_at: datetime


@schema.table(
    models.Customer,
    tag=CUSTOMER,
    permission=READ,
    description="A person whom the merchant has a relationship with.",
    shopper_fields=(
        *("display_name", "given_name", "family_name", "gender", "birthday", "is_lunar_birthday"),
        *("locale", "timezone", "contact_points"),
    ),
)
class Customer(Node):
    """Plugins add one namespaced field each."""

    display_name: str
    given_name: str | None
    family_name: str | None
    gender: Gender | None
    birthday: date | None
    is_lunar_birthday: bool
    locale: str | None
    timezone: TimeZone | None
    lifecycle: Lifecycle
    source: str | None
    owner_post: Post | None = one(
        staff_models.Post,
        via="owner_post_id",
        permission=READ_ORGANISATION,
        description="The post that looks after the customer; null where nobody does.",
    )
    archived_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    contact_points: list[ContactPoint] = many(
        models.ContactPoint, "customer", description="How the customer is reached, oldest first."
    )
    identities: list[ExternalIdentity] = many(
        models.ExternalIdentity, "customer", description="What other systems call the customer, oldest first."
    )
    tags: list[Tag] = many(models.CustomerTag, "customer", order="name", description="The customer's tags by name.")
