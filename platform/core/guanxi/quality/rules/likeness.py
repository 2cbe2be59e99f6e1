"""How sure it is that two customers are one person, and why."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rapidfuzz import fuzz

from guanxi.quality.rules import folding, tokens

SUGGESTED = 50  # from this score on a pair is shown
ALIKE = 85  # of 100, from where on two names count as similar


class Reason(StrEnum):
    """What speaks for a pair. Declared from the strongest on."""

    PHONE = "phone"
    EMAIL = "email"
    SAME_NAME = "same_name"
    SAME_READING = "same_reading"
    EXTERNAL_ID = "external_id"
    SIMILAR_NAME = "similar_name"
    CITY = "city"
    BIRTHDAY = "birthday"


POINTS = {
    Reason.PHONE: 60,
    Reason.EMAIL: 60,
    Reason.SAME_NAME: 40,
    Reason.SAME_READING: 35,
    Reason.EXTERNAL_ID: 30,
    Reason.SIMILAR_NAME: 20,
    Reason.CITY: 15,
    Reason.BIRTHDAY: 20,
}
OTHER_BIRTHDAY, OTHER_GENDER = 30, 20  # what speaks against it


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is compared of a customer; values are normalised."""

    name: str
    phones: Set[str] = frozenset()
    emails: Set[str] = frozenset()
    external_ids: Set[str] = frozenset()
    cities: Set[str] = frozenset()
    birthday: date | None = None
    gender: str | None = None


def compare(one: Portrait, other: Portrait) -> tuple[int, list[Reason]]:
    """A score from 0 to 100 and the reasons for it, the strongest first. The order of the two does not matter."""
    reasons = _reasons(one, other)
    against = 0
    if one.birthday and other.birthday and one.birthday != other.birthday:
        against += OTHER_BIRTHDAY
    if one.gender and other.gender and one.gender != other.gender:
        against += OTHER_GENDER
    score = sum(POINTS[reason] for reason in reasons) - against
    return max(0, min(100, score)), [reason for reason in Reason if reason in reasons]


def _reasons(one: Portrait, other: Portrait) -> set[Reason]:
    shared = {
        Reason.PHONE: one.phones & other.phones,
        Reason.EMAIL: one.emails & other.emails,
        Reason.EXTERNAL_ID: one.external_ids & other.external_ids,
        Reason.CITY: one.cities & other.cities,
        Reason.BIRTHDAY: one.birthday is not None and one.birthday == other.birthday,
    }
    found = {reason for reason, value in shared.items() if value}
    name = _name_reason(one.name, other.name)
    return found if name is None else found | {name}


def _name_reason(one: str, other: str) -> Reason | None:
    first, second = (folding.joined(folding.units_of(folding.fold(name))) for name in (one, other))
    if first and sorted(first.split(" ")) == sorted(second.split(" ")):
        return Reason.SAME_NAME
    readings = tokens.reading_of(one), tokens.reading_of(other)
    if readings[0] and readings[0] == readings[1]:
        return Reason.SAME_READING
    return Reason.SIMILAR_NAME if fuzz.ratio(*readings) >= ALIKE else None
