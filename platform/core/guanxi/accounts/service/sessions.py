"""Sessions of staff: whose a cookie is (one statement where nothing changed), and their ends."""

import hashlib
import secrets
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from tortoise.exceptions import OperationalError

from guanxi import audit
from guanxi.accounts import errors, permissions, rules
from guanxi.accounts.models import Session
from guanxi.accounts.service import rights
from guanxi.accounts.service.rights import PluginsOf
from guanxi.context import Context, Principal, SignIn
from guanxi.db.database import Database
from guanxi.db.fields import IdField, UtcField
from guanxi.db.merchant import acting_for
from guanxi.errors import UnauthenticatedError, UnavailableError
from guanxi.schema.ids import encode
from guanxi.staff import rules as staff_rules

COLUMNS = (
    "SELECT s.key_hash, s.public_id, s.home_id, s.person_id, s.rights, s.agent, s.address, s.signed_in_at, s.seen_at,"
    " s.expires_at, s.ended_at, m.epoch FROM session s JOIN merchant m ON m.id = s.home_id"
)
BY_KEY = f"{COLUMNS} WHERE s.key_hash = ?1"
BY_PUBLIC_ID = f"{COLUMNS} WHERE s.public_id = ?1"
REMEMBERED = 10_000
_identifier, _moment = IdField(), UtcField()


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a sign-in comes from, and the session that the browser had."""

    address: str
    agent: str = ""
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """Whose session it is; ``key`` where the browser must keep another id from now on."""

    principal: Principal
    key: str | None = None


@dataclass(slots=True)
class _Remembered:
    principal: Principal
    rights: str
    used_at: datetime | None = None


_memories: WeakKeyDictionary[Database, OrderedDict[str, _Remembered]] = WeakKeyDictionary()


def hash_of(key: str) -> str:
    """What is stored of an id, which has 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


async def open_session(merchant_id: UUID, person_id: UUID, browser: Browser, now: datetime) -> str:
    """The id of a new session, for the cookie alone; the one that the browser had before ends."""
    if browser.session is not None:
        await Session.filter(key_hash=hash_of(browser.session), home_id=merchant_id).update(ended_at=now)
    held = await rights.held_by(person_id)
    return await _create(
        home_id=merchant_id,
        person_id=person_id,
        rights=held.digest,
        agent=browser.agent[:200],
        address=browser.address[:45],
        signed_in_at=now,
        seen_at=now,
        expires_at=now + rules.ABSOLUTE,
    )


async def resume(db: Database, key: str, now: datetime, *, plugins_of: PluginsOf, may_rotate: bool = True) -> Resumed:
    """Whose session an id is, with the rights as of now in every process.

    Where the rights are others than those that the id was made for, it gets a successor.

    Raises:
        UnauthenticatedError: unknown, idle, ended, or of somebody who is not active: all alike.
    """
    key_hash = hash_of(key)
    row, epoch = await _find(db, BY_KEY, key_hash, now)
    memory = _memories.setdefault(db, OrderedDict())
    known = memory.get(key_hash)
    if known is None or known.principal.epoch != epoch:
        known = await _remember(row, epoch, plugins_of, known)
    memory[key_hash] = known
    memory.move_to_end(key_hash)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
    successor = await _rotate(db, row, known.rights, now) if may_rotate and row.rights != known.rights else None
    if successor is None:
        await _note_use(known, row, now)
    return Resumed(known.principal, successor)


async def renewed(db: Database, principal: Principal, now: datetime, *, plugins_of: PluginsOf) -> Principal | None:
    """The principal of an open socket as it is now; None once its session has ended."""
    if principal.sign_in is None:
        return None
    try:
        row, epoch = await _find(db, BY_PUBLIC_ID, principal.sign_in.credential, now)
        if epoch == principal.epoch:
            return principal
        current, _digest = await rights.principal_of(row.person_id, row.home_id, epoch, principal.sign_in, plugins_of)
    except UnauthenticatedError:
        return None
    return current


async def note_use(principal: Principal, now: datetime) -> None:
    """What is asked over a socket keeps its session alive, too."""
    if principal.actor.kind == "staff" and principal.sign_in is not None:
        due = Session.filter(public_id=principal.sign_in.credential, seen_at__lte=now - rules.USED_EVERY)
        with suppress(OperationalError, UnavailableError):
            await due.update(seen_at=now)


async def end(key: str, now: datetime) -> None:
    """Sign out. What is no session any more stays as it is."""
    await Session.filter(key_hash=hash_of(key), ended_at=None).update(ended_at=now)


