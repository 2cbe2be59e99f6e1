"""Signing in: with a password, or with an invitation that sets one."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from guanxi import audit
from guanxi.accounts import errors, permissions, rules
from guanxi.accounts.models import Account, Invitation
from guanxi.accounts.service import lockout, passwords, rights, sessions
from guanxi.accounts.service.sessions import Browser
from guanxi.context import Context
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.errors import BadUserInputError, Text
from guanxi.merchants.models import Merchant
from guanxi.schema.ids import encode
from guanxi.staff import rules as staff_rules
from guanxi.staff.models import StaffMember
from guanxi.staff.rules import StaffState
from guanxi.staff.service import roles

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Password:
    """What somebody types to sign in."""

    merchant: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: its id is for the cookie alone."""

    key: str
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its text, which exists nowhere else."""

    text: str
    expires_at: datetime


async def sign_in(db: Database, given: Password, browser: Browser, now: datetime) -> SignedIn:
    """Open a session for whoever knows the password. Every failure costs and says the same.

    Raises:
        UnauthenticatedError: unknown merchant, unknown or inactive person, wrong password.
        RateLimitedError: the account or the address has failed too often.
    """
    account_key, address_key = rules.account_key(given.merchant, given.email), rules.address_key(browser.address)
    merchant = await Merchant.get_or_none(slug=given.merchant)
    with acting_for(merchant.id if merchant else NOBODY):
        tries = {account_key: rules.ACCOUNT_TRIES, address_key: rules.ADDRESS_TRIES}
        await lockout.count_try(db.transaction, tries, now)
        account = await Account.get_or_none(person__email=rules.normalised_email(given.email)).select_related("person")
        password = rules.as_hashed(given.password)
        fits = await passwords.verify(account.password_hash if account else None, password)
        if account is None or not fits or account.person.state != StaffState.ACTIVE:
            raise errors.wrong_password()
        renewed_hash = await passwords.hash_of(password) if passwords.is_outdated(account.password_hash) else None
        async with db.transaction():
            await lockout.forgive(account=account_key, address=address_key)
            if renewed_hash is not None:
                await Account.filter(id=account.id).update(password_hash=renewed_hash)
            return await _enter(account.merchant_id, account.person, browser, now)


async def invite(ctx: Context, person_id: UUID) -> Invited:
    """Let somebody set a password, for the first time or anew. An earlier invitation ends.

    Raises:
        ForbiddenError: accounts.staff.invite is missing, or the person may do more than the actor.
        NotFoundError: the merchant has no such person.
        ConflictError: the person is suspended.
    """
    ctx.require(permissions.INVITE)
    if ctx.idempotency_key is not None:
        raise BadUserInputError(
            Text("An invitation cannot be made under an idempotency key.", "创建邀请时不能使用幂等键。"),
            hint=Text("Send it without a key; a repeated invitation replaces the first.", "请不要附带幂等键。"),
        )
    async with ctx.transaction():
        person = await StaffMember.get_or_none(id=person_id)
        if person is None:
            raise errors.unknown_person()
        if person.state == StaffState.SUSPENDED:
            raise errors.suspended_person()
        roles.check_grant(ctx, (await rights.held_by(person_id)).permissions)
        await audit.record(ctx, action="accounts.staff.invited", subject=encode(staff_rules.PERSON, person_id))
        return await _invite(ctx, person_id)


async def accept(db: Database, text: str, password: str, browser: Browser, now: datetime) -> SignedIn:
    """Set the password of whoever was invited, end all other sessions of the person, and sign in.

    Raises:
        UnauthenticatedError: the invitation is unknown, used, replaced or expired.
        BadUserInputError: the password is refused; the invitation stays good.
        RateLimitedError: the address has failed too often.
    """
    address_key = rules.address_key(browser.address)
    await lockout.count_try(db.transaction, {address_key: rules.ADDRESS_TRIES}, now)
    invitation = await _find_invitation(text, now)
    with acting_for(invitation.home_id):
        person = await StaffMember.get_or_none(id=invitation.person_id)
        if person is None or person.state == StaffState.SUSPENDED:
            raise errors.spent_invitation()
        stored = await passwords.hash_of(rules.checked_password(password, email=person.email))
        async with db.transaction():
            if not await Invitation.filter(public_id=invitation.public_id, ended_at=None).update(ended_at=now):
                raise errors.spent_invitation()
            await StaffMember.filter(id=person.id, state=StaffState.INVITED.value).update(
                state=StaffState.ACTIVE.value, version=person.version + 1
            )
            await lockout.forgive(address=address_key)
            await set_password(person, stored, now)
            return await _enter(invitation.home_id, person, browser, now)


async def change_password(ctx: Context, *, current: str, new: str) -> None:
    """Change one's own password; all other sessions of the person end. Hashes outside any transaction.

    Raises:
        ConflictError: the actor is no person.
        UnauthenticatedError: the current password is wrong.
        BadUserInputError: the new one is refused.
        RateLimitedError: the account has failed too often.
    """
    account = await Account.get_or_none(person_id=ctx.actor.person_id).select_related("person")
    if account is None or ctx.principal.sign_in is None:
        raise errors.not_a_person()
    wanted = rules.checked_password(new, email=account.person.email, field="newPassword")
    key = rules.account_key(ctx.merchant.slug, account.person.email)
    await lockout.count_try(ctx.transaction, {key: rules.ACCOUNT_TRIES}, ctx.now())
    if not await passwords.verify(account.password_hash, rules.as_hashed(current)):
        raise errors.wrong_password()
    stored = await passwords.hash_of(wanted)
    async with ctx.transaction():
        await lockout.forgive(account=key)
        await set_password(account.person, stored, ctx.now(), but=ctx.principal.sign_in.credential)
        subject = encode(staff_rules.PERSON, account.person_id)
        await audit.record(ctx, action="accounts.password.changed", subject=subject)


async def set_password(person: StaffMember, stored: str, now: datetime, *, but: str = "") -> None:
    """Write the hash of a password and end the person's sessions but one, in the caller's transaction."""
    changed = await Account.filter(person_id=person.id).update(password_hash=stored, changed_at=now)
    if not changed:
        await Account.create(person_id=person.id, password_hash=stored, changed_at=now)
    await sessions.end_all(person.merchant_id, person.id, now, but=but)


async def _enter(merchant_id: UUID, person: StaffMember, browser: Browser, now: datetime) -> SignedIn:
    key = await sessions.open_session(merchant_id, person.id, browser, now)
    return SignedIn(key, person.name, now + rules.ABSOLUTE)


async def _invite(ctx: Context, person_id: UUID) -> Invited:
    now = ctx.now()
    await Invitation.filter(home_id=ctx.merchant.id, person_id=person_id, ended_at=None).update(ended_at=now)
    public_id, secret = (_random(length) for length in (staff_rules.PUBLIC_LENGTH, staff_rules.SECRET_LENGTH))
    text, until = rules.make_invitation(public_id, secret), now + rules.INVITED_FOR
    await Invitation.create(
        public_id=public_id,
        secret_hash=sessions.hash_of(text),
        home_id=ctx.merchant.id,
        person_id=person_id,
        created_at=now,
        expires_at=until,
    )
    return Invited(text, until)


async def _find_invitation(text: str, now: datetime) -> Invitation:
    public_id = rules.parse_invitation(text)
    found = await Invitation.get_or_none(public_id=public_id) if public_id is not None else None
    fits = hmac.compare_digest(found.secret_hash if found else "", sessions.hash_of(text))
    if found is None or not fits or found.ended_at or now >= found.expires_at:
        raise errors.spent_invitation()
    return found


def _random(length: int) -> str:
    return "".join(secrets.choice(staff_rules.BASE62) for _ in range(length))
