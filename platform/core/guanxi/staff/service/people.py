"""People who work for the merchant. How they sign in is the business of accounts."""

from collections.abc import Sequence
from uuid import UUID

from tortoise.exceptions import IntegrityError

from guanxi.context import Context
from guanxi.merchants import rules as merchant_rules
from guanxi.staff import errors, permissions, rules
from guanxi.staff.models import PostHolding, StaffMember
from guanxi.staff.rules import StaffState
from guanxi.staff.service import admins

MAX_PEOPLE = 10_000


async def invite_staff(ctx: Context, *, name: str, email: str) -> StaffMember:
    """A person who is to work here, without a post yet.

    Raises:
        ForbiddenError: WRITE_PEOPLE is missing.
        BadUserInputError: the name or the address is refused, or there are too many people.
        ConflictError: another person has the address.
    """
    ctx.require(permissions.WRITE_PEOPLE)
    name, address = merchant_rules.checked_name(name), rules.clean_email(email)
    if address is None:
        raise errors.bad_email()
    async with ctx.transaction():
        if await StaffMember.all().count() >= MAX_PEOPLE:
            raise errors.too_many("email", MAX_PEOPLE)
        try:
            async with ctx.transaction():
                return await StaffMember.create(
                    name=name, email=address, state=StaffState.INVITED.value, created_at=ctx.now()
                )
        except IntegrityError as error:
            raise errors.email_taken() from error


async def set_state(ctx: Context, person_id: UUID, state: StaffState) -> StaffMember:
    """Let a person sign in, or no more. Twice is once.

    Raises:
        NotFoundError: there is no such person.
        LastAdminError: nobody else may do everything.
    """
    async with admins.changing_rights(ctx):
        person = await StaffMember.get_or_none(id=person_id)
        if person is None:
            raise errors.unknown_person("id")
        if person.state != state:
            await StaffMember.filter(id=person_id).update(state=state.value, version=person.version + 1)
            await person.refresh_from_db()
    return person


async def holders_of(ctx: Context, post_ids: Sequence[UUID]) -> list[UUID | None]:
    """Who holds each post at present, in the order asked; None while it is vacant. Raises: ForbiddenError."""
    ctx.require(permissions.READ_ORGANISATION)
    held = PostHolding.filter(post_id__in=list(post_ids), until__isnull=True)
    found = {holding.post_id: holding.person_id for holding in await held}
    return [found.get(one) for one in post_ids]


async def posts_held_by(ctx: Context, person_ids: Sequence[UUID]) -> list[UUID | None]:
    """The post that each person holds at present, in the order asked. Raises: ForbiddenError."""
    ctx.require(permissions.READ_ORGANISATION)
    held = PostHolding.filter(person_id__in=list(person_ids), until__isnull=True)
    found = {holding.person_id: holding.post_id for holding in await held}
    return [found.get(one) for one in person_ids]
