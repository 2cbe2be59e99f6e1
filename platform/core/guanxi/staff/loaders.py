"""Fields of roles and tokens that are worked out for all rows of a level at once."""

from typing import Any

from guanxi.context import Context
from guanxi.permissions import Permission
from guanxi.staff import service, types
from guanxi.staff.permissions import READ_ROLES, READ_TOKENS
from guanxi.staff.types import schema


@schema.batch(types.Role, permission=READ_ROLES, requires=("name", "permissions", "is_builtin"))
async def permissions(roles: list[Any], ctx: Context) -> list[list[str] | None]:
    """What the role allows now, by name. Built-in roles also allow what plugins add later."""
    names = {str(each) for each in offered(ctx)}
    return [sorted(service.permissions_of(role) & names) for role in roles]


@schema.batch(types.ApiToken, permission=READ_TOKENS, requires=("scopes",))
async def scopes(tokens: list[Any], ctx: Context) -> list[list[str] | None]:
    """The permissions that the token's role is narrowed to; empty: all of the role."""
    return [token.scopes for token in tokens]


def offered(ctx: Context) -> list[Permission]:
    """The permissions of the core and of the merchant's plugins: those of others are not to be seen."""
    return service.list_permissions(frozenset(ctx.schema.parts))
