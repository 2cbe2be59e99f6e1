"""Fields that are worked out for all rows of a level at once, and inputs as the service takes them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry

from guanxi.context import Context
from guanxi.execution import rows
from guanxi.permissions import Permission
from guanxi.schema.ids import Id, encode
from guanxi.schema.scalars import Long
from guanxi.staff import service, types
from guanxi.staff.permissions import READ_ORGANISATION, READ_PEOPLE, READ_ROLES, READ_TOKENS
from guanxi.staff.types import schema

NOBODY = UUID(int=0)


@schema.batch(types.Role, permission=READ_ROLES, requires=("name", "permissions", "is_builtin"))
async def permissions(roles: list[Any], ctx: Context) -> list[list[str] | None]:
    """What the role allows now, by name. Built-in roles also allow what plugins add later."""
    names = {str(each) for each in offered(ctx)}
    return [sorted(service.permissions_of(role) & names) for role in roles]


@schema.batch(types.ApiToken, permission=READ_TOKENS, requires=("scopes",))
async def scopes(tokens: list[Any], ctx: Context) -> list[list[str] | None]:
    """The permissions that the token's role is narrowed to; empty: all of the role."""
    return [token.scopes for token in tokens]


@schema.batch(types.Post, permission=READ_PEOPLE, requires=("id",))
async def holder(posts: list[Any], ctx: Context) -> list[types.StaffMember | None]:
    """Who holds the post at present; null while it is vacant."""
    found = await service.holders_of(ctx, [post.id for post in posts])
    return await rows.rows_of(ctx, types.StaffMember, [one or NOBODY for one in found])


@schema.batch(types.StaffMember, permission=READ_ORGANISATION, requires=("id",))
async def post(people: list[Any], ctx: Context) -> list[types.Post | None]:
    """The post that the person holds at present."""
    found = await service.posts_held_by(ctx, [person.id for person in people])
    return await rows.rows_of(ctx, types.Post, [one or NOBODY for one in found])


def actor_of(ctx: Context) -> types.Actor:
    """Whoever asks, as GraphQL shows it."""
    actor = ctx.actor
    reach = actor.scope.reach if isinstance(actor.scope, service.PostScope) else types.PostScope.MERCHANT
    post_id = Id.parse(encode(types.POST, actor.post_id)) if actor.post_id else None
    return types.Actor(kind=actor.kind, id=actor.id, post_id=post_id, scope=types.PostScope(reach))


def heirs_of(values: types.HandOverPostInput) -> tuple[UUID | None, UUID | None]:
    """The post and the person of a handover, where one was sent."""
    to_post, to_person = values.to_post, values.to_person
    return to_post and to_post.of(types.POST), to_person and to_person.of(types.PERSON)


def moved_rows(moved: Mapping[str, int]) -> list[types.MovedRows]:
    """What went along with a post, by table."""
    return [types.MovedRows(table=table, count=Long(count)) for table, count in sorted(moved.items())]


def parent_of(given: strawberry.Some[Id | None] | None) -> UUID | None:
    """A unit's new parent, where one was sent."""
    if given is None:
        return service.KEEP
    return given.value and given.value.of(types.UNIT)


def changes_of(values: types.UpdatePostInput) -> service.PostChanges:
    """What an update asks for."""
    return service.PostChanges(
        values.unit and values.unit.of(types.UNIT),
        values.role and values.role.of(types.ROLE),
        values.title,
        str(values.layer) if values.layer else None,
        str(values.scope) if values.scope else None,
        values.is_archived,
    )


def offered(ctx: Context) -> list[Permission]:
    """The permissions of the core and of the merchant's plugins: those of others are not to be seen."""
    return service.list_permissions(frozenset(ctx.schema.parts))
