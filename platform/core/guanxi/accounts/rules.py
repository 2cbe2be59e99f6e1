"""Passwords that are accepted, how long failures lock, how long sessions last, and the text of keys and claims."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from guanxi.accounts import errors
from guanxi.errors import Text
from guanxi.staff import rules as staff_rules

SHORTEST, LONGEST = 12, 200
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
# Requests that were on their way when the id was replaced still bring the old one.
GRACE = timedelta(seconds=30)
USED_EVERY = timedelta(minutes=1)
INVITED_FOR = timedelta(days=7)
FORGET_FAILURES_AFTER = timedelta(days=1)
FIRST_LOCK, LONGEST_LOCK = timedelta(seconds=30), timedelta(minutes=15)
# An address may be that of a whole office.
ACCOUNT_TRIES, ADDRESS_TRIES = 5, 50

SHOPPER_SECONDS: Final = 3_600
LEEWAY = timedelta(seconds=30)
MAX_OVERLAP = timedelta(days=7)
AUDIENCE: Final = "guanxi"
CUSTOMER_TAG: Final = "cus"
CUSTOMER = re.compile(rf"{CUSTOMER_TAG}_([0-9a-f]{{32}})")
KEY = re.compile(rf"(gx_shop_([0-9A-Za-z]{{{staff_rules.PUBLIC_LENGTH}}}))_([0-9A-Za-z]{{6}})")
INVITATION = re.compile(r"(gx_invite_([0-9A-Za-z]{8})_[0-9A-Za-z]{43})_([0-9A-Za-z]{6})")


def checked_password(password: str, *, email: str, field: str = "password") -> str:
    """A new password as it is hashed: the same, however a keyboard composes its characters.

    Raises:
        BadUserInputError: it is too short, too long, the address, or the same character again and again.
    """
    text = as_hashed(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise errors.refused(
            field,
            Text("The password has not the right length.", "密码长度不符合要求。"),
            Text(f"Use {SHORTEST} to {LONGEST} characters.", f"请使用 {SHORTEST} 到 {LONGEST} 个字符。"),
        )
    if text.casefold() == email.casefold() or len(set(text)) < 4:
        raise errors.refused(
            field,
            Text("The password is easy to guess.", "密码过于简单。"),
            Text("Use a sentence, for example.", "例如使用一句话。"),
        )
    return text


def as_hashed(password: str) -> str:
    """The form that is hashed. What is too long for any password is cut: it is wrong anyway."""
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST])


def account_key(slug: str, email: str) -> str:
    """Under which failures of an account are counted, whether it exists or not."""
    return hashlib.sha256(f"account\0{slug.lower()}\0{normalised_email(email)}".encode()).hexdigest()


def address_key(address: str) -> str:
    """Under which failures from an address are counted. An IPv6 address counts by its network."""
    network = ":".join(address.split(":")[:4]) if address.count(":") > 1 else address
    return hashlib.sha256(f"address\0{network}".encode()).hexdigest()


def normalised_email(email: str) -> str:
    """As staff members' addresses are stored."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def lock_after(failures: int, tries: int) -> timedelta | None:
    """How long nothing is tried after so many failures in a row: doubling, a quarter of an hour at most."""
    if failures < tries:
        return None
    return min(FIRST_LOCK * (1 << min(failures - tries, 10)), LONGEST_LOCK)


def is_standing(seen_at: datetime, expires_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a session may still be used."""
    return (ended_at is None or now < ended_at) and now < expires_at and now - seen_at < IDLE


def rights_digest(*facts: object) -> str:
    """What decides over somebody's rights, as one value to compare."""
    return hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()


def make_key(public_id: str) -> str:
    """``gx_shop_<public id>_<checksum>``."""
    body = f"gx_shop_{public_id}"
    return f"{body}_{staff_rules.checksum(body)}"


def parse_shopper(text: str) -> tuple[str, str] | None:
    """The public id of the key and the JWT in ``KEY.JWT``; None where the text has another form."""
    key, _, token = text.partition(".")
    match = KEY.fullmatch(key)
    if match is None or staff_rules.checksum(match[1]) != match[3] or token.count(".") != 2:
        return None
    return match[2], token


def make_invitation(public_id: str, secret: str) -> str:
    """``gx_invite_<public id>_<secret>_<checksum>``."""
    body = f"gx_invite_{public_id}_{secret}"
    return f"{body}_{staff_rules.checksum(body)}"


def parse_invitation(text: str) -> str | None:
    """The public id of an invitation; None where the text is none."""
    match = INVITATION.fullmatch(text)
    return match[2] if match is not None and staff_rules.checksum(match[1]) == match[3] else None


def checked_claims(claims: Mapping[str, Any], *, key: str, now: datetime) -> tuple[UUID, datetime, datetime]:
    """The customer, when the token was made and when it ends. Signature and audience are checked already.

    Raises:
        UnauthenticatedError: it is not of this key, not of this moment, lives too long, or names no customer.
    """
    try:
        issued, begins, until = (datetime.fromtimestamp(int(claims[name]), UTC) for name in ("iat", "nbf", "exp"))
    except (ValueError, TypeError, OverflowError, OSError):
        raise errors.wrong_shopper_token() from None
    is_early = max(issued, begins) > now + LEEWAY
    is_long = until - issued > timedelta(seconds=SHOPPER_SECONDS)
    customer = CUSTOMER.fullmatch(str(claims["sub"]))
    if claims["iss"] != key or is_early or is_long or now >= until or customer is None:
        raise errors.wrong_shopper_token()
    return UUID(customer[1]), issued, until
