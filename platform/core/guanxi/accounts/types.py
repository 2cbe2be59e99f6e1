"""GraphQL types of invitations, sessions and shoppers' tokens."""

from datetime import datetime

import strawberry

from guanxi.schema.ids import Id
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.values import Value

schema = SchemaPart()


@schema.value(description="One browser in which a staff member is signed in.")
class StaffSession(Value):
    """Without its id, which only the browser has."""

    public_id: str = strawberry.field(description="Names the session for revokeStaffSession.")
    is_current: bool = strawberry.field(description="Whether this request belongs to it.")
    agent: str = strawberry.field(description="What the browser says of itself.")
    address: str = strawberry.field(description="The network address that it signed in from.")
    signed_in_at: datetime = strawberry.field(description="When the password was typed.")
    seen_at: datetime = strawberry.field(description="When it was last used, to the minute.")
    expires_at: datetime = strawberry.field(description="When it ends at the latest.")


@strawberry.input(description="A staff member who is to set a password.")
class CreateInvitationInput:
    """For the first time, or because it is forgotten."""

    staff_member: Id = strawberry.field(description="The staff member; may not be allowed more than the actor is.")


@strawberry.input(description="A new password for oneself.")
class ChangePasswordInput:
    """All other sessions end."""

    current_password: str = strawberry.field(description="The password up to now.")
    new_password: str = strawberry.field(description="12 to 200 characters.")


@strawberry.input(description="A session to end now.")
class RevokeStaffSessionInput:
    """Its open sockets close within a second."""

    public_id: str = strawberry.field(description="As the list of sessions names it.")


@strawberry.input(description="Another secret for the merchant's publishable key; the first time, the key itself.")
class RotateShopperSecretInput:
    """The secret before stays good for a while."""

    overlap_seconds: int = strawberry.field(default=3600, description="For how long, at most a week.")


@schema.value(description="The key and its new secret.")
class RotateShopperSecretPayload(Payload):
    """Answer of rotateShopperSecret."""

    key: str | None = strawberry.field(default=None, description="Publishable: a page may show it. Claim iss.")
    secret: str | None = strawberry.field(
        default=None, description="For HS256 in the merchant's back end alone. Shown only here: keep it safe."
    )


@schema.value(description="The invitation.")
class CreateInvitationPayload(Payload):
    """Answer of createInvitation."""

    invitation: str | None = strawberry.field(
        default=None, description="For POST /accept-invitation, once. Shown only here: hand it to nobody else."
    )
    expires_at: datetime | None = strawberry.field(default=None, description="When it ends.")


@schema.value(description="Whether the password is another one now.")
class ChangePasswordPayload(Payload):
    """Answer of changePassword."""


@schema.value(description="The session that was ended.")
class RevokeStaffSessionPayload(Payload):
    """Answer of revokeStaffSession."""

    public_id: str | None = strawberry.field(default=None, description="The session.")
