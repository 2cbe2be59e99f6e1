"""Text as people type and paste it, brought to one form."""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from guanxi.customers import errors
from guanxi.errors import Text

# Zero-width spaces, marks and direction overrides that come along when a number or a name is pasted.
# Joiners inside a word (U+200C, U+200D) carry meaning in some scripts and stay.
INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
SURROGATE = re.compile("[\ud800-\udfff]")
MAX_TAG = 40


class Normal(NamedTuple):
    """The form in which a value is compared, or why it has none."""

    normalised: str | None
    reason: str | None = None
    is_service_number: bool = False


def check_text(text: str, field: str | None, most: int) -> None:
    """Refuse what a database cannot carry back unchanged. Raises: BadUserInputError at ``field``."""
    if "\x00" in text or SURROGATE.search(text):
        raise errors.refused(
            field,
            Text("The text contains a character that cannot be stored.", "文本包含无法保存的字符。"),
            Text("Remove NUL and broken emoji.", "请删除空字符和损坏的表情符号。"),
        )
    if len(text) > most:
        raise errors.refused(
            field,
            Text("The text is too long.", "文本过长。"),
            Text(f"Write at most {most} characters.", f"最多 {most} 个字符。"),
        )


def fold_width(text: str) -> str:
    """NFKC without invisible characters: full-width digits and letters become plain ones."""
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", text))


def fold_blanks(text: str) -> str:
    """``fold_width``, then each run of whitespace one space, none at the ends."""
    return BLANK.sub(" ", fold_width(text)).strip()


def fold_case(text: str) -> str:
    """``fold_blanks`` without case: the form in which texts are compared."""
    folded = unicodedata.normalize("NFKC", fold_blanks(text).casefold())
    return BLANK.sub(" ", folded).strip()


def clean_text(text: str, field: str | None, most: int) -> str:
    """``fold_blanks`` of a text that is neither unstorable nor over-long. Raises: BadUserInputError."""
    check_text(text, field, most)
    clean = fold_blanks(text)
    check_text(clean, field, most)  # NFKC can lengthen a text eighteen times
    return clean


def clean_tag(name: str) -> str:
    """A tag's name. Raises: BadUserInputError where it is empty, unstorable or over-long."""
    clean = clean_text(name, None, MAX_TAG)
    if not clean:
        raise errors.refused(
            None, Text("A tag needs a name.", "标签名称不能为空。"), Text("Write one.", "请填写标签名称。")
        )
    return clean


def checked_member(value: str, members: type[StrEnum], field: str) -> str:
    """The value itself, one of ``members``. Raises: BadUserInputError at ``field``."""
    if value not in set(members):
        names = ", ".join(members)
        raise errors.refused(
            field,
            Text("There is no such value.", "没有这个取值。"),
            Text(f"Use one of {names}.", f"请使用 {names} 之一。"),
        )
    return str(value)
