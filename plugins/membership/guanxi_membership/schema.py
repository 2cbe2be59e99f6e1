"""GraphQL of membership."""

from guanxi import Connection, Context, Customer, Long, Query, one, page
from guanxi_membership import models, permissions, service, types
from guanxi_membership.types import schema

__all__ = ["schema"]

schema.add(
    Customer,
    "membership",
    types.Membership | None,
    one(models.Account, "customer", permission=permissions.READ_ACCOUNTS, description="The customer's membership."),
)
schema.add(
    Query,
    "membership_programs",
    Connection[types.MembershipProgram] | None,
    page(
        models.Program, order="-created_at", permission=permissions.READ_PROGRAMS, description="Programs, newest first."
    ),
)
schema.add(
    Query,
    "member_tiers",
    Connection[types.MemberTier] | None,
    page(models.Tier, order="rank", permission=permissions.READ_PROGRAMS, description="All tiers, lowest first."),
)
schema.add(
    Query,
    "member_accounts",
    Connection[types.Membership] | None,
    page(models.Account, order="-id", permission=permissions.READ_ACCOUNTS, description="Members, newest first."),
)


@schema.batch(types.Membership, permission=permissions.READ_ACCOUNTS, requires=("id",))
async def next_tier(accounts: list[types.Membership], ctx: Context) -> list[types.NextTier | None]:
    """The tier above and what is missing for it; null on the top tier."""
    found = await service.progress_of(ctx, [one.id for one in accounts])
    return [types.NextTier(tier_id=each[0], missing_minor=Long(each[1])) if each else None for each in found]


@schema.mutation(permission=permissions.WRITE_PROGRAMS)
async def create_program(ctx: Context, values: types.CreateProgramInput) -> types.CreateProgramPayload | None:
    """Create a membership program with its tiers and make it the active one."""
    tiers = [service.NewTier(one.name, one.threshold_minor) for one in values.tiers]
    made = await service.create_program(ctx, name=values.name, currency=values.currency, tiers=tiers)
    return types.CreateProgramPayload(program_id=made)


@schema.mutation(permission=permissions.WRITE_ACCOUNTS)
async def enrol(ctx: Context, values: types.EnrolInput) -> types.EnrolPayload | None:
    """Make a customer a member; who is one already stays as he is."""
    program = values.program_id.of("prg") if values.program_id else None
    made = await service.enrol(ctx, customer_id=values.customer_id.of("cus"), program_id=program)
    return types.EnrolPayload(account_id=made)
