"""GraphQL of roles, tokens and whoever asks."""

from typing import Any

from guanxi.context import Context
from guanxi.permissions import SIGNED_IN
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.roots import Query
from guanxi.staff import models, service, types
from guanxi.staff.permissions import READ_ROLES, READ_TOKENS, WRITE_ROLES, WRITE_TOKENS
from guanxi.staff.types import schema

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
    held = [str(each) for each in offered(ctx) if ctx.can(each)]
    return types.Viewer(actor=types.Actor(kind=ctx.actor.kind, id=ctx.actor.id), permissions=held)


@schema.query(permission=READ_ROLES)
async def permissions(ctx: Context) -> list[types.Permission] | None:
    """Everything that roles and scopes of this merchant can allow, by name."""
    return [
        types.Permission(name=str(each), title=each.title.localized(ctx.locale), plugin=each.plugin)
        for each in offered(ctx)
    ]


@schema.batch(types.Role, permission=READ_ROLES, requires=("name", "permissions", "is_builtin"))
async def allows(roles: list[Any], ctx: Context) -> list[list[str] | None]:
    """What the role allows now, by name. An administrator's role also allows what later plugins add."""
    names = {str(each) for each in offered(ctx)}
    return [sorted(service.permissions_of(role) & names) for role in roles]


@schema.batch(types.ApiToken, permission=READ_TOKENS, requires=("scopes",))
async def scopes(tokens: list[Any], ctx: Context) -> list[list[str] | None]:
    """The permissions that the token's role is narrowed to; empty: all of the role."""
    return [token.scopes for token in tokens]


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


def offered(ctx: Context) -> list[Any]:
    """The permissions of the core and of the merchant's plugins: those of others are not to be seen."""
    return service.list_permissions(frozenset(ctx.schema.parts))
