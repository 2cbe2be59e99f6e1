"""How a contact point looks to those who may only know that it is there."""

import re

PHONE = re.compile(r"\+?\d[\d\s().-]{2,}(?:;ext=\d+)?")
COUNTRY_CODE = "+86"
HIDDEN = "****"


def masked(value: str | None) -> str | None:
    """``138****0001``, ``a****@example.com``, ``广****``; too short a value shows nothing at all."""
    if value is None:
        return None
    if PHONE.fullmatch(value):
        return _masked_phone(value)
    name, at, domain = value.partition("@")
    if at:
        return f"{name[:1]}{HIDDEN}@{domain}"
    return f"{value[:1]}{HIDDEN}" if len(value) > 3 else HIDDEN


def _masked_phone(value: str) -> str:
    digits = re.sub(r"\D", "", value.removeprefix(COUNTRY_CODE).partition(";")[0])
    return f"{digits[:3]}{HIDDEN}{digits[-4:]}" if len(digits) >= 10 else HIDDEN
