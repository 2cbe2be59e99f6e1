"""What is seen of the organisation, roles, tokens and whoever asks."""

from datetime import datetime
from typing import Optional

import strawberry

from guanxi.schema.declare import many, one
from guanxi.schema.ids import Id
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.values import Value
from guanxi.staff import models, permissions, rules
from guanxi.staff.types.enums import PostLayer, PostScope, StaffState

schema = SchemaPart()
ROLE, TOKEN, UNIT = rules.ROLE, rules.TOKEN_TAG, rules.UNIT
POST, PERSON, HOLDING = rules.POST, rules.PERSON, rules.HOLDING
SEE = permissions.READ_ORGANISATION


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
