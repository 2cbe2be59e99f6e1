"""Posts: what each may do and see, and who holds it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from guanxi import audit
from guanxi.context import Context
from guanxi.merchants import rules as merchant_rules
from guanxi.schema.ids import encode
from guanxi.staff import errors, permissions
from guanxi.staff.models import ApiToken, Credential, OrgUnit, Post, PostHolding, Role, StaffMember
from guanxi.staff.rules import PERSON, POST, ROLE, UNIT, Layer, Reach, StaffState
from guanxi.staff.service import admins, belongings, roles, scopes

MAX_POSTS = 1_000


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to create."""

    unit_id: UUID
    role_id: UUID
    title: str
    layer: str = Layer.EXECUTION
    scope: str = Reach.OWN


@dataclass(frozen=True, slots=True)
class PostChanges:
    """What changes of a post; None stays."""

    unit_id: UUID | None = None
    role_id: UUID | None = None
    title: str | None = None
    layer: str | None = None
    scope: str | None = None
    is_archived: bool | None = None


async def create_post(ctx: Context, new: NewPost) -> Post:
    """A new, vacant post.

    Raises:
        ForbiddenError: WRITE_ORGANISATION is missing, or the post could do or see more than the actor.
        BadUserInputError: a value is refused, or there are too many posts.
        NotFoundError: there is no such unit in use, or no such role.
    """
    ctx.require(permissions.WRITE_ORGANISATION)
    values = _checked(new.title, new.layer, new.scope)
    async with admins.changing_rights(ctx):
        await _check_unit(ctx, new.unit_id, new.scope)
        await _check_role(ctx, new.role_id)
        if await Post.filter(archived_at__isnull=True).count() >= MAX_POSTS:
            raise errors.too_many("title", MAX_POSTS)
        post = await Post.create(unit_id=new.unit_id, role_id=new.role_id, created_at=ctx.now(), **values)
        await _note(ctx, "created", post, **_rights(post))
        return post


async def update_post(ctx: Context, post_id: UUID, changes: PostChanges, *, expected_version: int) -> Post:
    """Change a post, close it or reopen it. Who holds a post that closes holds none, and its tokens end.

    Raises:
        ForbiddenError: WRITE_ORGANISATION is missing; the post can, or could, do or see more than the actor.
        BadUserInputError: a value is refused.
        NotFoundError: there is no such post, unit in use or role.
        ConflictError: it changed meanwhile, it has customers and is to close, or nobody else may do everything.
    """
    ctx.require(permissions.WRITE_ORGANISATION)
    values = _checked(changes.title, changes.layer, changes.scope)
    async with admins.changing_rights(ctx, post_id):
        post = await get_post(post_id)
        await check_grant(ctx, post)
        if post.version != expected_version:
            raise errors.stale(post.version)
        await _check_changes(ctx, post, changes)
        values |= {"unit_id": changes.unit_id or post.unit_id, "role_id": changes.role_id or post.role_id}
        if changes.is_archived is not None and changes.is_archived != (post.archived_at is not None):
            values["archived_at"] = await _close(ctx, post) if changes.is_archived else None
        await Post.filter(id=post.id).update(
            **values,  # names: written out above
            version=post.version + 1,
        )
        # What a token of the post may do follows from the post.
        await ApiToken.filter(post_id=post.id).update(role_id=values["role_id"])
        await post.refresh_from_db()
        await _note(ctx, "changed", post, **_rights(post), is_archived=post.archived_at is not None)
    return post


async def assign_post(ctx: Context, *, post_id: UUID, person_id: UUID) -> Post:
    """Let a person hold a vacant post. Whoever holds it already goes on holding it.

    Raises:
        ForbiddenError: WRITE_ORGANISATION is missing, or the post can do or see more than the actor.
        NotFoundError: there is no such post in use, or no such person.
        ConflictError: somebody else holds the post, the person holds another one or is suspended.
    """
    ctx.require(permissions.WRITE_ORGANISATION)
    async with admins.changing_rights(ctx, post_id):
        post = await get_post(post_id, is_in_use=True)
        await check_grant(ctx, post)
        holder = await find_holding(post.id)
        if holder is not None and holder.person_id != person_id:
            raise errors.OccupiedPostError
        if holder is None:
            await seat(ctx, post, person_id)
            await _note(ctx, "assigned", post, person=encode(PERSON, person_id))
    return await get_post(post_id)


async def vacate_post(ctx: Context, *, post_id: UUID) -> Post:
    """End the holding of a post; its customers stay with it, its tokens end. A vacant post stays vacant.

    Raises:
        ForbiddenError: WRITE_ORGANISATION is missing, or the post is beyond the actor's own scope.
        NotFoundError: there is no such post.
        ConflictError: nobody else may do everything.
    """
    ctx.require(permissions.WRITE_ORGANISATION)
    async with admins.changing_rights(ctx, post_id):
        post = await get_post(post_id)
        await scopes.check_post(ctx, post)
        if await unseat(ctx, post):
            await _note(ctx, "vacated", post)
    return await get_post(post_id)


