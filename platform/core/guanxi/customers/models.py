"""Tables of customers: the person, the contact points, the identities in other systems, the tags."""

from uuid import UUID

from tortoise import fields

from guanxi.customers.rules.profile import Lifecycle
from guanxi.db.fields import BlindIndexField, EncryptedField, UtcField
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy
from guanxi.staff.models import Post


class Customer(MerchantModel):
    """A person who buys from the merchant, or may."""

    display_name = fields.CharField(max_length=120, description="The name to show.")
    given_name = fields.CharField(max_length=120, null=True, description="The given name.")
    family_name = fields.CharField(max_length=120, null=True, description="The family name.")
    gender = fields.CharField(max_length=16, null=True, description="The gender; null where unknown.")
    birthday = fields.DateField(null=True, description="The day of birth in the solar calendar.")
    is_lunar_birthday = fields.BooleanField(
        default=False, description="Whether it is celebrated by the lunar calendar."
    )
    locale = fields.CharField(max_length=35, null=True, description="The preferred language, BCP 47.")
    timezone = fields.CharField(max_length=64, null=True, description="The time zone, IANA.")
    lifecycle = fields.CharField(max_length=40, default=Lifecycle.LEAD.value, description="How near to the shop.")
    source = fields.CharField(max_length=60, null=True, description="Where the customer came from.")
    owner_post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "staff.Post",
        related_name="customers",
        null=True,
        on_delete=fields.RESTRICT,
        description="The post that looks after the customer; null where nobody does.",
    )
    owner_post_id: UUID | None
    archived_at = UtcField(null=True, description="When the customer was archived; null while in use.")
    version = fields.IntField(default=1, description="Rises with every change.")
    created_at = UtcField(description="When the customer became known.")
    updated_at = UtcField(description="When the customer last changed.")

    scoped_by = "owner_post"
    handed_over = ("owner_post",)
    privacy = Privacy(
        searchable="display_name given_name family_name gender birthday is_lunar_birthday",
        export="locale timezone source",
        retain="lifecycle archived_at",
    )

    class Meta:
        table = "customer"
        indexes = (
            ("merchant_id", "created_at", "id"),
            ("merchant_id", "updated_at", "id"),
            ("merchant_id", "display_name", "id"),
            ("merchant_id", "owner_post_id", "id"),
        )


class CustomerKey(MerchantModel):
    """The key of what is encrypted of a customer, itself sealed with the merchant's. Without it that is lost."""

    customer: fields.OneToOneRelation[Customer] = fields.OneToOneField(
        "customers.Customer", related_name=False, on_delete=fields.CASCADE, description="Whose key it is."
    )
    customer_id: UUID
    wrapped = fields.BinaryField(description="The key, sealed.")
    created_at = UtcField(description="When it was made.")

    privacy = Privacy(erase="wrapped")

    class Meta:
        table = "customer_key"
        unique_together = (("merchant_id", "customer_id"),)


class ContactPoint(MerchantModel):
    """One way to reach a customer, as it was given and as it is compared."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="contact_points", on_delete=fields.CASCADE
    )
    customer_id: UUID
    kind = fields.CharField(max_length=16, description="What it is: a phone, an address …")
    value = EncryptedField(description="As it was given.")
    normalised = EncryptedField(null=True, description="What equality compares; null when invalid.")
    value_index = BlindIndexField(of=("kind", "normalised"), description="Finds the contact points that are equal.")
    is_valid = fields.BooleanField(description="Whether it has the form of its kind.")
    invalid_reason = fields.CharField(max_length=40, null=True, description="Why it is invalid.")
    is_verified = fields.BooleanField(default=False, description="Whether the customer proved to hold it.")
    is_preferred = fields.BooleanField(default=False, description="The first choice among those of its kind.")
    is_service_number = fields.BooleanField(default=False, description="A hotline such as 95588, nobody's own number.")
    province = fields.CharField(max_length=120, null=True, description="Province of an address.")
    city = fields.CharField(max_length=120, null=True, description="City of an address.")
    district = fields.CharField(max_length=120, null=True, description="District of an address.")
    street = EncryptedField(null=True, description="Street, building and door of an address.")
    postcode = fields.CharField(max_length=20, null=True, description="Postcode of an address.")
    source = fields.CharField(max_length=60, null=True, description="Where it came from.")
    collected = fields.CharField(max_length=16, description="From the customer directly, or indirectly.")
    created_at = UtcField(description="When it was added.")

    privacy = Privacy(
        encrypted="value normalised street",
        erase="value_index",
        searchable="province city district postcode",
        export="kind is_valid invalid_reason is_verified is_preferred is_service_number source collected",
    )

    class Meta:
        table = "contact_point"
        indexes = (("merchant_id", "value_index"), ("merchant_id", "customer_id", "id"))


class ExternalIdentity(MerchantModel):
    """What another system calls a customer."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="identities", on_delete=fields.CASCADE
    )
    customer_id: UUID
    system = fields.CharField(max_length=40, description="The other system.")
    external_id = fields.CharField(max_length=200, description="The customer's id there.")
    created_at = UtcField(description="When it was linked.")

    privacy = Privacy(
        searchable="external_id",
        export="system",
    )

    class Meta:
        table = "external_identity"
        unique_together = (("merchant_id", "system", "external_id"),)
        indexes = (("merchant_id", "customer_id", "id"),)


class CustomerTag(MerchantModel):
    """One tag on one customer."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "customers.Customer", related_name="tags", on_delete=fields.CASCADE
    )
    customer_id: UUID
    name = fields.CharField(max_length=40, description="The tag as it is shown.")
    folded = fields.CharField(max_length=120, description="The tag as it is compared: without case.")
    created_at = UtcField(description="When the customer was tagged.")

    privacy = Privacy(
        export="name",
        erase="folded",
    )

    class Meta:
        table = "customer_tag"
        unique_together = (("merchant_id", "customer_id", "folded"),)
        indexes = (("merchant_id", "name", "customer_id"),)
