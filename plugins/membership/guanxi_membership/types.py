"""GraphQL types of membership."""

from datetime import datetime
from uuid import UUID

import strawberry

from guanxi import Currency, Customer, CustomerRow, Id, Long, Node, Payload, SchemaPart, Value, many, one
from guanxi_membership import models, permissions

schema = SchemaPart()


@schema.table(models.Tier, tag="tie", permission=permissions.READ_PROGRAMS, description="A rung of a program's ladder.")
class MemberTier(Node):
    """What members reach by spending."""

    rank: int
    name: str
    threshold_minor: Long


@schema.table(
    models.Program, tag="prg", permission=permissions.READ_PROGRAMS, description="A membership program of the merchant."
)
class MembershipProgram(Node):
    """A ladder and its members."""

    name: str
    currency: Currency
    status: str
    created_at: datetime
    tiers: list[MemberTier] | None = many(
        models.Tier, "program", order="rank", sizes=(20, 100), description="The ladder, lowest tier first."
    )
    version: int


@schema.value(description="What a member is still missing for the tier above.")
class NextTier(Value):
    """Shown as a progress bar."""

    missing_minor: Long = strawberry.field(description="Net spend that is still missing, smallest unit.")
    tier: MemberTier | None = one(models.Tier, via="tier_id", description="The tier above.")
    tier_id: strawberry.Private[UUID]


@schema.table(models.Account, tag="mac", permission=permissions.READ_ACCOUNTS, description="A customer's membership.")
class Membership(Node):
    """One account of one customer."""

    tier: MemberTier | None = one(models.Tier, via="tier_id", description="The tier that the member holds.")
    program: MembershipProgram | None = one(
        models.Program, via="program_id", description="The program that the account belongs to."
    )
    customer: Customer | None = one(CustomerRow, via="customer_id", description="The member.")
    spend_minor: Long
    enrolled_at: datetime
    tier_since: datetime


@strawberry.input(description="A tier of a new program.")
class NewTierInput:
    """Listed from the lowest to the highest."""

    name: str = strawberry.field(description="What members call it.")
    threshold_minor: Long = strawberry.field(description="Net spend from which it is reached; 0 for the first.")


@strawberry.input(description="A new program, which becomes the active one.")
class CreateProgramInput:
    """Input of createProgram."""

    name: str = strawberry.field(description="What members call it.")
    currency: Currency | None = strawberry.field(description="The merchant's own when left out.", default=None)
    tiers: list[NewTierInput] = strawberry.field(description="The ladder, lowest first, thresholds rising.")


@strawberry.input(description="Who joins which program.")
class EnrolInput:
    """Input of enrol."""

    customer_id: Id = strawberry.field(description="The customer who joins.")
    program_id: Id | None = strawberry.field(description="The active program when left out.", default=None)


@schema.value(description="The new program.")
class CreateProgramPayload(Payload):
    """Of createProgram."""

    program: MembershipProgram | None = one(models.Program, via="program_id", description="The new program.")
    program_id: strawberry.Private[UUID | None] = None


@schema.value(description="The new membership.")
class EnrolPayload(Payload):
    """Of enrol."""

    membership: Membership | None = one(models.Account, via="account_id", description="The customer's membership.")
    account_id: strawberry.Private[UUID | None] = None
