"""GraphQL types of roles, tokens and whoever asks."""

from datetime import datetime
from typing import Optional
from uuid import UUID

import strawberry

from guanxi.schema.declare import one
from guanxi.schema.ids import Id
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.values import Value
from guanxi.staff import models, permissions

schema = SchemaPart()
ROLE, TOKEN = "rol", "tok"


@schema.value(description="Whoever asks.")
class Actor(Value):
    """The token's or person's own side."""

    kind: str = strawberry.field(description="token, staff or platform.")
    id: str = strawberry.field(description="Its public id.")


@schema.value(description="Whoever asks, and what they may do.")
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
    role: Id = strawberry.field(description="The role whose permissions it gets.")
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
