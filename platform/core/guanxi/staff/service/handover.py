"""Handing a post over: to another person, or all that belongs to it to another post."""

from dataclasses import dataclass, field
from uuid import UUID

from tortoise.expressions import F

from guanxi import audit
from guanxi.context import Context
from guanxi.events import PostHandedOver
from guanxi.schema.ids import encode
from guanxi.staff import errors, permissions
from guanxi.staff.models import Post
from guanxi.staff.rules import PERSON, POST
from guanxi.staff.service import admins, belongings, posts, scopes


@dataclass(frozen=True, slots=True)
class Handover:
    """What became of it: the post as it stands, and how many rows of each table moved to the other one."""

    post: Post
    moved: dict[str, int] = field(default_factory=dict)


async def hand_over(
    ctx: Context,
    *,
    post_id: UUID,
    to_post_id: UUID | None = None,
    to_person_id: UUID | None = None,
    expected_version: int,
) -> Handover:
    """Give a post to another person, its customers and all else that belongs to it to another post, or both.

    One transaction: from its commit on whoever held the post, or acted by one of its tokens, sees nothing of it,
    on open sockets and in whatever is running too. What is done already is not done again.

    Args:
        ctx: who decides it.
        post_id: the post that is handed over; ``expected_version`` is the one that the decision was made for.
        to_post_id: the post that gets all that belongs to it; None: that stays with the post.
        to_person_id: who holds it from now on; None: whoever holds it goes on.

    Raises:
        ForbiddenError: HAND_OVER_POSTS is missing, or one of the posts can do or see more than the actor.
        BadUserInputError: neither of the two is given, or both posts are the same.
        NotFoundError: there is no such post in use, or no such person.
        ConflictError: the post changed meanwhile, the person holds another post, or nobody else may do everything.
    """
    ctx.require(permissions.HAND_OVER_POSTS)
    if (to_post_id is None and to_person_id is None) or to_post_id == post_id:
        raise errors.no_heir()
    async with ctx.transaction():
        await admins.lock_posts(ctx, post_id, to_post_id)
        post = await posts.get_post(post_id, "post", is_in_use=True)
        await posts.check_grant(ctx, post)
        # Customers first: whoever writes them locks the merchant after them.
        moved = await _to_post(ctx, post, to_post_id, expected_version) if to_post_id else {}
        async with admins.changing_rights(ctx):
            is_new = to_person_id is not None and await _to_person(ctx, post, to_person_id, expected_version)
            if moved or is_new:
                await ctx.publish(_event(ctx, post_id, to_post_id, to_person_id))
                await _note(ctx, post, to_post_id, to_person_id, moved)
        return Handover(await posts.get_post(post_id), moved)


async def _to_person(ctx: Context, post: Post, person_id: UUID, expected_version: int) -> bool:
    holding = await posts.find_holding(post.id)
    if holding is not None and holding.person_id == person_id:
        return False
    _check_version(post, expected_version)
    await posts.unseat(ctx, post)
    await posts.seat(ctx, post, person_id)
    return True


async def _to_post(ctx: Context, post: Post, target_id: UUID, expected_version: int) -> dict[str, int]:
    target = await posts.get_post(target_id, "toPost", is_in_use=True)
    await scopes.check_post(ctx, target)
    if not await belongings.has_any(post.id):
        return {}
    _check_version(post, expected_version)
    moved = await belongings.move(ctx, post.id, target.id)
    await Post.filter(id__in=[post.id, target.id]).update(version=F("version") + 1)
    return moved


def _event(ctx: Context, post_id: UUID, to_post_id: UUID | None, to_person_id: UUID | None) -> PostHandedOver:
    return PostHandedOver(occurred_at=ctx.now(), post_id=post_id, to_post_id=to_post_id, to_person_id=to_person_id)


async def _note(
    ctx: Context, post: Post, to_post_id: UUID | None, to_person_id: UUID | None, moved: dict[str, int]
) -> None:
    heirs = {"post": encode(POST, to_post_id)} if to_post_id else {}
    heirs |= {"person": encode(PERSON, to_person_id)} if to_person_id else {}
    details = {**heirs, "moved": moved}
    await audit.record(ctx, action="staff.post.handed_over", subject=encode(POST, post.id), details=details)


def _check_version(post: Post, expected_version: int) -> None:
    if post.version != expected_version:
        raise errors.stale(post.version)
