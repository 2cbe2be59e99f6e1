"""Programs and enrolment: what membership does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from guanxi import Context
from guanxi.schema.part import Parameters
from guanxi_membership import errors, permissions, rules
from guanxi_membership.models import Account, MergedSpend, Program, Tier

ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class NewTier:
    """A rung of a new program, lowest first."""

    name: str
    threshold_minor: int


async def create_program(ctx: Context, *, name: str, currency: str | None, tiers: Sequence[NewTier]) -> UUID:
    """Create a program with its ladder and make it the active one.

    Raises:
        ForbiddenError: WRITE_PROGRAMS is missing.
        BadUserInputError: the thresholds do not rise.
        ConflictError: another program is active.
    """
    ctx.require(permissions.WRITE_PROGRAMS)
    rungs = [rules.Rung(rank, one.threshold_minor) for rank, one in enumerate(tiers)]
    if not rungs or not rules.rises(rungs):
        raise errors.bad_ladder()
    async with ctx.transaction():
        try:
            program = await Program.create(
                name=name,
                currency=currency or ctx.merchant.currency,
                status=ACTIVE,
                active_slot=1,
                created_at=ctx.now(),
            )
        except IntegrityError as error:
            raise errors.is_active_already() from error
        await Tier.bulk_create(
            Tier(program_id=program.id, rank=rung.rank, name=tier.name, threshold_minor=rung.threshold_minor)
            for rung, tier in zip(rungs, tiers, strict=True)
        )
    return program.id


async def enrol(ctx: Context, *, customer_id: UUID, program_id: UUID | None = None) -> UUID:
    """Make a customer a member; who is one already stays as he is. The account's id.

    He starts on the tier that his net spend so far reaches.

    Raises:
        ForbiddenError: WRITE_ACCOUNTS, or reading interactions, is missing.
        NotFoundError: the customer or program is not there, or no program is active.
    """
    ctx.require(permissions.WRITE_ACCOUNTS)
    async with ctx.transaction():
        program = await _program(program_id)
        known = await Account.get_or_none(customer_id=customer_id)
        if known is not None:
            return known.id
        account = (await _new_accounts(ctx, program, [customer_id]))[0]
        try:
            async with ctx.transaction():
                await account.save(force_create=True)
        except IntegrityError as error:
            return await _enrolled_meanwhile(customer_id, error)
    return account.id


async def enrol_all(ctx: Context, customer_ids: Sequence[UUID]) -> None:
    """Make customers who are no members yet members of the active program, by a fixed number of statements.

    Raises: as ``enrol``.
    """
    ctx.require(permissions.WRITE_ACCOUNTS)
    async with ctx.transaction():
        await Account.bulk_create(await _new_accounts(ctx, await _program(None), customer_ids), batch_size=500)


async def count_spend(ctx: Context, *, customer_id: UUID, amount_minor: int) -> None:
    """Add a member's net spend (refunds are negative) and move the tier that it reaches. Nobody else's.

    The sum is one statement, so that two purchases at once both count; it also locks the row for the second.
    """
    async with ctx.transaction():
        mine = Account.filter(customer_id=customer_id, merged_into_id=None)
        if await mine.update(spend_minor=F("spend_minor") + amount_minor, version=F("version") + 1):
            await _reach_tier(ctx, await mine.get())
        else:
            await _count_merged(ctx, customer_id, amount_minor)


async def merge_accounts(ctx: Context, *, merge_id: UUID, survivor_id: UUID, absorbed_id: UUID) -> None:
    """Give the survivor's account the spend of the absorbed one; the tier is never below the higher of both.

    A survivor who is no member becomes one. Accounts of different programs are left as they are. Twice is once.
    """
    async with ctx.transaction():
        if await MergedSpend.exists(merge_id=merge_id):
            return
        accounts = await _held_accounts(survivor_id, absorbed_id)
        absorbed = accounts.get(absorbed_id)
        survivor = accounts.get(survivor_id) or (await _heir(ctx, absorbed, survivor_id) if absorbed else None)
        if absorbed is None or survivor is None or absorbed.program_id != survivor.program_id:
            await MergedSpend.create(merge_id=merge_id)
            return
        moved = absorbed.spend_minor
        await MergedSpend.create(merge_id=merge_id, survivor_id=survivor.id, absorbed_id=absorbed.id, moved_minor=moved)
        await _add_spend(absorbed, -moved, merged_into_id=survivor.id)
        await _add_spend(survivor, moved)
        await _reach_tier(ctx, await Account.get(id=survivor.id), at_least=(survivor.tier_id, absorbed.tier_id))


async def unmerge_accounts(ctx: Context, *, merge_id: UUID) -> None:
    """Give the absorbed account its spend back, and both the tiers that theirs reaches. Twice is once."""
    async with ctx.transaction():
        merged = await MergedSpend.filter(merge_id=merge_id).select_for_update().first()
        if merged is None:
            await MergedSpend.create(merge_id=merge_id, is_undone=True)  # the merge itself comes late: ignore it then
            return
        if not await MergedSpend.filter(id=merged.id, is_undone=False).update(is_undone=True):
            return
        if merged.survivor_id is None or merged.absorbed_id is None:
            return
        survivor, absorbed = [await Account.get(id=one) for one in (merged.survivor_id, merged.absorbed_id)]
        await _add_spend(survivor, -merged.moved_minor)
        await _add_spend(absorbed, merged.moved_minor, merged_into_id=None)
        for account in (survivor, absorbed):
            await _reach_tier(ctx, await Account.get(id=account.id))


async def tiers_of(program_id: UUID) -> list[Tier]:
    """A program's tiers, the lowest first."""
    return await Tier.filter(program_id=program_id).order_by("rank")


