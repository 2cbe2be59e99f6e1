"""GraphQL types of the organisation, roles, tokens and whoever asks."""

from datetime import datetime
from typing import Optional
from uuid import UUID

import strawberry

from guanxi.schema.declare import many, one
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.ids import Id
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.scalars import Long
from guanxi.schema.values import Value
from guanxi.staff import models, permissions, rules

schema = SchemaPart()
ROLE, TOKEN, UNIT, POST, PERSON, HOLDING = (
    rules.ROLE,
    rules.TOKEN_TAG,
    rules.UNIT,
    rules.POST,
    rules.PERSON,
    rules.HOLDING,
)
SEE = permissions.READ_ORGANISATION


class PostLayer(OpenEnum):
    """Whether a post leads or carries out."""

    unknown = "EXECUTION"

    MANAGEMENT = Member["PostLayer"]("Leads others.")
    EXECUTION = Member["PostLayer"]("Works with customers.")


class PostScope(OpenEnum):
    """Whose customers a post sees."""

    unknown = "OWN"

    OWN = Member["PostScope"]("Those of the post itself.")
    UNIT = Member["PostScope"]("Those of all posts of its unit.")
    SUBTREE = Member["PostScope"]("Those of its unit and of all units below.")
    MERCHANT = Member["PostScope"]("All of the merchant, those of no post too.")


class StaffState(OpenEnum):
    """Whether a person may sign in."""

    unknown = "SUSPENDED"

    INVITED = Member["StaffState"]("Has not signed in yet.")
    ACTIVE = Member["StaffState"]("May sign in.")
    SUSPENDED = Member["StaffState"]("May not sign in.")


@schema.value(description="Whoever asks.", audience="shopper")
class Actor(Value):
    """The token's or person's own side."""

    kind: str = strawberry.field(description="token, staff, shopper or platform.")
    id: str = strawberry.field(description="Its public id.")
    post_id: Id | None = strawberry.field(default=None, description="The post it acts for; null for the merchant.")
    scope: PostScope = strawberry.field(default=PostScope.MERCHANT, description="Whose customers it sees.")


@schema.value(description="Whoever asks, and what they may do.", audience="shopper")
class Viewer(Value):
    """What a front end needs to know before it shows a button."""

    actor: Actor = strawberry.field(description="Whoever asks.")
    permissions: list[str] = strawberry.field(description="What they may do here, by name.")


@schema.value(description="Something that can be allowed.")
class Permission(Value):
    """One declared permission."""

    name: str = strawberry.field(description="plugin.resource.verb, as roles and scopes name it.")
    title: str = strawberry.field(description="What it allows, in the client's language.")
    plugin: str = strawberry.field(description="The plugin or part of the core that declares it.")


@schema.table(models.Role, tag=ROLE, permission=permissions.READ_ROLES, description="A named set of permissions.")
class Role(Node):
    """Its permissions are a batch field: those of a built-in role follow from a rule."""

    name: str
    is_builtin: bool
    created_at: datetime
    version: int


@schema.table(models.OrgUnit, tag=UNIT, permission=SEE, description="A department or team.")
class OrgUnit(Node):
    """Units form trees."""

    name: str
    parent: Optional["OrgUnit"] = one(models.OrgUnit, via="parent_id", description="The unit above; null at the top.")
    archived_at: datetime | None
    created_at: datetime
    version: int
    children: list["OrgUnit"] = many(models.OrgUnit, "parent", order="name", description="The units right below.")
    posts: list["Post"] = many(models.Post, "unit", order="title", description="The unit's posts, closed ones too.")


@schema.table(models.Post, tag=POST, permission=SEE, description="A place in the organisation, whoever holds it.")
class Post(Node):
    """Rights and customers hang on it. Who holds it is a batch field."""

    title: str
    layer: PostLayer
    scope: PostScope
    unit: OrgUnit | None = one(models.OrgUnit, via="unit_id", description="The unit that it belongs to.")
    role: Role | None = one(models.Role, via="role_id", description="What its holder may do.")
    archived_at: datetime | None
    created_at: datetime
    version: int
    holdings: list["PostHolding"] = many(
        models.PostHolding, "post", order="-since", description="Who held it when, the present holder first."
    )


@schema.table(models.PostHolding, tag=HOLDING, permission=SEE, description="Who held a post from when to when.")
class PostHolding(Node):
    """History; the present holding has no end."""

    since: datetime
    until: datetime | None
    post: Post | None = one(models.Post, via="post_id", description="The post.")
    person: Optional["StaffMember"] = one(models.StaffMember, via="person_id", description="Who held it.")


@schema.table(
    models.StaffMember,
    tag=PERSON,
    permission=permissions.READ_PEOPLE,
    description="A person who works for the merchant.",
)
class StaffMember(Node):
    """The post that the person holds is a batch field."""

    name: str
    email: str
    state: StaffState
    created_at: datetime
    version: int
    holdings: list[PostHolding] | None = many(
        models.PostHolding,
        "person",
        order="-since",
        permission=SEE,
        description="Posts held, the present one first.",
    )


@schema.table(
    models.ApiToken,
    tag=TOKEN,
    permission=permissions.READ_TOKENS,
    description="An API token, without its secret, which nobody can read again.",
)
class ApiToken(Node):
    """Its scopes are a batch field, because they are stored as JSON."""

    name: str
    public_id: str
    role: Role | None = one(models.Role, via="role_id", description="The role whose permissions it has.")
    post: Post | None = one(
        models.Post, via="post_id", permission=SEE, description="The post it acts for; null for the merchant."
    )
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    replaced_by: Optional["ApiToken"] = one(
        models.ApiToken, via="replaced_by_id", description="Its successor, when it was rotated."
    )
    created_by: str
    created_at: datetime
    version: int


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
