"""GraphQL of invitations, sessions and shoppers' tokens."""

from typing import Annotated

import strawberry

from guanxi.accounts import permissions, service, types
from guanxi.context import Context
from guanxi.permissions import SIGNED_IN
from guanxi.schema.ids import Id
from guanxi.staff.types import PERSON

schema = types.schema
Person = Annotated[Id | None, strawberry.argument(description="Another staff member; oneself when left out.")]


@schema.query(permission=SIGNED_IN)
async def staff_sessions(ctx: Context, staff_member: Person = None) -> list[types.StaffSession]:
    """Where oneself, or with accounts.session.revoke another staff member, is signed in; newest first."""
    rows = await service.list_sessions(ctx, staff_member.of(PERSON) if staff_member else None)
    current = ctx.principal.sign_in.credential if ctx.principal.sign_in else None
    names = ("public_id", "agent", "address", "signed_in_at", "seen_at", "expires_at")
    return [
        types.StaffSession(is_current=row.public_id == current, **{name: getattr(row, name) for name in names})
        for row in rows
    ]


@schema.mutation(permission=permissions.INVITE, step_up=True)
async def create_invitation(ctx: Context, values: types.CreateInvitationInput) -> types.CreateInvitationPayload | None:
    """Let a staff member set a password. An earlier invitation ends; an idempotency key is refused."""
    made = await service.invite(ctx, values.staff_member.of(PERSON))
    return types.CreateInvitationPayload(invitation=made.text, expires_at=made.expires_at)


@schema.mutation(permission=SIGNED_IN, transactional=False)
async def change_password(ctx: Context, values: types.ChangePasswordInput) -> types.ChangePasswordPayload | None:
    """Change one's own password. All other sessions of oneself end."""
    await service.change_password(ctx, current=values.current_password, new=values.new_password)
    return types.ChangePasswordPayload()


@schema.mutation(permission=SIGNED_IN)
async def revoke_staff_session(
    ctx: Context, values: types.RevokeStaffSessionInput
) -> types.RevokeStaffSessionPayload | None:
    """End a session of oneself or, with accounts.session.revoke, of another staff member."""
    row = await service.revoke_session(ctx, values.public_id)
    return types.RevokeStaffSessionPayload(public_id=row.public_id)


@schema.mutation(permission=permissions.WRITE_SHOPPER_KEY, step_up=True)
async def rotate_shopper_secret(
    ctx: Context, values: types.RotateShopperSecretInput
) -> types.RotateShopperSecretPayload | None:
    """Another secret to sign shoppers' tokens with; the first time it makes the key. An idempotency key is refused."""
    made = await service.rotate_secret(ctx, overlap_seconds=values.overlap_seconds)
    return types.RotateShopperSecretPayload(key=made.key, secret=made.secret)