async def get_post(post_id: UUID, field: str = "id", *, is_in_use: bool = False) -> Post:
    """A post of the merchant. Raises: NotFoundError."""
    post = await Post.get_or_none(id=post_id)
    if post is None or (is_in_use and post.archived_at is not None):
        raise errors.unknown_post(field)
    return post


async def hold_post(ctx: Context, post_id: UUID, field: str = "post") -> None:
    """A post that gets something must be in use, and stays so until the transaction ends. Raises: NotFoundError."""
    lock = " FOR KEY SHARE" if ctx.platform.dialect == "postgres" else ""
    sql = 'SELECT "id" FROM "post" WHERE "merchant_id" = ?1 AND "id" = ?2 AND "archived_at" IS NULL'
    if not await ctx.platform.fetch(sql + lock, [ctx.merchant.id, post_id]):
        raise errors.unknown_post(field)


async def check_heir(ctx: Context, post_id: UUID | None) -> None:
    """Whether the actor may give customers to the post, or to none. It stays in use until the transaction ends.

    Raises:
        ForbiddenError: the post sees more than the actor; only who sees everything may leave customers without one.
        NotFoundError: there is no such post in use.
    """
    if post_id is None:
        scopes.require_merchant_wide(ctx)
        return
    await hold_post(ctx, post_id)
    await scopes.check_post(ctx, await get_post(post_id, "post"))


async def find_holding(post_id: UUID) -> PostHolding | None:
    """Who holds the post at present."""
    return await PostHolding.get_or_none(post_id=post_id, until__isnull=True)


async def check_grant(ctx: Context, post: Post) -> None:
    """Whoever decides about a post has every right that it gives, and sees what it sees. Raises: ForbiddenError."""
    await _check_role(ctx, post.role_id)
    await scopes.check_post(ctx, post)


async def seat(ctx: Context, post: Post, person_id: UUID) -> None:
    """Begin a holding of a vacant post. Raises: NotFoundError, ConflictError."""
    person = await StaffMember.get_or_none(id=person_id)
    if person is None:
        raise errors.unknown_person("person")
    if person.state == StaffState.SUSPENDED:
        raise errors.suspended_person()
    if await PostHolding.filter(person_id=person_id, until__isnull=True).exists():
        raise errors.OtherPostError
    await PostHolding.create(post_id=post.id, person_id=person_id, since=ctx.now())
    await Post.filter(id=post.id).update(version=F("version") + 1)


async def unseat(ctx: Context, post: Post) -> bool:
    """End the present holding and every token of the post; whether there was any of them."""
    now = ctx.now()
    ended = await PostHolding.filter(post_id=post.id, until__isnull=True).update(until=now)
    revoked = await _revoke_tokens(post.id, now)
    if ended or revoked:
        await Post.filter(id=post.id).update(version=F("version") + 1)
    return bool(ended or revoked)


async def _revoke_tokens(post_id: UUID, now: datetime) -> int:
    live = ApiToken.filter(post_id=post_id, revoked_at__isnull=True)
    names = await live.values_list("public_id", flat=True)
    if names:
        await Credential.filter(public_id__in=names).update(revoked_at=now)
        await live.update(revoked_at=now, version=F("version") + 1)
    return len(names)


async def _check_changes(ctx: Context, post: Post, changes: PostChanges) -> None:
    if changes.role_id is not None:
        await _check_role(ctx, changes.role_id)
    reach = changes.scope or post.scope
    if changes.unit_id not in {None, post.unit_id} or changes.is_archived is False:
        await _check_unit(ctx, changes.unit_id or post.unit_id, reach)
    elif reach != post.scope:
        await scopes.check_post(ctx, post, reach)


async def _check_unit(ctx: Context, unit_id: UUID, reach: str) -> None:
    if not await OrgUnit.filter(id=unit_id, archived_at__isnull=True).exists():
        raise errors.unknown_unit("unit")
    await scopes.check_unit(ctx, unit_id, reach)


async def _check_role(ctx: Context, role_id: UUID) -> None:
    role = await Role.get_or_none(id=role_id)
    if role is None:
        raise errors.unknown_role()
    roles.check_grant(ctx, roles.permissions_of(role))


async def _close(ctx: Context, post: Post) -> datetime:
    if await belongings.has_any(post.id):
        raise errors.PostNotEmptyError
    await unseat(ctx, post)
    return ctx.now()


def _rights(post: Post) -> dict[str, Any]:
    return {"role": encode(ROLE, post.role_id), "scope": post.scope, "unit": encode(UNIT, post.unit_id)}


async def _note(ctx: Context, verb: str, post: Post, **details: Any) -> None:
    await audit.record(ctx, action=f"staff.post.{verb}", subject=encode(POST, post.id), details=details)


def _checked(title: str | None, layer: str | None, scope: str | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if title is not None:
        values["title"] = merchant_rules.checked_name(title)
    for name, value, known in (("layer", layer, Layer), ("scope", scope, Reach)):
        if value is not None:
            if value not in set(known):
                raise errors.unknown_word(name, [str(one) for one in known])
            values[name] = str(value)
    return values
