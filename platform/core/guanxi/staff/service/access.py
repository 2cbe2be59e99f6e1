"""Whom an arriving token stands for: one statement when its merchant's epoch is known already."""

import hmac
import inspect
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from tortoise.exceptions import OperationalError
from tortoise.expressions import Q

from guanxi.context import Actor, MerchantRef, Principal
from guanxi.db.database import Database
from guanxi.db.fields import IdField, UtcField
from guanxi.db.merchant import acting_for
from guanxi.errors import UnavailableError
from guanxi.merchants import service as merchants
from guanxi.merchants.models import Merchant
from guanxi.permissions import SIGNED_IN, Permission
from guanxi.staff import errors, rules
from guanxi.staff.models import ApiToken
from guanxi.staff.service import roles, scopes, tokens

PluginsOf = Callable[[UUID], frozenset[str] | Awaitable[frozenset[str]]]

CREDENTIAL = (
    "SELECT c.secret_hash, c.expires_at, c.revoked_at, c.home_id, m.epoch"
    " FROM credential c LEFT JOIN merchant m ON m.id = c.home_id WHERE c.public_id = ?1"
)
REMEMBERED = 10_000
USED_EVERY = timedelta(minutes=1)
NOWHERE = MerchantRef(UUID(int=0), "", "")
_identifier, _moment = IdField(), UtcField()


@dataclass(frozen=True, slots=True)
class _Credential:
    """A row of CREDENTIAL in Python's own types."""

    secret_hash: bytes
    expires_at: datetime | None
    revoked_at: datetime | None
    home_id: UUID | None
    epoch: int | None

    def stands(self, now: datetime) -> bool:
        return rules.is_live(self.expires_at, self.revoked_at, now) and (self.home_id is None) == (self.epoch is None)


@dataclass(slots=True)
class _Remembered:
    principal: Principal
    used_at: datetime | None = None


# One memory per database of the process: equal ids in two databases are two tokens.
_memories: WeakKeyDictionary[Database, OrderedDict[str, _Remembered]] = WeakKeyDictionary()


def no_plugins(_merchant_id: UUID) -> frozenset[str]:
    """For installations without a plugin host."""
    return frozenset()


async def authenticate(
    db: Database, token_text: str, now: datetime, *, plugins_of: PluginsOf = no_plugins
) -> Principal:
    """Whom the token stands for, with its rights as of this moment in every process.

    Args:
        db: bound to the running task.
        token_text: what the client sent, without ``Bearer``.
        now: aware UTC.
        plugins_of: the ids of the plugins that a merchant has enabled; asked again when its epoch rises.

    Raises:
        UnauthenticatedError: malformed, unknown, expired or revoked: all alike.
    """
    parsed = rules.parse_token(token_text)
    if parsed is None:
        raise errors.unauthenticated()
    found = await _credential(db, parsed.public_id)
    fits = hmac.compare_digest(found.secret_hash if found else bytes(32), tokens.hash_of(token_text))
    if found is None or not fits or not found.stands(now):
        raise errors.unauthenticated()
    if found.home_id is None or found.epoch is None:
        return Principal(NOWHERE, Actor("platform", parsed.public_id, frozenset({SIGNED_IN})))
    memory = _memories.setdefault(db, OrderedDict())
    known = memory.get(parsed.public_id)
    if known is None or known.principal.epoch != found.epoch:
        principal = await _principal(parsed.public_id, found.home_id, found.epoch, plugins_of)
        known = _Remembered(principal, known.used_at if known else None)
    _remember(memory, parsed.public_id, known)
    await _note_use(known, now)
    return known.principal


async def still_valid(db: Database, principal: Principal, now: datetime) -> bool:
    """Whether nothing changed since the principal was made: its token stands and no right or plugin changed.

    Where it is False, authenticate again: the token may be good and only its rights be others.
    """
    found = await _credential(db, principal.actor.id)
    return found is not None and found.stands(now) and (found.epoch or 0) == principal.epoch


async def renewed(
    db: Database, principal: Principal, now: datetime, *, plugins_of: PluginsOf = no_plugins
) -> Principal | None:
    """The principal of an open socket as it is now: the same, one with other rights, or None once its token fell."""
    found = await _credential(db, principal.actor.id)
    if found is None or not found.stands(now):
        return None
    if found.home_id is None or found.epoch is None or found.epoch == principal.epoch:
        return principal
    return await _principal(principal.actor.id, found.home_id, found.epoch, plugins_of)


def platform_principal(merchant: MerchantRef | None = None) -> Principal:
    """The platform itself, as the command line acts, for a merchant or for none."""
    return Principal(merchant or NOWHERE, Actor("platform", "cli", frozenset(Permission.known)))


async def _credential(db: Database, public_id: str) -> _Credential | None:
    rows = await db.fetch(CREDENTIAL, [public_id])
    return _read(rows[0]) if rows else None


def _read(row: dict[str, Any]) -> _Credential:
    return _Credential(
        bytes(row["secret_hash"]),
        _moment.to_python_value(row["expires_at"]),
        _moment.to_python_value(row["revoked_at"]),
        _identifier.to_python_value(row["home_id"]),
        row["epoch"],
    )


async def _principal(public_id: str, merchant_id: UUID, epoch: int, plugins_of: PluginsOf) -> Principal:
    """The rest, read after the epoch: newer than it perhaps, then the next request reads again; never older."""
    with acting_for(merchant_id):
        merchant = await Merchant.get_or_none(id=merchant_id)
        token = await ApiToken.get_or_none(public_id=public_id).select_related("role", "post")
        if merchant is None or token is None:
            raise errors.unauthenticated()
        plugins = plugins_of(merchant_id)
        enabled = await plugins if inspect.isawaitable(plugins) else plugins
    allowed = rules.permissions_of_token(roles.permissions_of(token.role), token.scopes)
    scope = scopes.scope_of(token.post, token_id=token.id) if token.post else None
    actor = Actor("token", public_id, allowed, post_id=token.post_id, scope=scope)
    return Principal(merchants.ref_of(merchant), actor, enabled, epoch, tuple(merchant.allowed_origins))


def _remember(memory: OrderedDict[str, _Remembered], public_id: str, entry: _Remembered) -> None:
    memory[public_id] = entry
    memory.move_to_end(public_id)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)


async def _note_use(known: _Remembered, now: datetime) -> None:
    """Write the time of use, at most once a minute over all processes. A busy database is no reason to refuse."""
    if known.used_at is not None and now - known.used_at < USED_EVERY:
        return
    known.used_at = now
    unused = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_EVERY)
    with acting_for(known.principal.merchant.id), suppress(OperationalError, UnavailableError):
        await ApiToken.filter(unused, public_id=known.principal.actor.id).update(last_used_at=now)
