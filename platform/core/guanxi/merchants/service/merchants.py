"""Create, read and change merchants; raise the epoch of their rights."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import available_timezones

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from guanxi import audit
from guanxi.context import Context, MerchantRef, Principal
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.errors import ConflictError, ForbiddenError, NotFoundError, Text
from guanxi.merchants import permissions, rules
from guanxi.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class NewMerchant:
    """What has to be known to open a shop."""

    slug: str
    name: str
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    locale: str = "zh-CN"
    document_mode: str = rules.DocumentMode.LIMITED.value
    allowed_origins: tuple[str, ...] = ()


class MerchantChanges(TypedDict, total=False):
    """What may change later; an absent key keeps its value."""

    name: str
    timezone: str
    currency: str
    locale: str
    document_mode: str
    allowed_origins: list[str]


@cache
def known_timezones() -> frozenset[str]:
    """Every IANA zone that this machine can calculate with."""
    return frozenset(available_timezones())


CHECKS: dict[str, Callable[[Any], object]] = {
    "name": rules.checked_name,
    "timezone": lambda name: rules.checked_timezone(name, known_timezones()),
    "currency": rules.checked_currency,
    "locale": rules.checked_locale,
    "document_mode": rules.checked_document_mode,
    "allowed_origins": rules.checked_origins,
}


async def create_merchant(ctx: Context, new: NewMerchant, *, then: Callable[[Context], Awaitable[None]]) -> Merchant:
    """Open a shop. ``then`` writes what must be there from the start (roles), in the same transaction.

    Use ``staff.service.found_merchant``, which passes the built-in roles.

    Args:
        ctx: of the platform, outside any transaction: row security binds the merchant when one begins.
        new: the merchant's first settings.
        then: called with a context of the new merchant.

    Raises:
        ForbiddenError: the actor is not the platform.
        BadUserInputError: a setting is refused.
        ConflictError: the slug is taken.
    """
    require_platform(ctx)
    row = Merchant(id=uuid7(), slug=rules.checked_slug(new.slug), created_at=ctx.now(), **_checked_settings(new))
    inside = replace(ctx, principal=Principal(ref_of(row), ctx.actor, epoch=row.epoch))
    with acting_for(row.id):
        async with inside.transaction():
            try:
                await row.save(force_create=True)
            except IntegrityError as error:
                raise _slug_taken() from error
            await then(inside)
            await audit.record(inside, action="merchants.merchant.founded")
    return row


async def get_merchant(ctx: Context) -> Merchant:
    """The merchant that the operation is for. Raises: NotFoundError."""
    return await _get(ctx.merchant.id)


async def find_merchant(ctx: Context, slug: str) -> Merchant | None:
    """Any merchant by its slug, for the platform only. Raises: ForbiddenError."""
    require_platform(ctx)
    return await Merchant.get_or_none(slug=slug)


async def list_merchants(ctx: Context, *, after_slug: str = "", limit: int = 100) -> list[Merchant]:
    """A page of all merchants by slug, for the platform only. Raises: ForbiddenError."""
    require_platform(ctx)
    return await Merchant.filter(slug__gt=after_slug).order_by("slug").limit(limit)


async def update_merchant(ctx: Context, changes: MerchantChanges, *, expected_version: int) -> Merchant:
    """Change settings and raise the epoch, so that every process serves the new ones with its next request.

    Raises:
        ForbiddenError: WRITE_MERCHANT is missing.
        BadUserInputError: a setting is refused.
        ConflictError: somebody else changed the merchant meanwhile; ``details["currentVersion"]`` is its version.
    """
    ctx.require(permissions.WRITE_MERCHANT)
    checked = {name: CHECKS[name](value) for name, value in changes.items()}
    with acting_for(ctx.merchant.id):  # the merchant's row is the platform's, the entry is the merchant's
        async with ctx.transaction():
            mine = Merchant.filter(id=ctx.merchant.id, version=expected_version)
            changed = await mine.update(
                **checked,  # names: each is a key of CHECKS
                version=expected_version + 1,
                epoch=F("epoch") + 1,
            )
            row = await _get(ctx.merchant.id)
            if not changed:
                raise _stale(row.version)
            await audit.record(ctx, action="merchants.settings.changed", details={"changed": sorted(checked)})
    return row


async def raise_epoch(merchant: Context | UUID) -> None:
    """Make every process look at the merchant's rights, plugins and settings again with its next request.

    Call it first in the transaction of the change: it also locks the merchant's row, so that changes of
    one merchant's rights happen one after the other on both databases.

    Raises:
        NotFoundError: there is no such merchant.
    """
    merchant_id = merchant if isinstance(merchant, UUID) else merchant.merchant.id
    if not await Merchant.filter(id=merchant_id).update(epoch=F("epoch") + 1):
        raise _unknown()


def ref_of(row: Merchant) -> MerchantRef:
    """What a context carries of a merchant."""
    return MerchantRef(row.id, row.slug, row.name, row.timezone, row.currency, row.locale, row.document_mode)


def require_platform(ctx: Context) -> None:
    """Raises: ForbiddenError where the actor is not the platform itself."""
    if ctx.actor.kind != "platform":
        raise ForbiddenError(
            Text("Only the platform may do this.", "仅平台可以执行此操作。"),
            hint=Text("Use the command line or a platform token.", "请使用命令行或平台令牌。"),
        )


def _checked_settings(new: NewMerchant) -> dict[str, Any]:
    return {name: check(getattr(new, name)) for name, check in CHECKS.items()}


async def _get(merchant_id: UUID) -> Merchant:
    row = await Merchant.get_or_none(id=merchant_id)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFoundError:
    return NotFoundError(
        Text("There is no such merchant.", "商户不存在。"),
        hint=Text("Check the id; the merchant may have been removed.", "请检查标识；该商户可能已被移除。"),
    )


def _slug_taken() -> ConflictError:
    return ConflictError(
        Text("Another merchant has this slug.", "该商户标识已被使用。"),
        hint=Text("Choose another slug.", "请换一个标识。"),
        path=("slug",),
    )


def _stale(current: int) -> ConflictError:
    return ConflictError(
        Text("The merchant was changed meanwhile.", "商户已被他人修改。"),
        hint=Text("Read it again and repeat the change.", "请重新读取后再修改。"),
        details={"currentVersion": current},
    )
