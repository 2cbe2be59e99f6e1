"""``Money``: an amount in the smallest unit of its currency, and how it is written."""

from typing import Annotated

import strawberry
from strawberry import Info

from guanxi.context import Context
from guanxi.schema.scalars import Currency, Long
from guanxi.schema.values import Value

# ISO 4217: currencies whose smallest unit is not a hundredth.
DIGITS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
SYMBOLS = {"CNY": "CN¥", "USD": "US$", "EUR": "€", "JPY": "JP¥", "GBP": "£", "HKD": "HK$", "TWD": "NT$"}
# A currency needs no country beside its symbol where it is the one that everybody means.
AT_HOME = {("zh", "CNY"): "¥", ("ja", "JPY"): "¥", ("en", "USD"): "$", ("en", "JPY"): "¥"}
# Languages that write 1.234,56 €; all others are written 1,234.56 with the symbol in front.
COMMA = {"da", "de", "es", "id", "it", "nl", "pt", "tr"}
SPACE = {"cs", "fi", "fr", "nb", "pl", "ru", "sv", "uk"}
NO_BREAK = "\u00a0"


def write_amount(minor: int, currency: str, locale: str) -> str:
    """An amount as people of a BCP 47 ``locale`` read it; an unknown currency by its code, with two digits."""
    language = locale.replace("_", "-").split("-")[0].lower()
    symbol = AT_HOME.get((language, currency)) or SYMBOLS.get(currency) or f"{currency}{NO_BREAK}"
    sign = "-" if minor < 0 else ""
    if language in COMMA or language in SPACE:
        group = "." if language in COMMA else NO_BREAK
        return f"{sign}{_number(minor, currency, group, ',')}{NO_BREAK}{symbol.strip(NO_BREAK)}"
    return f"{sign}{symbol}{_number(minor, currency, ',', '.')}"


def _number(minor: int, currency: str, group: str, point: str) -> str:
    digits = DIGITS.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**digits)
    grouped = f"{whole:,}".replace(",", group)
    return f"{grouped}{point}{rest:0{digits}d}" if digits else grouped


Locale = Annotated[str | None, strawberry.argument(description="BCP 47, like zh-CN; the merchant's when left out.")]


def _formatted(root: strawberry.Parent["Money"], info: Info[Context, None], locale: Locale = strawberry.UNSET) -> str:
    return write_amount(root.amount_minor, root.currency, locale or info.context.merchant.locale)


@strawberry.type(description="An amount of money.")
class Money(Value):
    """Declare it over two columns with ``money("total_minor", "currency")``, or make it in Python."""

    amount_minor: Long = strawberry.field(description="In the smallest unit of the currency: fen, cents, yen.")
    currency: Currency = strawberry.field(description="Its currency.")
    formatted: str = strawberry.field(resolver=_formatted, description="As people write it, like ¥1,299.00.")
