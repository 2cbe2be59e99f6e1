"""Takes out of a text what may say who somebody is, or opens a door."""

import re
from typing import Final

# In this order: what is longer and surer first.
PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"gx_[a-z]+_[0-9a-z]{8}_[0-9a-z]{20,}(?:_[0-9a-z]{6})?", "[token]"),
        (r"(?<![0-9a-z])eyJ[0-9a-z_-]+\.[0-9a-z_-]+\.[0-9a-z_-]*", "[token]"),
        (r"(?<![0-9a-z])(?:bearer|basic)\s+[0-9a-z_.~+/=-]{8,}", "[token]"),
        (r"(?<=://)[^\s/@:]*:[^\s/@]*(?=@)", "[password]"),
        (r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", "[e-mail]"),
        (r"(?<![0-9a-z])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[0-9x](?![0-9a-z])", "[id card]"),
        (r"(?<![0-9a-z])(?:\d[ -]?){15,18}\d(?![0-9a-z])", "[card]"),
        (r"(?<![0-9a-z])(?:\+|00)\d[\d ()-]{6,17}\d(?![0-9a-z])", "[phone]"),
        (r"(?<![0-9a-z])1[3-9]\d(?:[ -]?\d{4}){2}(?![0-9a-z])", "[phone]"),
        (r"(?<![0-9a-z])0\d{2,3}[ -]?\d{7,8}(?![0-9a-z])", "[phone]"),
    )
)
WORD: Final = re.compile(r"[a-z0-9_.:/\[\]-]{1,120}")
HIDDEN: Final = "[…]"


def scrub(text: str) -> str:
    """The text without phones, e-mail addresses, identity and bank cards, tokens and passwords."""
    for pattern, name in PATTERNS:
        text = pattern.sub(name, text)
    return text


def shown(value: object) -> object:
    """A value as a log may carry it: numbers, names in small letters, the kind of an error; of all else that it was.

    What a merchant, a member of staff or a customer writes has capitals, blanks or characters that no name here has.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    text = str(value)
    return scrub(text) if WORD.fullmatch(text) else HIDDEN
