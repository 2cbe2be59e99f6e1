"""What a customer's own fields may hold."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypedDict

from guanxi.customers import errors
from guanxi.customers.rules import text
from guanxi.errors import Text

MAX_NAME = 120
MAX_SOURCE = 60
MAX_EXTERNAL_ID = 200
EARLIEST_BIRTHDAY = date(1900, 1, 1)
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
SYSTEM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}", re.ASCII)
CJK = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Gender(StrEnum):
    """A closed set; a column that is null says that it is not known."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Lifecycle(StrEnum):
    """How near a customer is to the shop."""

    LEAD = "lead"
    ACTIVE = "active"
    DORMANT = "dormant"
    LOST = "lost"
    BLOCKED = "blocked"


class CustomerFields(TypedDict, total=False):
    """A customer's own fields. An absent key keeps its value (on creation: its default), None clears it."""

    display_name: str | None
    given_name: str | None
    family_name: str | None
    gender: str | None
    birthday: date | None
    is_lunar_birthday: bool
    locale: str | None
    timezone: str | None
    lifecycle: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What another system calls a customer."""

    system: str
    external_id: str


def checked_fields(fields: CustomerFields, *, today: date, timezones: Collection[str]) -> dict[str, Any]:
    """The fields as they are stored. ``today`` is the merchant's. Raises: BadUserInputError at the field."""
    checks: Mapping[str, Callable[[Any], object]] = {
        "display_name": lambda name: _name(name, "displayName"),
        "given_name": lambda name: _name(name, "givenName"),
        "family_name": lambda name: _name(name, "familyName"),
        "gender": lambda gender: None if gender is None else text.checked_member(gender, Gender, "gender"),
        "birthday": lambda birthday: _birthday(birthday, today),
        "is_lunar_birthday": bool,
        "locale": _locale,
        "timezone": lambda name: _timezone(name, timezones),
        "lifecycle": lambda stage: text.checked_member(stage, Lifecycle, "lifecycle"),
        "source": lambda source: None if source is None else text.clean_text(source, "source", MAX_SOURCE) or None,
    }
    return {name: checks[name](value) for name, value in fields.items()}


def display_name_of(given_name: str | None, family_name: str | None) -> str:
    """The name to show where none is given: family name first in Chinese. Raises: BadUserInputError."""
    parts = [part for part in (family_name, given_name) if part]
    if not parts:
        raise errors.refused(
            "displayName",
            Text("A customer needs a name to show.", "客户需要显示名称。"),
            Text("Send displayName, or a given or family name.", "请填写显示名称，或名、姓。"),
        )
    if any(CJK.search(part) for part in parts):
        return "".join(parts)[:MAX_NAME]
    return " ".join(reversed(parts))[:MAX_NAME].strip()


def checked_identity(identity: Identity) -> Identity:
    """The identity as it is stored; the external id keeps its case. Raises: BadUserInputError."""
    text.check_text(identity.system, "system", MAX_SOURCE)
    system = text.fold_case(identity.system)
    if not SYSTEM.fullmatch(system):
        raise errors.refused(
            "system",
            Text("The external system's name cannot be used.", "外部系统名称不可用。"),
            Text("Write up to 40 letters, digits, dots or hyphens.", "请使用不超过 40 个字母、数字、点或连字符。"),
        )
    text.check_text(identity.external_id, "externalId", MAX_EXTERNAL_ID)
    external_id = identity.external_id.strip()
    if not external_id:
        raise errors.refused(
            "externalId",
            Text("The external id is empty.", "外部编号不能为空。"),
            Text("Send the customer's id in the other system.", "请填写客户在外部系统中的编号。"),
        )
    return Identity(system, external_id)


def _name(name: str | None, field: str) -> str | None:
    return None if name is None else text.clean_text(name, field, MAX_NAME) or None


def _birthday(birthday: date | None, today: date) -> date | None:
    if birthday is not None and not EARLIEST_BIRTHDAY <= birthday <= today:
        raise errors.refused(
            "birthday",
            Text("The birthday cannot be right.", "生日不合理。"),
            Text(f"Send a day between {EARLIEST_BIRTHDAY} and today.", f"请填写 {EARLIEST_BIRTHDAY} 至今天的日期。"),
        )
    return birthday


def _locale(tag: str | None) -> str | None:
    if tag is not None and not LOCALE.fullmatch(tag):
        raise errors.refused(
            "locale",
            Text("The locale cannot be used.", "语言区域不可用。"),
            Text("Use a BCP 47 tag such as zh-CN.", "请使用 BCP 47 标签，例如 zh-CN。"),
        )
    return tag


def _timezone(name: str | None, known: Collection[str]) -> str | None:
    if name is not None and name not in known:
        raise errors.refused(
            "timezone",
            Text("There is no such time zone.", "时区不存在。"),
            Text("Use an IANA name such as Asia/Shanghai.", "请使用 IANA 名称，例如 Asia/Shanghai。"),
        )
    return name
