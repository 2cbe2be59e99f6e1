"""What a merchant's settings may look like."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from urllib.parse import urlsplit

from guanxi.errors import BadUserInputError, Text

MAX_NAME = 80
MAX_ORIGINS = 20
MAX_DOCUMENTS = 100  # registered at once
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
HOST = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)

# Source: ISO 4217, list one, active national currencies without funds and metals.
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
    "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR "
    "ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK "
    "MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU "
    "UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CODES.split())


class DocumentMode(StrEnum):
    """Which documents the merchant's clients may send."""

    OPEN = "open"
    LIMITED = "limited"
    TRUSTED = "trusted"


def checked_slug(slug: str) -> str:
    """The slug itself. Raises: BadUserInputError."""
    if not SLUG.fullmatch(slug):
        raise _refused(
            "slug",
            Text("The slug cannot be used.", "商户标识不可用。"),
            Text(
                "Write 2 to 40 lower-case letters, digits or hyphens, starting with a letter or digit.",
                "请使用 2 到 40 个小写字母、数字或连字符，以字母或数字开头。",
            ),
        )
    return slug


def checked_name(name: str) -> str:
    """The name without outer whitespace. Raises: BadUserInputError."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise _refused(
            "name",
            Text("The name cannot be used.", "名称不可用。"),
            Text(f"Write 1 to {MAX_NAME} printable characters.", f"请填写 1 到 {MAX_NAME} 个可见字符。"),
        )
    return name


def checked_document_name(name: str) -> str:
    """What people call a document, without outer whitespace. Raises: BadUserInputError."""
    name = name.strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise _refused(
            "name",
            Text("The document's name cannot be used.", "文档名称不可用。"),
            Text("Write 1 to 200 printable characters.", "请填写 1 到 200 个可见字符。"),
        )
    return name


def checked_timezone(name: str, known: Iterable[str]) -> str:
    """The zone itself, one of ``known``. Raises: BadUserInputError."""
    if name not in set(known):
        raise _refused(
            "timezone",
            Text("There is no such time zone.", "时区不存在。"),
            Text("Use an IANA name such as Asia/Shanghai.", "请使用 IANA 名称，例如 Asia/Shanghai。"),
        )
    return name


def checked_currency(code: str) -> str:
    """The code itself. Raises: BadUserInputError."""
    if code not in CURRENCIES:
        raise _refused(
            "currency",
            Text("There is no such currency.", "货币代码不存在。"),
            Text("Use an ISO 4217 code such as CNY.", "请使用 ISO 4217 代码，例如 CNY。"),
        )
    return code


def checked_locale(tag: str) -> str:
    """The tag itself. Raises: BadUserInputError."""
    if not LOCALE.fullmatch(tag):
        raise _refused(
            "locale",
            Text("The locale cannot be used.", "语言区域不可用。"),
            Text("Use a BCP 47 tag such as zh-CN.", "请使用 BCP 47 标签，例如 zh-CN。"),
        )
    return tag


def checked_document_mode(mode: str) -> str:
    """The mode itself. Raises: BadUserInputError."""
    modes = ", ".join(DocumentMode)
    if mode not in set(DocumentMode):
        raise _refused(
            "documentMode",
            Text("There is no such document mode.", "文档模式不存在。"),
            Text(f"Use one of {modes}.", f"请使用 {modes} 之一。"),
        )
    return str(mode)


def checked_origins(origins: Sequence[str]) -> list[str]:
    """Web origins as browsers send them, each once, in the order given. Raises: BadUserInputError."""
    if len(origins) > MAX_ORIGINS:
        raise _refused(
            "allowedOrigins",
            Text("There are too many origins.", "来源过多。"),
            Text(f"Allow at most {MAX_ORIGINS}.", f"最多允许 {MAX_ORIGINS} 个。"),
        )
    return list(dict.fromkeys(_origin(text, place) for place, text in enumerate(origins)))


def _origin(text: str, place: int) -> str:
    refused = _refused(
        "allowedOrigins",
        Text("An origin cannot be used.", "来源不可用。"),
        Text(
            "Write scheme and host, such as https://shop.example.com; wildcards are not allowed.",
            "请填写协议和主机，例如 https://shop.example.com；不允许通配符。",
        ),
    )
    refused.path = (*refused.path, place)
    if not text.isprintable():  # urlsplit drops line breaks silently
        raise refused
    try:
        parts = urlsplit(text.lower().removesuffix("/"))
        host, port = parts.netloc.removesuffix(f":{parts.port}"), parts.port
    except ValueError:
        raise refused from None
    if parts.scheme not in {"http", "https"} or not HOST.fullmatch(host) or parts.path or parts.query or parts.fragment:
        raise refused
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in {None, default} else f":{port}")


def _refused(field: str, message: Text, hint: Text) -> BadUserInputError:
    return BadUserInputError(message, hint=hint, path=(field,))
