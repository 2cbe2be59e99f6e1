"""What a contact point may hold, and the form in which two of a kind are compared."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypedDict

import email_validator

from guanxi.customers import errors
from guanxi.customers.rules import addresses, phones, text
from guanxi.customers.rules.text import Normal
from guanxi.errors import Text

MAX_VALUE = 500
MAX_SOURCE = 60
PART_LIMITS = {"province": 120, "city": 120, "district": 120, "street": 300, "postcode": 20}
PLACE = ("province", "city", "district", "street")
Parts = dict[str, str | None]
# An id that people choose: six to twenty, beginning with a letter; no case. An open id or union id: case matters.
WECHAT_ID = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]{5,19}", re.ASCII)
WECHAT_MACHINE_ID = re.compile(r"(?:wxid_[a-zA-Z0-9]{10,30}|[a-zA-Z0-9_-]{28,29})", re.ASCII)


class ContactKind(StrEnum):
    """What kinds of contact points there are."""

    PHONE = "phone"
    EMAIL = "email"
    WECHAT = "wechat"
    ADDRESS = "address"
    OTHER = "other"


class Collected(StrEnum):
    """Whether the customer gave it, or somebody else did."""

    DIRECT = "direct"
    INDIRECT = "indirect"


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact point as it comes in. An address may come in parts, as one text, or both."""

    kind: str
    value: str = ""
    is_verified: bool = False
    is_preferred: bool = False
    province: str | None = None
    city: str | None = None
    district: str | None = None
    street: str | None = None
    postcode: str | None = None
    source: str | None = None
    collected: str = Collected.DIRECT.value


class ContactFields(TypedDict, total=False):
    """What may change of a contact point; an absent key keeps its value, None clears it."""

    value: str
    is_verified: bool
    is_preferred: bool
    province: str | None
    city: str | None
    district: str | None
    street: str | None
    postcode: str | None
    source: str | None
    collected: str


def checked_contact(contact: NewContact, region: str) -> dict[str, Any]:
    """The columns of a contact point. An invalid value is kept and marked, never dropped.

    Args:
        contact: as it came in.
        region: in which a phone number without country code is read.

    Raises:
        BadUserInputError: unstorable, over-long or empty text, or an unknown kind.
    """
    kind = text.checked_member(contact.kind, ContactKind, "kind")
    parts = _checked_parts(contact)
    value = _checked_value(contact.value, kind, parts)
    normal = _normalise(kind, value, parts, region)
    return {
        "kind": kind,
        "value": value,
        "normalised": normal.normalised,
        "is_valid": normal.reason is None,
        "invalid_reason": normal.reason,
        "is_verified": contact.is_verified,
        "is_preferred": contact.is_preferred,
        "is_service_number": normal.is_service_number,
        **parts,
        "source": None if contact.source is None else text.clean_text(contact.source, "source", MAX_SOURCE) or None,
        "collected": text.checked_member(contact.collected, Collected, "collected"),
    }


def normalise_email(value: str) -> Normal:
    """NFKC, no case, the domain in its readable form; nobody is asked whether it can be reached."""
    folded = text.fold_case(value).replace("。", ".")
    try:
        found = email_validator.validate_email(folded, check_deliverability=False).normalized
    except email_validator.EmailNotValidError:
        return Normal(None, "not_an_email")
    return Normal(text.fold_case(found))


def normalise_wechat(value: str) -> Normal:
    """A WeChat id without case; an open id or union id as it is."""
    plain = text.fold_blanks(value).replace(" ", "")
    if WECHAT_MACHINE_ID.fullmatch(plain):
        return Normal(plain)
    return Normal(plain.lower()) if WECHAT_ID.fullmatch(plain) else Normal(None, "not_a_wechat_id")


def compare_key(columns: Mapping[str, Any]) -> tuple[str, str]:
    """Two contact points of one customer with the same key are one; an invalid one is compared as it was given."""
    normalised = columns["normalised"]
    return columns["kind"], f"={normalised}" if normalised is not None else f"?{text.fold_case(columns['value'])}"


def _checked_parts(contact: NewContact) -> Parts:
    given: Parts = {name: getattr(contact, name) for name in PART_LIMITS}
    clean = {
        name: None if part is None else text.clean_text(part, name, PART_LIMITS[name]) or None
        for name, part in given.items()
    }
    return {**clean, "province": addresses.full_province(clean["province"])}


def _checked_value(given: str, kind: str, parts: Parts) -> str:
    text.check_text(given, "value", MAX_VALUE)
    value = given.strip()
    if not value and kind == ContactKind.ADDRESS:
        value = addresses.join_parts(*(parts[name] for name in PLACE))[:MAX_VALUE]
    if not text.fold_blanks(value):
        raise errors.refused(
            "value",
            Text("The contact point is empty.", "联系方式不能为空。"),
            Text("Send its value, or remove it.", "请填写内容，或删除此项。"),
        )
    return value


def _normalise(kind: str, value: str, parts: Parts, region: str) -> Normal:
    rules: Mapping[str, Callable[[], Normal]] = {
        ContactKind.PHONE: lambda: phones.normalise_phone(value, region),
        ContactKind.EMAIL: lambda: normalise_email(value),
        ContactKind.WECHAT: lambda: normalise_wechat(value),
        ContactKind.ADDRESS: lambda: _normalise_address(value, parts),
        ContactKind.OTHER: lambda: Normal(text.fold_case(value)),
    }
    found = rules[kind]()
    too_long = found.normalised is not None and len(found.normalised) > MAX_VALUE
    return Normal(None, "too_long") if too_long else found


def _normalise_address(value: str, parts: Parts) -> Normal:
    if not addresses.is_postcode(parts["postcode"]):
        return Normal(None, "not_a_postcode")
    place = [parts[name] for name in PLACE]
    key = addresses.address_key(*place) if any(place) else addresses.text_key(value)
    return Normal(key) if key else Normal(None, "not_an_address")
