"""Roles of a merchant: built-in ones from its first moment, and its own."""

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from tortoise.exceptions import IntegrityError

from guanxi import audit
from guanxi.context import Context
from guanxi.errors import Text
from guanxi.merchants import rules as merchant_rules
from guanxi.merchants import service as merchants
from guanxi.merchants.models import Merchant
from guanxi.permissions import SIGNED_IN, Permission
from guanxi.schema.ids import encode
from guanxi.staff import errors, rules
from guanxi.staff.models import Role
from guanxi.staff.permissions import READ_ROLES, WRITE_ROLES

MAX_ROLES = 100


async def found_merchant(ctx: Context, new: merchants.NewMerchant) -> Merchant:
    """Open a shop together with the built-in roles, in one transaction.

    Raises:
        ForbiddenError: the actor is not the platform.
        BadUserInputError: a setting is refused.
        ConflictError: the slug is taken.
    """
    return await merchants.create_merchant(ctx, new, then=create_builtin_roles)


async def create_builtin_roles(ctx: Context) -> None:
    """Write the built-in roles that the context's merchant lacks."""
    there = {role.name for role in await Role.filter(is_builtin=True)}
    for name in rules.BUILTIN:
        if name not in there:
            await Role.create(name=name, is_builtin=True, created_at=ctx.now())


async def list_roles(ctx: Context) -> list[Role]:
    """All roles of the merchant by name, at most a hundred. Raises: ForbiddenError."""
    ctx.require(READ_ROLES)
    return await Role.all().order_by("name")


async def get_role(ctx: Context, name: str) -> Role:
    """The merchant's role of that name. Raises: ForbiddenError, NotFoundError."""
    ctx.require(READ_ROLES)
    role = await Role.get_or_none(name=name)
    if role is None:
        raise errors.unknown_role()
    return role


async def roles_of(ctx: Context, ids: Sequence[UUID]) -> list[Role | None]:
    """Roles in the order asked; None where the merchant has no such role. Raises: ForbiddenError."""
    ctx.require(READ_ROLES)
    found = await Role.all().in_bulk(ids, "id")
    return [found.get(role_id) for role_id in ids]


def list_permissions(parts: frozenset[str]) -> list[Permission]:
    """The permissions that these parts (plugins, domains of the core) declare, by name, and SIGNED_IN."""
    return sorted(each for each in Permission.known.values() if each.plugin in parts or each == SIGNED_IN)


class RoleRow(Protocol):
    """Whatever carries the columns that decide what a role allows."""

    name: str
    permissions: list[str]
    is_builtin: bool


def permissions_of(role: RoleRow) -> frozenset[str]:
    """What the role allows now, for a built-in role by its rule over all declared permissions."""
    return rules.permissions_of_role(
        role.name, role.permissions, is_builtin=role.is_builtin, known=tuple(Permission.known)
    )


async def upsert_role(
    ctx: Context,
    *,
    name: str,
    permissions: Sequence[str],
    role_id: UUID | None = None,
    expected_version: int | None = None,
) -> Role:
    """Create a role, or change the one with ``role_id``, whose ``expected_version`` is then needed.

    Raises:
        ForbiddenError: staff.role.write is missing, or the role would allow more than the actor may do.
        BadUserInputError: a permission is unknown, the name is refused, or the version is missing.
        NotFoundError: the merchant has no role ``role_id``.
        ConflictError: the name is taken, the role is built in, or it changed meanwhile.
    """
    ctx.require(WRITE_ROLES)
    name = merchant_rules.checked_name(name)
    if role_id is not None and expected_version is None:
        raise errors.refused(
            "expectedVersion",
            Text("The version is missing.", "缺少版本号。"),
            Text("Send the version that you read.", "请提供您读取到的版本号。"),
        )
    async with ctx.transaction():
        await merchants.raise_epoch(ctx)
        names = _grantable(ctx, permissions, await _dormant(role_id))
        try:
            if role_id is None or expected_version is None:
                role = await _create(ctx, name, names)
            else:
                role = await _change(role_id, expected_version, name, names)
        except IntegrityError as error:
            raise errors.role_name_taken() from error
        subject, details = encode(rules.ROLE, role.id), {"permissions": names}
        await audit.record(ctx, action="staff.role.changed", subject=subject, details=details)
        return role


def check_grant(ctx: Context, granted: Iterable[str]) -> None:
    """Raises: ForbiddenError where ``granted`` goes beyond what the actor may do."""
    missing = frozenset(granted) - ctx.actor.permissions - {SIGNED_IN}
    if missing:
        raise errors.beyond_own(missing)


async def _dormant(role_id: UUID | None) -> frozenset[str]:
    """What the role has of plugins that this process does not know: no grant, it allows nothing until they are back."""
    role = await Role.get_or_none(id=role_id) if role_id is not None else None
    return frozenset(role.permissions if role else ()) - frozenset(Permission.known)


def _grantable(ctx: Context, names: Sequence[str], dormant: frozenset[str]) -> list[str]:
    for place, name in enumerate(names):
        if name not in Permission.known and name not in dormant:
            raise errors.unknown_permission("permissions", place, rules.nearest(name, ctx.actor.permissions))
    check_grant(ctx, frozenset(names) - dormant)
    return sorted(set(names))


async def _create(ctx: Context, name: str, names: list[str]) -> Role:
    if await Role.all().count() >= MAX_ROLES:
        raise errors.refused(
            "name",
            Text("The merchant has too many roles.", "角色数量过多。"),
            Text(f"Keep at most {MAX_ROLES}.", f"最多保留 {MAX_ROLES} 个。"),
        )
    return await Role.create(name=name, permissions=names, created_at=ctx.now())


async def _change(role_id: UUID, expected: int, name: str, names: list[str]) -> Role:
    role = await Role.get_or_none(id=role_id)
    if role is None:
        raise errors.unknown_role()
    if role.is_builtin:
        raise errors.BuiltinRoleError
    changed = await Role.filter(id=role_id, version=expected).update(name=name, permissions=names, version=expected + 1)
    if not changed:
        raise errors.stale_role(role.version)
    await role.refresh_from_db()
    return role
