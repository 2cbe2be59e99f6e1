"""What of a customer stands in the search index, and what a search looks up there: the same on both databases.

A name is found by each of its ends: 欧阳娜娜 by what begins 欧阳娜娜, 阳娜娜, 娜娜 or 娜, and by their readings
ouyangnana, yangnana … and initials oynn, ynn …. So one range of one index answers a phrase of any length.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guanxi.customers.rules import text
from guanxi.quality.rules import folding, readings

TAIL_DIGITS = 4
MAX_UNITS = 120
MAX_QUERY = 200
MAX_TERMS = 8
NUMBER = re.compile(r"[+(]{0,2}\d[\d().-]*", re.ASCII)
UMLAUT = re.compile("[üǖǘǚǜ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a search. All that are set are ways to be found.

    Attributes:
        begins: folded texts; an end of a name begins with one of them.
        tail: the last digits of a phone.
        contact: a whole phone number or e-mail address as it was typed.
    """

    begins: tuple[str, ...] = ()
    tail: str | None = None
    contact: str | None = None


def name_tokens(names: Iterable[str], family_name: str | None = None) -> set[str]:
    """The ends of names, their readings and initials. ``family_name`` is a surname for certain."""
    surname = folding.fold(family_name or "")
    found: set[str] = set()
    for name in names:
        units = folding.units_of(folding.fold(name))[:MAX_UNITS]
        found.update(folding.joined(units[place:]) for place in range(len(units)))
        _add_readings(found, units, surname)
    return found


def reading_of(name: str) -> str:
    """How a whole name reads, or the folded name itself where it has no Chinese character."""
    units = folding.units_of(folding.fold(name))[:MAX_UNITS]
    return _spelled(units, _read_units(units, ""), 0) if units else ""


def tail_of(phone: str) -> str | None:
    """The last digits of a phone in E.164, without its extension; None where there are not enough."""
    digits = re.sub(r"\D", "", phone.partition(";")[0])
    return digits[-TAIL_DIGITS:] if len(digits) >= TAIL_DIGITS else None


def parse(query: str) -> list[Term]:
    """The words of a search; each must be found. No character of it means anything but itself."""
    return [_term(word) for word in text.fold_blanks(query).split(" ") if word]


def _term(word: str) -> Term:
    begins = [folding.joined(folding.units_of(folding.fold(word)))]
    if UMLAUT.search(word):
        begins.append(folding.joined(folding.units_of(folding.fold(UMLAUT.sub("v", word)))))
    digits = re.sub(r"\D", "", word) if NUMBER.fullmatch(word) else ""
    return Term(
        begins=tuple(one for one in begins if one),
        tail=digits if len(digits) == TAIL_DIGITS else None,
        contact=word if len(digits) > TAIL_DIGITS or "@" in word else None,
    )


def _add_readings(found: set[str], units: list[str], surname: str) -> None:
    """How each end reads that has a Chinese character in it; the initials of each end of a run of characters."""
    read, last = _read_units(units, surname), 0
    for place, run in _runs(units):
        last = place + len(run)
        found.update("".join(one[0] for one in read[start:last]) for start in range(place, last))
    for start in range(last):
        found.update(readings.spellings(_spelled(units, read, start)))


def _read_units(units: list[str], surname: str) -> list[str]:
    """The units with syllables in place of Chinese characters."""
    read = list(units)
    for place, run in _runs(units):
        is_surname = bool(surname) and run.startswith(surname)
        is_name = is_surname or (place == 0 and readings.looks_like_name(run))
        read[place : place + len(run)] = readings.read(run, is_name=is_name)
    return read


def _spelled(units: list[str], read: list[str], start: int) -> str:
    """The reading from a place on; as in ``joined`` a blank stands between two words."""
    pieces = [read[start]]
    for place in range(start + 1, len(units)):
        is_blank = not folding.is_han(units[place]) and not folding.is_han(units[place - 1])
        pieces.append(f" {read[place]}" if is_blank else read[place])
    return "".join(pieces)


def _runs(units: list[str]) -> list[tuple[int, str]]:
    """The runs of Chinese characters, with the place where each begins."""
    found: list[tuple[int, str]] = []
    for place, unit in enumerate(units):
        if not folding.is_han(unit):
            continue
        if found and place == found[-1][0] + len(found[-1][1]):
            found[-1] = (found[-1][0], found[-1][1] + unit)
        else:
            found.append((place, unit))
    return found
