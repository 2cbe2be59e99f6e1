"""API tokens: created and rotated with their text shown once, revoked at once."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from guanxi import audit
from guanxi.context import Context
from guanxi.errors import BadUserInputError, Text
from guanxi.merchants import rules as merchant_rules
from guanxi.merchants import service as merchants
from guanxi.permissions import Permission
from guanxi.schema.ids import encode
from guanxi.staff import errors, permissions, rules
from guanxi.staff.models import ApiToken, Credential, Role
from guanxi.staff.service import admins, posts, roles
from guanxi.staff.service import scopes as sights


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token and its text, which exists nowhere else."""

    token: ApiToken
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a token is called, what it may do and until when."""

    name: str
    role_id: UUID
    scopes: list[str]
    expires_at: datetime | None
    post_id: UUID | None = None


async def create_token(
    ctx: Context,
    *,
    name: str,
    role_id: UUID | None = None,
    post_id: UUID | None = None,
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> IssuedToken:
    """Issue a token of a role for the whole merchant, or of a post; ``scopes`` narrow what it may do, none means all.

    Raises:
        ForbiddenError: staff.token.write is missing, or the token could do or see more than the actor.
        BadUserInputError: a value is refused, it has no role, or another one than its post, or the request a key.
        NotFoundError: the merchant has no such role, or no such post in use.
    """
    ctx.require(permissions.WRITE_TOKENS)
    _require_unkeyed(ctx)
    name, narrow = merchant_rules.checked_name(name), _checked_scopes(ctx, scopes)
    if expires_at is not None and expires_at <= ctx.now():
        raise errors.refused(
            "expiresAt",
            Text("The expiry has passed already.", "到期时间已过。"),
            Text("Choose a time in the future.", "请选择将来的时间。"),
        )
    async with ctx.transaction():
        await admins.lock_posts(ctx, post_id)
        await merchants.raise_epoch(ctx)
        role = await _role_to_give(ctx, role_id, post_id)
        allowed = roles.permissions_of(role)
        for place, scope in enumerate(scopes):
            if scope not in allowed:
                raise errors.beyond_role(place)
        roles.check_grant(ctx, rules.permissions_of_token(allowed, narrow))
        issued = await _issue(ctx, Terms(name, role.id, narrow, expires_at, post_id))
        await _note(ctx, "created", issued.token)
        return issued


async def rotate_token(ctx: Context, *, token_id: UUID, overlap_seconds: int = 3600) -> IssuedToken:
    """Issue a successor with the same rights and the same lifetime; the old token ends after the overlap.

    Raises:
        ForbiddenError: staff.token.write is missing, or the token can do more than the actor.
        BadUserInputError: the overlap is negative or over a week, or the request has an idempotency key.
        NotFoundError: the merchant has no such token.
        ConflictError: the token was revoked, has expired or was rotated already.
    """
    ctx.require(permissions.WRITE_TOKENS)
    _require_unkeyed(ctx)
    overlap = _checked_overlap(overlap_seconds)
    now = ctx.now()
    async with ctx.transaction():
        await admins.lock_posts(ctx, (await _token(token_id)).post_id)
        await merchants.raise_epoch(ctx)
        old = await _token(token_id)
        await _check_sight(ctx, old.post_id)
        roles.check_grant(ctx, rules.permissions_of_token(roles.permissions_of(await _role(old.role_id)), old.scopes))
        if old.replaced_by_id is not None or not rules.is_live(old.expires_at, old.revoked_at, now):
            raise errors.SpentTokenError
        lifetime = rules.renewed_expiry(old.created_at, old.expires_at, now)
        issued = await _issue(ctx, Terms(old.name, old.role_id, old.scopes, lifetime, old.post_id))
        end = rules.rotated_expiry(old.expires_at, overlap, now)
        await ApiToken.filter(id=old.id).update(
            replaced_by_id=issued.token.id, expires_at=end, version=F("version") + 1
        )
        await Credential.filter(public_id=old.public_id).update(expires_at=end)
        await _note(ctx, "rotated", old, successor=encode(rules.TOKEN_TAG, issued.token.id))
    return issued


async def revoke_token(ctx: Context, *, token_id: UUID) -> ApiToken:
    """End a token now, in every process. Revoking it twice changes nothing.

    Raises:
        ForbiddenError: staff.token.write is missing.
        NotFoundError: the merchant has no such token.
        ConflictError: it is the merchant's last administrator token.
    """
    ctx.require(permissions.WRITE_TOKENS)
    now = ctx.now()
    async with admins.changing_rights(ctx):
        token = await _token(token_id)
        if token.revoked_at:
            return token
        await ApiToken.filter(id=token.id).update(revoked_at=now, version=F("version") + 1)
        await Credential.filter(public_id=token.public_id).update(revoked_at=now)
        await _note(ctx, "revoked", token)
        return await _token(token_id)


async def get_token(ctx: Context, token_id: UUID) -> ApiToken:
    """One token of the merchant. Raises: ForbiddenError, NotFoundError."""
    ctx.require(permissions.READ_TOKENS)
    return await _token(token_id)


async def find_token(ctx: Context, public_id: str) -> ApiToken | None:
    """The merchant's token with this part of its text. Raises: ForbiddenError."""
    ctx.require(permissions.READ_TOKENS)
    return await ApiToken.get_or_none(public_id=public_id)