async def end_all(merchant_id: UUID, person_id: UUID, now: datetime, *, but: str = "") -> None:
    """End a person's sessions but the one with this public id, in the caller's transaction."""
    theirs = Session.filter(home_id=merchant_id, person_id=person_id).exclude(public_id=but)
    await theirs.filter(ended_at=None).update(ended_at=now)


async def list_sessions(ctx: Context, person_id: UUID | None = None) -> list[Session]:
    """The standing sessions of a person, oneself unless another is named; newest first.

    Raises:
        ForbiddenError: another's, without accounts.session.revoke.
        ConflictError: the actor is no person.
    """
    if person_id != ctx.actor.person_id or person_id is None:
        person_id = _allowed_person(ctx, person_id)
    rows = await Session.filter(home_id=ctx.merchant.id, person_id=person_id).order_by("-signed_in_at").limit(100)
    now = ctx.now()
    return [row for row in rows if rules.is_standing(row.seen_at, row.expires_at, row.ended_at, now)]


async def revoke_session(ctx: Context, public_id: str) -> Session:
    """End a session, one's own or, with accounts.session.revoke, another's; its sockets close within a second.

    Raises:
        NotFoundError: the merchant has no such session, or it is not the actor's to end.
    """
    row = await Session.get_or_none(public_id=public_id, home_id=ctx.merchant.id)
    if row is None or (row.person_id != ctx.actor.person_id and not ctx.can(permissions.END_SESSIONS)):
        raise errors.unknown_session()
    async with ctx.transaction():
        if await Session.filter(public_id=public_id, ended_at=None).update(ended_at=ctx.now()):
            subject = encode(staff_rules.PERSON, row.person_id)
            await audit.record(ctx, action="accounts.session.revoked", subject=subject)
    return row


def _allowed_person(ctx: Context, person_id: UUID | None) -> UUID:
    if person_id is not None:
        ctx.require(permissions.END_SESSIONS)
        return person_id
    if ctx.actor.person_id is None:
        raise errors.not_a_person()
    return ctx.actor.person_id


async def _find(db: Database, sql: str, value: str, now: datetime) -> tuple[Session, int]:
    rows = await db.fetch(sql, [value])
    row = _read(rows[0]) if rows else None
    if row is None or not rules.is_standing(row.seen_at, row.expires_at, row.ended_at, now):
        raise errors.signed_out()
    return row, rows[0]["epoch"]


def _read(record: dict[str, Any]) -> Session:
    fields = {name: value for name, value in record.items() if name != "epoch"}
    fields |= {name: _identifier.to_python_value(fields[name]) for name in ("home_id", "person_id")}
    moments = ("signed_in_at", "seen_at", "expires_at", "ended_at")
    return Session(**fields | {name: _moment.to_python_value(fields[name]) for name in moments})


async def _remember(row: Session, epoch: int, plugins_of: PluginsOf, before: _Remembered | None) -> _Remembered:
    sign_in = SignIn(row.public_id, row.signed_in_at, row.expires_at)
    principal, digest = await rights.principal_of(row.person_id, row.home_id, epoch, sign_in, plugins_of)
    return _Remembered(principal, digest, before.used_at if before else None)


async def _rotate(db: Database, row: Session, digest: str, now: datetime) -> str | None:
    """A successor with the rights of now; None where a request beside this one has made it."""
    kept = ("home_id", "person_id", "agent", "address", "signed_in_at", "expires_at")
    with acting_for(row.home_id):
        async with db.transaction():
            mine = Session.filter(key_hash=row.key_hash, rights=row.rights, ended_at=None)
            if not await mine.update(rights=digest, ended_at=now + rules.GRACE):
                return None
            return await _create(rights=digest, seen_at=now, **{name: getattr(row, name) for name in kept})


async def _create(**columns: Any) -> str:
    key = secrets.token_urlsafe(32)
    await Session.create(key_hash=hash_of(key), public_id=secrets.token_urlsafe(16), **columns)
    return key


async def _note_use(known: _Remembered, row: Session, now: datetime) -> None:
    """Write the time of use, at most once a minute over all processes. A busy database is no reason to refuse."""
    if now - max(row.seen_at, known.used_at or row.seen_at) < rules.USED_EVERY:
        return
    known.used_at = now
    with suppress(OperationalError, UnavailableError):
        await Session.filter(key_hash=row.key_hash, seen_at__lte=now - rules.USED_EVERY).update(seen_at=now)
