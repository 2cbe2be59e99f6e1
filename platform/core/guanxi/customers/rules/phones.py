"""Telephone numbers: people's to E.164, hotlines as they are dialled."""

import re

import phonenumbers

from guanxi.customers.rules import text
from guanxi.customers.rules.text import Normal

DEFAULT_REGION = "CN"
LOCALE_REGION = re.compile(r"-([A-Z]{2})(?:-|$)")
DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\uff70]")
EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|;ext=|ext\.?|x|#)\s*(\d{1,7})$", re.IGNORECASE)
NUMBER = re.compile(r"\(?\s?\+?[\d\s().-]+", re.ASCII)
SEVERAL = re.compile(r"[/、,;|]")
PUNCTUATION = re.compile(r"[^\d+]")

# Source: the numbering plan of the Ministry of Industry and Information Technology for short codes (1xx, 10xxx,
# 12xxx, 95xxx, 96xxx, 106 message ports) and for shared-cost numbers (400, 800).
SERVICE = re.compile(r"1(?:1[0249]|2[02])|10\d{3,6}|106\d{5,17}|11[68]114|12[13]\d{2,4}|9[56]\d{3,6}|[48]00\d{7}")
REASONS = {
    phonenumbers.ValidationResult.TOO_SHORT: "too_short",
    phonenumbers.ValidationResult.TOO_LONG: "too_long",
}
UNREADABLE = {
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "too_short",
    phonenumbers.NumberParseException.TOO_LONG: "too_long",
}


def region_of(locale: str) -> str:
    """The region in which a number without country code is read: that of the merchant's locale, else China."""
    found = LOCALE_REGION.search(locale)
    return found[1] if found and found[1] in phonenumbers.SUPPORTED_REGIONS else DEFAULT_REGION


def normalise_phone(value: str, region: str) -> Normal:
    """E.164, with ``;ext=`` where there is an extension; a hotline's bare digits, which no prefix reaches."""
    plain = DASHES.sub("-", text.fold_blanks(value))
    extension = EXTENSION.search(plain)
    number = EXTENSION.sub("", plain)
    if SEVERAL.search(number):
        return Normal(None, "several_numbers")
    if "*" in number:
        return Normal(None, "masked")  # as marketplaces hand numbers on: 138****0001
    if not NUMBER.fullmatch(number):
        return Normal(None, "not_a_phone")
    digits = PUNCTUATION.sub("", number)
    service = digits.removeprefix("+86").removeprefix("0086")
    if region == DEFAULT_REGION and SERVICE.fullmatch(service) and not extension:
        return Normal(service, is_service_number=True)
    return _parse(digits, region, extension[1] if extension else None)


def _parse(digits: str, region: str, extension: str | None) -> Normal:
    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException as error:
        return Normal(None, UNREADABLE.get(error.error_type, "not_a_phone"))
    if not phonenumbers.is_valid_number(parsed):
        return Normal(None, REASONS.get(phonenumbers.is_possible_number_with_reason(parsed), "no_such_number"))
    plain = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Normal(f"{plain};ext={extension}" if extension else plain)
