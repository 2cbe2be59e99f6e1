"""What a staff member may do: the rights of the post that the person holds now."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from guanxi.accounts import errors, rules
from guanxi.context import Actor, DataScope, Principal, SignIn
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.merchants.models import Merchant
from guanxi.permissions import SIGNED_IN
from guanxi.staff.models import PostHolding, StaffMember
from guanxi.staff.rules import StaffState
from guanxi.staff.service import roles, scopes

PluginsOf = Callable[[UUID], frozenset[str] | Awaitable[frozenset[str]]]


async def plugins_enabled(plugins_of: PluginsOf, merchant_id: UUID) -> frozenset[str]:
    """The merchant's plugins, asked first: a role may allow what a plugin declares by being loaded."""
    found = plugins_of(merchant_id)
    return await found if inspect.isawaitable(found) else found


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody may do and see. ``digest`` differs wherever the post, its role, or what either gives differs.

    It is not of the permissions: those of a built-in role depend on the plugins that a process has loaded.
    """

    digest: str
    permissions: frozenset[str]
    post_id: UUID | None = None
    scope: DataScope | None = None


async def held_by(person_id: UUID) -> Held:
    """By the post that a person of the bound merchant holds now; without one next to nothing."""
    holding = await PostHolding.filter(person_id=person_id, until__isnull=True).select_related("post__role").first()
    if holding is None or holding.post.archived_at:
        return Held(rules.rights_digest(), frozenset({str(SIGNED_IN)}))
    post, role = holding.post, holding.post.role
    digest = rules.rights_digest(post.id, post.unit_id, post.scope, role.id, role.version)
    return Held(digest, roles.permissions_of(role), post.id, scopes.scope_of(post, person_id=person_id))


async def principal_of(
    person_id: UUID, merchant_id: UUID, epoch: int, sign_in: SignIn, plugins_of: PluginsOf
) -> tuple[Principal, str]:
    """The person as of now, with the digest of what is held.

    Raises:
        UnauthenticatedError: the person is not active.
    """
    with acting_for(merchant_id):
        merchant = await Merchant.get_or_none(id=merchant_id)
        person = await StaffMember.get_or_none(id=person_id)
        if merchant is None or person is None or person.state != StaffState.ACTIVE:
            raise errors.signed_out()
        enabled = await plugins_enabled(plugins_of, merchant_id)
        held = await held_by(person_id)
    actor = Actor("staff", person_id.hex, held.permissions, person_id=person_id, post_id=held.post_id, scope=held.scope)
    ref, origins = merchants.ref_of(merchant), tuple(merchant.allowed_origins)
    return Principal(ref, actor, enabled, epoch, origins, sign_in), held.digest
