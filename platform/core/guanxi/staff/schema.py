"""GraphQL of the organisation, roles, tokens and whoever asks."""

from guanxi.context import Context
from guanxi.permissions import SIGNED_IN
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query
from guanxi.staff import loaders, models, service, types
from guanxi.staff import permissions as rights
from guanxi.staff.permissions import READ_PEOPLE, READ_ROLES, READ_TOKENS, WRITE_PEOPLE, WRITE_ROLES, WRITE_TOKENS

schema = types.schema
SEE = rights.READ_ORGANISATION
WRITE = rights.WRITE_ORGANISATION
schema.add(
    Query,
    "roles",
    Connection[types.Role] | None,
    page(models.Role, order="name", permission=READ_ROLES, description="The merchant's roles by name."),
)
schema.add(
    Query,
    "tokens",
    Connection[types.ApiToken] | None,
    page(models.ApiToken, order="-id", permission=READ_TOKENS, description="API tokens, newest first."),
)


schema.add(
    Query,
    "org_units",
    Connection[types.OrgUnit] | None,
    page(models.OrgUnit, order="name", permission=SEE, description="The merchant's units by name, closed ones too."),
)
schema.add(
    Query,
    "posts",
    Connection[types.Post] | None,
    page(models.Post, order="title", permission=SEE, description="The merchant's posts by title, closed ones too."),
)
schema.add(
    Query,
    "staff",
    Connection[types.StaffMember] | None,
    page(models.StaffMember, order="name", permission=READ_PEOPLE, description="Who works for the merchant, by name."),
)


@schema.query(permission=SIGNED_IN, audience="shopper")
async def viewer(ctx: Context) -> types.Viewer | None:
    """Whoever asks, and what they may do."""
    held = [str(each) for each in loaders.offered(ctx) if ctx.can(each)]
    return types.Viewer(actor=loaders.actor_of(ctx), permissions=held)


@schema.query(permission=READ_ROLES)
async def permissions(ctx: Context) -> list[types.Permission] | None:
    """Everything that roles and scopes of this merchant can allow, by name."""
    return [
        types.Permission(name=str(each), title=each.label.localized(ctx.locale), plugin=each.plugin)
        for each in loaders.offered(ctx)
    ]


@schema.mutation(permission=WRITE_ROLES, step_up=True)
async def upsert_role(ctx: Context, values: types.UpsertRoleInput) -> types.UpsertRolePayload | None:
    """Create a role, or change one of the merchant's own."""
    role = await service.upsert_role(
        ctx,
        name=values.name,
        permissions=values.permissions,
        role_id=values.id and values.id.of(types.ROLE),
        expected_version=values.expected_version,
    )
    return types.UpsertRolePayload(role_id=role.id)


@schema.mutation(permission=WRITE_TOKENS, step_up=True)
async def create_token(ctx: Context, values: types.CreateTokenInput) -> types.CreateTokenPayload | None:
    """Issue a token. Its text is in this answer and nowhere else; an idempotency key is refused."""
    role, post = values.role and values.role.of(types.ROLE), values.post and values.post.of(types.POST)
    issued = await service.create_token(
        ctx, name=values.name, role_id=role, post_id=post, scopes=values.scopes, expires_at=values.expires_at
    )
    return types.CreateTokenPayload(token_id=issued.token.id, text=issued.text)


@schema.mutation(permission=WRITE_TOKENS, step_up=True)
async def rotate_token(ctx: Context, values: types.RotateTokenInput) -> types.RotateTokenPayload | None:
    """Issue a token's successor; both work during the overlap. An idempotency key is refused."""
    issued = await service.rotate_token(ctx, token_id=values.id.of(types.TOKEN), overlap_seconds=values.overlap_seconds)
    return types.RotateTokenPayload(token_id=issued.token.id, text=issued.text)


