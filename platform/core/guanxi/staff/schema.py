"""GraphQL of roles, tokens and whoever asks."""

from guanxi.context import Context
from guanxi.permissions import SIGNED_IN
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query
from guanxi.staff import loaders, models, service, types
from guanxi.staff.permissions import READ_ROLES, READ_TOKENS, WRITE_ROLES, WRITE_TOKENS

schema = types.schema
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


@schema.query(permission=SIGNED_IN)
async def viewer(ctx: Context) -> types.Viewer | None:
    """Whoever asks, and what they may do."""
    held = [str(each) for each in loaders.offered(ctx) if ctx.can(each)]
    return types.Viewer(actor=types.Actor(kind=ctx.actor.kind, id=ctx.actor.id), permissions=held)


@schema.query(permission=READ_ROLES)
async def permissions(ctx: Context) -> list[types.Permission] | None:
    """Everything that roles and scopes of this merchant can allow, by name."""
    return [
        types.Permission(name=str(each), title=each.label.localized(ctx.locale), plugin=each.plugin)
        for each in loaders.offered(ctx)
    ]


@schema.mutation(permission=WRITE_ROLES)
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


@schema.mutation(permission=WRITE_TOKENS)
async def create_token(ctx: Context, values: types.CreateTokenInput) -> types.CreateTokenPayload | None:
    """Issue a token. Its text is in this answer and nowhere else; an idempotency key is refused."""
    issued = await service.create_token(
        ctx,
        name=values.name,
        role_id=values.role.of(types.ROLE),
        scopes=values.scopes,
        expires_at=values.expires_at,
    )
    return types.CreateTokenPayload(token_id=issued.token.id, text=issued.text)


@schema.mutation(permission=WRITE_TOKENS)
async def rotate_token(ctx: Context, values: types.RotateTokenInput) -> types.RotateTokenPayload | None:
    """Issue a token's successor; both work during the overlap. An idempotency key is refused."""
    issued = await service.rotate_token(ctx, token_id=values.id.of(types.TOKEN), overlap_seconds=values.overlap_seconds)
    return types.RotateTokenPayload(token_id=issued.token.id, text=issued.text)


@schema.mutation(permission=WRITE_TOKENS)
async def revoke_token(ctx: Context, values: types.RevokeTokenInput) -> types.RevokeTokenPayload | None:
    """End a token now, in every process and on open sockets."""
    token = await service.revoke_token(ctx, token_id=values.id.of(types.TOKEN))
    return types.RevokeTokenPayload(token_id=token.id)
