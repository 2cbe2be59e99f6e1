"""The text of tokens, what roles and posts allow, and which grants are refused."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, get_args
from zlib import crc32

from guanxi.permissions import SIGNED_IN

# What the ids of staff, their posts and their tokens start with.
ROLE, TOKEN_TAG, UNIT, POST, PERSON, HOLDING = "rol", "tok", "unt", "pst", "stf", "hld"
TokenKind = Literal["api", "platform"]
KINDS: tuple[TokenKind, ...] = get_args(TokenKind)
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUBLIC_LENGTH, SECRET_LENGTH, CHECKSUM_LENGTH = 8, 43, 6
TOKEN = re.compile(
    rf"(gx_({'|'.join(KINDS)})_([0-9A-Za-z]{{{PUBLIC_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH}}})"
    rf"_([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)
MAX_OVERLAP = timedelta(days=7)
# Whoever decides over these decides over everybody's rights.
ADMINISTRATION = frozenset({"merchants", "staff", "plugins"})


@dataclass(frozen=True, slots=True)
class TokenText:
    """The parts of a well-formed token that are not secret."""

    kind: TokenKind
    public_id: str


def make_token(kind: TokenKind, public_id: str, secret: str) -> str:
    """``gx_<kind>_<public id>_<secret>_<checksum>``; the random parts are base62 and come from the caller."""
    body = f"gx_{kind}_{public_id}_{secret}"
    return f"{body}_{checksum(body)}"


def parse_token(text: str) -> TokenText | None:
    """None unless the text is well formed and its checksum fits, which a mistyped token's does not."""
    match = TOKEN.fullmatch(text)
    if match is None or checksum(match[1]) != match[4]:
        return None
    return TokenText(next(kind for kind in KINDS if kind == match[2]), match[3])


def checksum(body: str) -> str:
    """CRC-32 in six base62 digits: finds typing errors, protects nothing."""
    rest, digits = crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


def _everything(_permission: str) -> bool:
    return True


def _manages(permission: str) -> bool:
    plugin, verb = _ends(permission)
    return plugin not in ADMINISTRATION or verb == "read"


def _serves(permission: str) -> bool:
    """Daily work with customers. Revealing, voiding and managing are for managers."""
    plugin, verb = _ends(permission)
    return plugin not in ADMINISTRATION and verb in {"read", "write", "record"}


def _looks(permission: str) -> bool:
    return _ends(permission)[1] == "read"


def _ends(permission: str) -> tuple[str, str]:
    plugin, _resource, verb = permission.split(".")
    return plugin, verb


ADMIN = "admin"
# Rules over names, so that they also cover the permissions of plugins that nobody has written yet.
BUILTIN: Mapping[str, Callable[[str], bool]] = {
    ADMIN: _everything,
    "manager": _manages,
    "agent": _serves,
    "read-only": _looks,
}


def permissions_of_role(name: str, stored: Iterable[str], *, is_builtin: bool, known: Iterable[str]) -> frozenset[str]:
    """What a role allows: the stored names, for a built-in role those of ``known`` that its rule admits."""
    names = filter(BUILTIN[name], known) if is_builtin else stored
    return frozenset(map(str, names)) | {str(SIGNED_IN)}


def permissions_of_token(role: frozenset[str], scopes: Iterable[str]) -> frozenset[str]:
    """The role's permissions, narrowed to ``scopes`` where there are any."""
    narrow = frozenset(scopes)
    return (role & narrow if narrow else role) | {str(SIGNED_IN)}


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like a mistyped one."""
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.0)), None)


def is_live(expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> bool:
    """Whether a token may still be used. It ends at the very moment of ``expires_at``."""
    return revoked_at is None and (expires_at is None or now < expires_at)


def rotated_expiry(expires_at: datetime | None, overlap: timedelta, now: datetime) -> datetime:
    """When the old token of a rotation ends: after the overlap, never later than it would have."""
    end = now + overlap
    return end if expires_at is None else min(expires_at, end)


def renewed_expiry(created_at: datetime, expires_at: datetime | None, now: datetime) -> datetime | None:
    """When the new token of a rotation ends: it lives as long as the old one was meant to."""
    return None if expires_at is None else now + (expires_at - created_at)


class Layer(StrEnum):
    """Whether a post leads or carries out."""

    MANAGEMENT = "management"
    EXECUTION = "execution"


class Reach(StrEnum):
    """Whose customers a post sees: its own, those of its unit, of that and all units below, or all."""

    OWN = "own"
    UNIT = "unit"
    SUBTREE = "subtree"
    MERCHANT = "merchant"


class StaffState(StrEnum):
    """Whether a person may sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"


EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]+\.[^@\s\x00-\x1f\x7f.]{2,}")
MAX_EMAIL = 254


def clean_email(text: str) -> str | None:
    """An e-mail address as it is compared; None where it is none."""
    address = unicodedata.normalize("NFKC", text).strip().lower()
    return address if len(address) <= MAX_EMAIL and EMAIL.fullmatch(address) else None


def reaches_no_further(given: str, own: str) -> bool:
    """Whether a post of this reach, in a unit that the giver sees, sees no more than the giver of reach ``own``."""
    if own == Reach.SUBTREE:
        return given in {Reach.OWN, Reach.UNIT, Reach.SUBTREE}
    return own == Reach.UNIT and given in {Reach.OWN, Reach.UNIT}
