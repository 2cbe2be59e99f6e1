"""Answers of the changes of the organisation, roles and tokens."""

from uuid import UUID

import strawberry

from guanxi.schema.declare import one
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import Long
from guanxi.schema.values import Value
from guanxi.staff import models
from guanxi.staff.types.outputs import ApiToken, OrgUnit, Post, Role, StaffMember, schema


@schema.value(description="The role as it stands.")
class UpsertRolePayload(Payload):
    """Answer of upsertRole."""

    role: Role | None = one(models.Role, via="role_id", description="The role.")
    role_id: strawberry.Private[UUID | None] = None


@schema.value(description="The new token and its text.")
class CreateTokenPayload(Payload):
    """Answer of createToken."""

    token: ApiToken | None = one(models.ApiToken, via="token_id", description="The token.")
    text: str | None = strawberry.field(default=None, description="What clients send. Shown only here: keep it safe.")
    token_id: strawberry.Private[UUID | None] = None


@schema.value(description="The successor and its text.")
class RotateTokenPayload(Payload):
    """Answer of rotateToken."""

    token: ApiToken | None = one(models.ApiToken, via="token_id", description="The successor.")
    text: str | None = strawberry.field(default=None, description="What clients send. Shown only here: keep it safe.")
    token_id: strawberry.Private[UUID | None] = None


@schema.value(description="The revoked token.")
class RevokeTokenPayload(Payload):
    """Answer of revokeToken."""

    token: ApiToken | None = one(models.ApiToken, via="token_id", description="The token.")
    token_id: strawberry.Private[UUID | None] = None


@schema.value(description="How many rows of one table went along.")
class MovedRows(Value):
    """One table."""

    table: str = strawberry.field(description="What they are.")
    count: Long = strawberry.field(description="How many.")


@schema.value(description="The new unit.")
class CreateOrgUnitPayload(Payload):
    """Answer of createOrgUnit."""

    unit: OrgUnit | None = one(models.OrgUnit, via="unit_id", description="The unit.")
    unit_id: strawberry.Private[UUID | None] = None


@schema.value(description="The unit as it stands.")
class UpdateOrgUnitPayload(Payload):
    """Answer of updateOrgUnit."""

    unit: OrgUnit | None = one(models.OrgUnit, via="unit_id", description="The unit.")
    unit_id: strawberry.Private[UUID | None] = None


@schema.value(description="The new post.")
class CreatePostPayload(Payload):
    """Answer of createPost."""

    post: Post | None = one(models.Post, via="post_id", description="The post.")
    post_id: strawberry.Private[UUID | None] = None


@schema.value(description="The post as it stands.")
class UpdatePostPayload(Payload):
    """Answer of updatePost."""

    post: Post | None = one(models.Post, via="post_id", description="The post.")
    post_id: strawberry.Private[UUID | None] = None


@schema.value(description="The post with its holder.")
class AssignPostPayload(Payload):
    """Answer of assignPost."""

    post: Post | None = one(models.Post, via="post_id", description="The post.")
    post_id: strawberry.Private[UUID | None] = None


@schema.value(description="The vacant post.")
class VacatePostPayload(Payload):
    """Answer of vacatePost."""

    post: Post | None = one(models.Post, via="post_id", description="The post.")
    post_id: strawberry.Private[UUID | None] = None


@schema.value(description="The post that was handed over.")
class HandOverPostPayload(Payload):
    """Answer of handOverPost."""

    post: Post | None = one(models.Post, via="post_id", description="The post.")
    moved: list[MovedRows] = strawberry.field(default_factory=list, description="What went to the other post.")
    post_id: strawberry.Private[UUID | None] = None


@schema.value(description="The new person.")
class InviteStaffPayload(Payload):
    """Answer of inviteStaff."""

    person: StaffMember | None = one(models.StaffMember, via="person_id", description="The person.")
    person_id: strawberry.Private[UUID | None] = None
