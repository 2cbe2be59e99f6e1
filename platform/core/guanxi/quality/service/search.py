"""Find customers by name, pinyin, initials or phone: a condition over rows of customers, for any list of them."""

from guanxi.context import Context
from guanxi.customers.permissions import READ_CONTACTS
from guanxi.customers.rules import contacts, phones
from guanxi.execution.sql import after_prefix
from guanxi.quality import errors
from guanxi.quality.rules import tokens
from guanxi.quality.rules.tokens import Term
from guanxi.quality.service import lookups
from guanxi.quality.service.lookups import Mark
from guanxi.schema.part import Parameters


def write_condition(ctx: Context, parameters: Parameters, alias: str, query: str) -> str:
    """SQL that holds for the customers of ``alias`` whom every word of the search finds; a blank one finds all.

    Phones and e-mail addresses find nobody for those who see them masked.

    Raises:
        BadUserInputError: the search is over-long.
    """
    if len(query) > tokens.MAX_QUERY:
        raise errors.search_too_long(tokens.MAX_QUERY, tokens.MAX_TERMS)
    terms = tokens.parse(query)
    if len(terms) > tokens.MAX_TERMS:
        raise errors.search_too_long(tokens.MAX_QUERY, tokens.MAX_TERMS)
    return " AND ".join(_term(ctx, parameters, alias, term) for term in terms) or "1 = 1"


def _term(ctx: Context, parameters: Parameters, alias: str, term: Term) -> str:
    found = [_range(parameters, begin) for begin in term.begins]
    marks = _marks(ctx, term) if ctx.can(READ_CONTACTS) else []
    if marks:
        found.append(f"s.token IN ({parameters.bind_all(marks)})")
    if not found:
        return "1 = 0"
    mine = f"s.merchant_id = {parameters.bind(ctx.merchant.id)}"
    return f'{alias}.id IN (SELECT s.customer_id FROM "search_token" s WHERE {mine} AND ({" OR ".join(found)}))'


def _range(parameters: Parameters, begin: str) -> str:
    end = after_prefix(begin)
    upper = "" if end is None else f" AND s.token < {parameters.bind(end.encode())}"
    return f"(s.token >= {parameters.bind(begin.encode())}{upper})"


def _marks(ctx: Context, term: Term) -> list[bytes]:
    """The end of a phone, a whole number, an address: each finds whoever has it."""
    found = [] if term.tail is None else lookups.marks_of(ctx, Mark.TAIL, term.tail)
    if term.contact is None:
        return found
    if "@" in term.contact:
        kind, normal = Mark.EMAIL, contacts.normalise_email(term.contact)
    else:
        kind, normal = Mark.PHONE, phones.normalise_phone(term.contact, phones.region_of(ctx.merchant.locale))
    if normal.normalised is None or normal.is_service_number:
        return found
    return [*found, *lookups.marks_of(ctx, kind, normal.normalised)]
