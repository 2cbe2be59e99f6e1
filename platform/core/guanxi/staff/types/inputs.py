"""What is written of the organisation, roles and tokens."""

from datetime import datetime

import strawberry

from guanxi.schema.ids import Id
from guanxi.staff.types.enums import PostLayer, PostScope


@strawberry.input(description="A new role, or with an id the new form of that role.")
class UpsertRoleInput:
    """Name and permissions replace what was there."""

    name: str = strawberry.field(description="1 to 80 characters, unique within the merchant.")
    permissions: list[str] = strawberry.field(description="Names; nobody can grant more than he has.")
    id: Id | None = strawberry.field(default=None, description="The role to change; absent: a new one.")
    expected_version: int | None = strawberry.field(default=None, description="The version that you read; with an id.")


@strawberry.input(description="A new token.")
class CreateTokenInput:
    """Never more than the actor may do."""

    name: str = strawberry.field(description="What it is for, 1 to 80 characters.")
    role: Id | None = strawberry.field(default=None, description="The role that it has; of a post, that post's.")
    post: Id | None = strawberry.field(default=None, description="The post it acts for; absent: the whole merchant.")
    scopes: list[str] = strawberry.field(
        default_factory=list, description="Narrows the role to these permissions; empty: all of the role."
    )
    expires_at: datetime | None = strawberry.field(default=None, description="When it ends; absent: never.")


@strawberry.input(description="A token to replace.")
class RotateTokenInput:
    """The successor has the same rights and lifetime."""

    id: Id = strawberry.field(description="The token.")
    overlap_seconds: int = strawberry.field(default=3600, description="How long both work, at most a week.")


@strawberry.input(description="A token to end now.")
class RevokeTokenInput:
    """For good."""

    id: Id = strawberry.field(description="The token.")


@strawberry.input(description="A new unit.")
class CreateOrgUnitInput:
    """At the top unless it says its parent."""

    name: str = strawberry.field(description="1 to 80 characters.")
    parent: Id | None = strawberry.field(default=None, description="The unit above it; absent: none.")


@strawberry.input(description="What changes of a unit; what is absent stays.")
class UpdateOrgUnitInput:
    """Closing needs that nothing in it is in use."""

    id: Id = strawberry.field(description="The unit.")
    expected_version: int = strawberry.field(description="The version that you read.")
    name: str | None = strawberry.field(default=None, description="1 to 80 characters.")
    parent: strawberry.Maybe[Id | None] = strawberry.field(description="The unit above it; null: none.")
    is_archived: bool | None = strawberry.field(default=None, description="Whether it is closed.")


@strawberry.input(description="A new post, vacant.")
class CreatePostInput:
    """It may do and see no more than the actor."""

    unit: Id = strawberry.field(description="The unit that it belongs to.")
    role: Id = strawberry.field(description="What its holder may do.")
    title: str = strawberry.field(description="1 to 80 characters.")
    layer: PostLayer = strawberry.field(default=PostLayer.EXECUTION, description="Whether it leads.")
    scope: PostScope = strawberry.field(default=PostScope.OWN, description="Whose customers it sees.")


@strawberry.input(description="What changes of a post; what is absent stays.")
class UpdatePostInput:
    """Closing needs that it has no customers; whoever holds it holds none then."""

    id: Id = strawberry.field(description="The post.")
    expected_version: int = strawberry.field(description="The version that you read.")
    unit: Id | None = strawberry.field(default=None, description="The unit that it belongs to.")
    role: Id | None = strawberry.field(default=None, description="What its holder may do.")
    title: str | None = strawberry.field(default=None, description="1 to 80 characters.")
    layer: PostLayer | None = strawberry.field(default=None, description="Whether it leads.")
    scope: PostScope | None = strawberry.field(default=None, description="Whose customers it sees.")
    is_archived: bool | None = strawberry.field(default=None, description="Whether it is closed.")


@strawberry.input(description="Who is to hold a post.")
class AssignPostInput:
    """The post must be vacant, and the person without one."""

    post: Id = strawberry.field(description="The post.")
    person: Id = strawberry.field(description="The staff member.")


@strawberry.input(description="A post to vacate.")
class VacatePostInput:
    """Its customers stay with it."""

    post: Id = strawberry.field(description="The post.")


@strawberry.input(description="A post to hand over: to a person, all that belongs to it to another post, or both.")
class HandOverPostInput:
    """At least one of the two heirs."""

    post: Id = strawberry.field(description="The post.")
    expected_version: int = strawberry.field(description="The version that you read.")
    to_post: Id | None = strawberry.field(default=None, description="The post that gets its customers and tasks.")
    to_person: Id | None = strawberry.field(default=None, description="Who holds it from now on.")


@strawberry.input(description="A person who is to work here.")
class InviteStaffInput:
    """Without a post yet."""

    name: str = strawberry.field(description="1 to 80 characters.")
    email: str = strawberry.field(description="The e-mail address, unique in the merchant.")
