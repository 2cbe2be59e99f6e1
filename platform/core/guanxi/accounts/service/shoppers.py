"""Tokens of shoppers: a merchant's publishable key and a short JWT, signed with a secret that is stored nowhere."""

import base64
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import jwt
from jwt.types import Options

from guanxi import audit
from guanxi.accounts import errors, permissions, rules
from guanxi.accounts.models import ShopperKey
from guanxi.accounts.service import rights
from guanxi.accounts.service.rights import PluginsOf
from guanxi.context import Actor, Context, MerchantRef, Principal, SignIn
from guanxi.db.database import Database
from guanxi.db.fields import IdField, UtcField
from guanxi.db.merchant import acting_for
from guanxi.errors import BadUserInputError, Text
from guanxi.merchants import service as merchants
from guanxi.merchants.models import Merchant
from guanxi.permissions import SHOPPER, SIGNED_IN
from guanxi.staff import rules as staff_rules

KEY = (
    "SELECT k.home_id, k.generation, k.overlap_until, m.epoch"
    " FROM shopper_key k JOIN merchant m ON m.id = k.home_id WHERE k.public_id = ?1"
)
ALGORITHM = "HS256"
# The times are held against the clock of the request, as everything else is.
CHECKS: Options = {
    "require": ["iss", "aud", "sub", "iat", "nbf", "exp"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
ALLOWED = frozenset({str(SIGNED_IN), SHOPPER})
_identifier, _moment = IdField(), UtcField()


@dataclass(frozen=True, slots=True)
class ShopperSecret:
    """What a merchant's back end signs with; the secret exists only in this answer and in that back end."""

    key: str
    secret: str
    version: int


@dataclass(frozen=True, slots=True)
class ShopperToken:
    """What a shopper's browser sends as its bearer token."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Key:
    public_id: str
    home_id: UUID
    generation: int
    overlap_until: datetime | None
    epoch: int

    def generations(self, now: datetime) -> list[int]:
        """Those whose secret is good, the newest first."""
        overlaps = self.overlap_until is not None and now < self.overlap_until
        return [self.generation, self.generation - 1] if overlaps else [self.generation]


@dataclass(frozen=True, slots=True)
class _Shop:
    """What a shopper's principal has of the merchant."""

    epoch: int
    merchant: MerchantRef
    plugins: frozenset[str]
    origins: tuple[str, ...]


_shops: WeakKeyDictionary[Database, OrderedDict[UUID, _Shop]] = WeakKeyDictionary()
REMEMBERED = 10_000


def is_shopper_token(text: str) -> bool:
    """Whether a bearer token is meant to be a shopper's."""
    return text.startswith("gx_shop_")


def secret_of(root: bytes, public_id: str, generation: int) -> str:
    """A merchant's secret, derived from the installation's key."""
    digest = hmac.digest(root, f"guanxi shopper secret\0{public_id}\0{generation}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def rotate_secret(ctx: Context, *, overlap_seconds: int = 3_600) -> ShopperSecret:
    """Make the merchant's key with its first secret, or another secret for it; the one before ends after the overlap.

    Raises:
        ForbiddenError: accounts.shopper.manage is missing.
        BadUserInputError: the overlap is negative or over a week, or the request has an idempotency key.
    """
    ctx.require(permissions.WRITE_SHOPPER_KEY)
    _require_unkeyed(ctx)
    overlap = timedelta(seconds=overlap_seconds)
    if not timedelta() <= overlap <= rules.MAX_OVERLAP:
        raise errors.refused(
            "overlapSeconds",
            Text("The overlap cannot be used.", "重叠时间不可用。"),
            Text("Choose between 0 seconds and a week.", "请选择 0 秒到一周之间。"),
        )
    async with ctx.transaction():
        await merchants.raise_epoch(ctx)  # its row lock makes two parallel rotations see each other
        row = await ShopperKey.get_or_none(home_id=ctx.merchant.id)
        if row is None:
            row = await _create(ctx)
        else:
            row.generation, row.version = row.generation + 1, row.version + 1
            row.overlap_until = ctx.now() + overlap
            await row.save()
        await audit.record(ctx, action="accounts.shopper.secret_rotated", details={"generation": row.generation})
    secret = secret_of(ctx.platform.cursor_key, row.public_id, row.generation)
    return ShopperSecret(rules.make_key(row.public_id), secret, row.version)


async def issue(ctx: Context, customer_id: UUID, *, seconds: int = 900) -> ShopperToken:
    """A token for a customer, who exists: whoever calls has looked.

    Raises:
        ForbiddenError: accounts.shopper.issue is missing.
        BadUserInputError: it would live for less than a minute or more than an hour; there is an idempotency key.
        NotFoundError: the merchant has no publishable key.
    """
    ctx.require(permissions.ISSUE_SHOPPER_TOKENS)
    _require_unkeyed(ctx)
    if not 60 <= seconds <= rules.SHOPPER_SECONDS:
        raise errors.refused(
            "seconds",
            Text("The lifetime cannot be used.", "有效期不可用。"),
            Text("Choose between a minute and an hour.", "请选择一分钟到一小时之间。"),
        )
    row = await ShopperKey.get_or_none(home_id=ctx.merchant.id)
    if row is None:
        raise errors.no_shopper_key()
    key, now = rules.make_key(row.public_id), ctx.now()
    claims: dict[str, Any] = {"iss": key, "aud": rules.AUDIENCE, "sub": f"{rules.CUSTOMER_TAG}_{customer_id.hex}"}
    claims |= dict.fromkeys(("iat", "nbf"), int(now.timestamp())) | {"exp": int(now.timestamp()) + seconds}
    secret = secret_of(ctx.platform.cursor_key, row.public_id, row.generation)
    text = f"{key}.{jwt.encode(claims, secret, ALGORITHM)}"
    return ShopperToken(text, now + timedelta(seconds=seconds))


async def authenticate_shopper(
    db: Database, text: str, now: datetime, *, root: bytes, plugins_of: PluginsOf
) -> Principal:
    """Whom ``KEY.JWT`` stands for: one statement when the merchant's epoch is known already.

    Raises:
        UnauthenticatedError: another algorithm or secret, a claim that is missing or wrong, too early, too late.
    """
    parsed = rules.parse_shopper(text)
    key = await _find(db, parsed[0]) if parsed is not None else None
    if parsed is None or key is None:
        raise errors.wrong_shopper_token()
    generation, claims = _verified(parsed[1], key, root, now)
    customer_id, issued, until = rules.checked_claims(claims, key=rules.make_key(key.public_id), now=now)
    return await _principal(db, key, customer_id, SignIn(f"{key.public_id}.{generation}", issued, until), plugins_of)


async def renewed_shopper(
    db: Database, principal: Principal, now: datetime, *, plugins_of: PluginsOf
) -> Principal | None:
    """The principal of an open socket as it is now; None once its token has expired or its secret has ended."""
    sign_in, customer_id = principal.sign_in, principal.actor.customer_id
    if sign_in is None or customer_id is None or now >= sign_in.until:
        return None
    public_id, _, generation = sign_in.credential.partition(".")
    key = await _find(db, public_id)
    if key is None or int(generation) not in key.generations(now):
        return None
    return principal if key.epoch == principal.epoch else await _principal(db, key, customer_id, sign_in, plugins_of)


async def _create(ctx: Context) -> ShopperKey:
    public_id = "".join(secrets.choice(staff_rules.BASE62) for _ in range(staff_rules.PUBLIC_LENGTH))
    return await ShopperKey.create(public_id=public_id, home_id=ctx.merchant.id, created_at=ctx.now())


def _require_unkeyed(ctx: Context) -> None:
    if ctx.idempotency_key is not None:
        raise BadUserInputError(
            Text("A secret cannot be made under an idempotency key.", "生成密钥或令牌时不能使用幂等键。"),
            hint=Text("Send it without a key.", "请不要附带幂等键。"),
        )


async def _find(db: Database, public_id: str) -> _Key | None:
    rows = await db.fetch(KEY, [public_id])
    if not rows:
        return None
    home, overlap = _identifier.to_python_value(rows[0]["home_id"]), _moment.to_python_value(rows[0]["overlap_until"])
    return _Key(public_id, UUID(int=home.int), rows[0]["generation"], overlap, rows[0]["epoch"]) if home else None


def _verified(token: str, key: _Key, root: bytes, now: datetime) -> tuple[int, dict[str, Any]]:
    for generation in key.generations(now):
        try:
            secret = secret_of(root, key.public_id, generation)
            return generation, jwt.decode(token, secret, [ALGORITHM], CHECKS, audience=rules.AUDIENCE)
        except jwt.PyJWTError:
            continue
    raise errors.wrong_shopper_token()


async def _principal(db: Database, key: _Key, customer_id: UUID, sign_in: SignIn, plugins_of: PluginsOf) -> Principal:
    memory = _shops.setdefault(db, OrderedDict())
    shop = memory.get(key.home_id)
    if shop is None or shop.epoch != key.epoch:
        shop = memory[key.home_id] = await _read_shop(key, plugins_of)
    memory.move_to_end(key.home_id)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
    actor = Actor("shopper", customer_id.hex, ALLOWED, customer_id=customer_id)
    return Principal(shop.merchant, actor, shop.plugins, shop.epoch, shop.origins, sign_in)


async def _read_shop(key: _Key, plugins_of: PluginsOf) -> _Shop:
    """Read after the epoch: newer than it perhaps, then the next request reads again; never older."""
    with acting_for(key.home_id):
        row = await Merchant.get_or_none(id=key.home_id)
        if row is None:
            raise errors.wrong_shopper_token()
        enabled = await rights.plugins_enabled(plugins_of, key.home_id)
    return _Shop(key.epoch, merchants.ref_of(row), enabled, tuple(row.allowed_origins))