@schema.mutation(permission=WRITE_TOKENS)
async def revoke_token(ctx: Context, values: types.RevokeTokenInput) -> types.RevokeTokenPayload | None:
    """End a token now, in every process and on open sockets."""
    token = await service.revoke_token(ctx, token_id=values.id.of(types.TOKEN))
    return types.RevokeTokenPayload(token_id=token.id)


@schema.mutation(permission=WRITE)
async def create_org_unit(ctx: Context, values: types.CreateOrgUnitInput) -> types.CreateOrgUnitPayload | None:
    """Create a department or team."""
    unit = await service.create_unit(ctx, name=values.name, parent_id=values.parent and values.parent.of(types.UNIT))
    return types.CreateOrgUnitPayload(unit_id=unit.id)


@schema.mutation(permission=WRITE)
async def update_org_unit(ctx: Context, values: types.UpdateOrgUnitInput) -> types.UpdateOrgUnitPayload | None:
    """Rename, move, close or reopen a department or team."""
    changes = service.UnitChanges(values.name, loaders.parent_of(values.parent), values.is_archived)
    unit = await service.update_unit(ctx, values.id.of(types.UNIT), changes, expected_version=values.expected_version)
    return types.UpdateOrgUnitPayload(unit_id=unit.id)


@schema.mutation(permission=WRITE, step_up=True)
async def create_post(ctx: Context, values: types.CreatePostInput) -> types.CreatePostPayload | None:
    """Create a vacant post. It may do and see no more than you."""
    unit, role = values.unit.of(types.UNIT), values.role.of(types.ROLE)
    new = service.NewPost(unit, role, values.title, str(values.layer), str(values.scope))
    post = await service.create_post(ctx, new)
    return types.CreatePostPayload(post_id=post.id)


@schema.mutation(permission=WRITE, step_up=True)
async def update_post(ctx: Context, values: types.UpdatePostInput) -> types.UpdatePostPayload | None:
    """Change, close or reopen a post. Closing ends its holding and its tokens; its customers must have gone before."""
    changes = loaders.changes_of(values)
    post = await service.update_post(ctx, values.id.of(types.POST), changes, expected_version=values.expected_version)
    return types.UpdatePostPayload(post_id=post.id)


@schema.mutation(permission=WRITE, step_up=True)
async def assign_post(ctx: Context, values: types.AssignPostInput) -> types.AssignPostPayload | None:
    """Let a person hold a vacant post. One person holds one post at a time."""
    post = await service.assign_post(ctx, post_id=values.post.of(types.POST), person_id=values.person.of(types.PERSON))
    return types.AssignPostPayload(post_id=post.id)


@schema.mutation(permission=WRITE)
async def vacate_post(ctx: Context, values: types.VacatePostInput) -> types.VacatePostPayload | None:
    """End a person's holding of a post. Its customers stay with it, its tokens end."""
    post = await service.vacate_post(ctx, post_id=values.post.of(types.POST))
    return types.VacatePostPayload(post_id=post.id)


@schema.mutation(permission=rights.HAND_OVER_POSTS, step_up=True)
async def hand_over_post(ctx: Context, values: types.HandOverPostInput) -> types.HandOverPostPayload | None:
    """Give a post to another person, its customers and tasks to another post, or both, all at once.

    From then on whoever held it sees nothing of it, on open sockets too. What is done already is not done again.
    """
    to_post, to_person = loaders.heirs_of(values)
    post, version = values.post.of(types.POST), values.expected_version
    done = await service.hand_over(
        ctx, post_id=post, to_post_id=to_post, to_person_id=to_person, expected_version=version
    )
    return types.HandOverPostPayload(post_id=done.post.id, moved=loaders.moved_rows(done.moved))


@schema.mutation(permission=WRITE_PEOPLE)
async def invite_staff(ctx: Context, values: types.InviteStaffInput) -> types.InviteStaffPayload | None:
    """Enter a person who is to work here; give a post with assignPost."""
    person = await service.invite_staff(ctx, name=values.name, email=values.email)
    return types.InviteStaffPayload(person_id=person.id)