async def progress_of(ctx: Context, account_ids: Sequence[UUID]) -> list[tuple[UUID, int] | None]:
    """(next tier, spend still missing) for each account, in the order asked; None on the top tier."""
    accounts = {one.id: one for one in await Account.filter(id__in=list(account_ids))}
    programs = {one.program_id for one in accounts.values()}
    tiers = await Tier.filter(program_id__in=list(programs)).order_by("rank")
    return [_progress(accounts[one], tiers) if one in accounts else None for one in account_ids]


async def tier_names_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[str | None]:
    """The tier's name for each customer, in the order asked; None where not enrolled."""
    rows = await Account.filter(customer_id__in=list(customer_ids)).values("customer_id", "tier__name")
    names = {row["customer_id"]: str(row["tier__name"]) for row in rows}
    return [names.get(one) for one in customer_ids]


def write_tier_names(ctx: Context, parameters: Parameters, within: Callable[[str], str]) -> str:
    """The same as ``tier_names_of``, for a database."""
    merchant = parameters.bind(ctx.merchant.id)
    return (
        'SELECT a.customer_id AS customer_id, t.name AS value FROM "membership_account" a'
        ' JOIN "membership_tier" t ON t.id = a.tier_id AND t.merchant_id = a.merchant_id'
        f" WHERE a.merchant_id = {merchant} AND {within('a.customer_id')}"
    )


async def _reach_tier(ctx: Context, account: Account, at_least: Sequence[UUID] = ()) -> None:
    """Move an account to the tier that its spend reaches, or to the highest of ``at_least`` where that is above."""
    tiers = await tiers_of(account.program_id)
    reached = rules.rank_for([rules.Rung(one.rank, one.threshold_minor) for one in tiers], account.spend_minor)
    rank = max([reached, *(one.rank for one in tiers if one.id in at_least)])
    tier = next(one.id for one in tiers if one.rank == rank)
    if tier != account.tier_id:
        await Account.filter(id=account.id).update(tier_id=tier, tier_since=ctx.now())


async def _count_merged(ctx: Context, customer_id: UUID, amount_minor: int) -> None:
    """A purchase told after its customer was merged away counts for the survivor, and goes back with the rest."""
    absorbed = await Account.get_or_none(customer_id=customer_id)
    if absorbed is None or absorbed.merged_into_id is None:
        return
    survivor = await Account.get(id=absorbed.merged_into_id)
    merged = MergedSpend.filter(absorbed_id=absorbed.id, survivor_id=survivor.id, is_undone=False)
    await merged.update(moved_minor=F("moved_minor") + amount_minor)
    await count_spend(ctx, customer_id=survivor.customer_id, amount_minor=amount_minor)


async def _held_accounts(*customer_ids: UUID) -> dict[UUID, Account]:
    rows = await Account.filter(customer_id__in=customer_ids).order_by("id").select_for_update()
    return {row.customer_id: row for row in rows}


async def _heir(ctx: Context, absorbed: Account, survivor_id: UUID) -> Account:
    """An account for a survivor who has none, in the absorbed one's program."""
    return await Account.create(
        customer_id=survivor_id,
        program_id=absorbed.program_id,
        tier_id=absorbed.tier_id,
        enrolled_at=absorbed.enrolled_at,
        tier_since=ctx.now(),
    )


async def _add_spend(account: Account, amount_minor: int, **columns: UUID | None) -> None:
    mine = Account.filter(id=account.id)
    await mine.update(spend_minor=F("spend_minor") + amount_minor, version=F("version") + 1, **columns)  # names: ours


def _progress(account: Account, tiers: Sequence[Tier]) -> tuple[UUID, int] | None:
    mine = [one for one in tiers if one.program_id == account.program_id]
    rungs = [rules.Rung(one.rank, one.threshold_minor) for one in mine]
    held = next(one.rank for one in mine if one.id == account.tier_id)
    missing = rules.missing_for(rungs, held, account.spend_minor)
    if missing is None:
        return None
    return next(one.id for one in mine if one.rank == missing[0]), missing[1]


async def _new_accounts(ctx: Context, program: Program, customer_ids: Sequence[UUID]) -> list[Account]:
    tiers = await tiers_of(program.id)
    rungs = [rules.Rung(one.rank, one.threshold_minor) for one in tiers]
    spent = await ctx.facts("interactions.net_minor", customer_ids)
    now = ctx.now()
    return [
        Account(
            customer_id=customer_id,
            program_id=program.id,
            tier_id=tiers[rules.rank_for(rungs, spend)].id,
            spend_minor=spend,
            enrolled_at=now,
            tier_since=now,
        )
        for customer_id, spend in zip(customer_ids, spent, strict=True)
    ]


async def _program(program_id: UUID | None) -> Program:
    if program_id is None:
        program = await Program.get_or_none(status=ACTIVE)
        if program is None:
            raise errors.no_active_program()
        return program
    program = await Program.get_or_none(id=program_id)
    if program is None:
        raise errors.no_program()
    return program


async def _enrolled_meanwhile(customer_id: UUID, error: IntegrityError) -> UUID:
    """The unique key says that another request was first, or the foreign key that there is no such customer."""
    known = await Account.get_or_none(customer_id=customer_id)
    if known is None:
        raise errors.no_customer() from error
    return known.id