async def tokens_of(ctx: Context, ids: Sequence[UUID]) -> list[ApiToken | None]:
    """Tokens in the order asked; None where the merchant has no such token. Raises: ForbiddenError."""
    ctx.require(permissions.READ_TOKENS)
    found = await ApiToken.all().in_bulk(ids, "id")
    return [found.get(token_id) for token_id in ids]


async def create_platform_token(ctx: Context, *, expires_at: datetime | None = None) -> str:
    """The text of a new token of the platform itself. Raises: ForbiddenError."""
    merchants.require_platform(ctx)
    public_id, text = _new_text("platform")
    async with ctx.transaction():
        await Credential.create(public_id=public_id, secret_hash=hash_of(text), expires_at=expires_at)
    return text


async def revoke_platform_token(ctx: Context, *, public_id: str) -> None:
    """End a token of the platform now. Raises: ForbiddenError, NotFoundError."""
    merchants.require_platform(ctx)
    async with ctx.transaction():
        if not await Credential.filter(public_id=public_id, home_id=None).update(revoked_at=ctx.now()):
            raise errors.unknown_token()


def hash_of(text: str) -> bytes:
    """What is stored of a token. Its secret has 256 random bits, so that a fast hash is enough."""
    return hashlib.sha256(text.encode()).digest()


def _require_unkeyed(ctx: Context) -> None:
    """The answer of a keyed request is stored, and this one holds a secret."""
    if ctx.idempotency_key is not None:
        raise BadUserInputError(
            Text("A token cannot be issued under an idempotency key.", "签发令牌时不能使用幂等键。"),
            hint=Text(
                "Send it without a key; if the answer is lost, revoke the new token.",
                "请不要附带幂等键；如果未收到响应，请吊销新令牌。",
            ),
        )


def _new_text(kind: rules.TokenKind) -> tuple[str, str]:
    public_id, secret = (
        "".join(secrets.choice(rules.BASE62) for _ in range(length))
        for length in (rules.PUBLIC_LENGTH, rules.SECRET_LENGTH)
    )
    return public_id, rules.make_token(kind, public_id, secret)


async def _issue(ctx: Context, terms: Terms) -> IssuedToken:
    public_id, text = _new_text("api")
    token = await ApiToken.create(
        name=terms.name,
        public_id=public_id,
        role_id=terms.role_id,
        post_id=terms.post_id,
        scopes=terms.scopes,
        expires_at=terms.expires_at,
        created_by=f"{ctx.actor.kind}:{ctx.actor.id}",
        created_at=ctx.now(),
    )
    await Credential.create(
        public_id=public_id, secret_hash=hash_of(text), home_id=ctx.merchant.id, expires_at=terms.expires_at
    )
    return IssuedToken(token, text)


async def _role_to_give(ctx: Context, role_id: UUID | None, post_id: UUID | None) -> Role:
    """That of the post, else the one that is asked for; neither may see more than the actor."""
    await _check_sight(ctx, post_id)
    mine = (await posts.get_post(post_id, "post", is_in_use=True)).role_id if post_id else role_id
    if mine is None or role_id not in {None, mine}:
        raise errors.other_role()
    return await _role(mine)


async def _check_sight(ctx: Context, post_id: UUID | None) -> None:
    """A token of no post sees the whole merchant."""
    if post_id is None:
        sights.require_merchant_wide(ctx)
    else:
        await sights.check_post(ctx, await posts.get_post(post_id, "post"))


async def _note(ctx: Context, verb: str, token: ApiToken, **details: Any) -> None:
    given = {"role": encode(rules.ROLE, token.role_id), "scopes": token.scopes, **details}
    await audit.record(ctx, action=f"staff.token.{verb}", subject=encode(rules.TOKEN_TAG, token.id), details=given)


async def _role(role_id: UUID) -> Role:
    role = await Role.get_or_none(id=role_id)
    if role is None:
        raise errors.unknown_role()
    return role


async def _token(token_id: UUID) -> ApiToken:
    token = await ApiToken.get_or_none(id=token_id)
    if token is None:
        raise errors.unknown_token()
    return token


def _checked_scopes(ctx: Context, scopes: Sequence[str]) -> list[str]:
    for place, scope in enumerate(scopes):
        if scope not in Permission.known:
            raise errors.unknown_permission("scopes", place, rules.nearest(scope, ctx.actor.permissions))
    return sorted(set(scopes))


def _checked_overlap(seconds: int) -> timedelta:
    overlap = timedelta(seconds=seconds)
    if not timedelta() <= overlap <= rules.MAX_OVERLAP:
        raise errors.refused(
            "overlapSeconds",
            Text("The overlap cannot be used.", "重叠时间不可用。"),
            Text("Choose between 0 seconds and a week.", "请选择 0 秒到一周之间。"),
        )
    return overlap
