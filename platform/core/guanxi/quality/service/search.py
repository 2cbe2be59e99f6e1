"""Find customers by name, pinyin, initials or phone: a condition over rows of customers, for any list of them."""

from guanxi.context import Context
from guanxi.customers.permissions import READ_CONTACTS
from guanxi.customers.rules import contacts, phones
from guanxi.customers.rules.contacts import ContactKind
from guanxi.execution.sql import after_prefix
from guanxi.quality import errors
from guanxi.quality.rules import tokens
from guanxi.quality.rules.tokens import Term
from guanxi.quality.service import lookups
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
    ranges = [_range(parameters, begin) for begin in term.begins]
    if ctx.can(READ_CONTACTS) and term.tail is not None:
        ranges += [f"s.token = {parameters.bind(one)}" for one in lookups.tail_tokens(ctx, term.tail)]
    found = []
    if ranges:
        merchant = parameters.bind(ctx.merchant.id)
        rows = (
            f'SELECT s.customer_id FROM "search_token" s WHERE s.merchant_id = {merchant} AND ({" OR ".join(ranges)})'
        )
        found.append(f"{alias}.id IN ({rows})")
    if ctx.can(READ_CONTACTS) and term.contact is not None:
        found += _contacts(ctx, parameters, alias, term.contact)
    return f"({' OR '.join(found)})" if found else "1 = 0"


def _range(parameters: Parameters, begin: str) -> str:
    end = after_prefix(begin)
    upper = "" if end is None else f" AND s.token < {parameters.bind(end.encode())}"
    return f"(s.token >= {parameters.bind(begin.encode())}{upper})"


def _contacts(ctx: Context, parameters: Parameters, alias: str, typed: str) -> list[str]:
    """A whole number or address finds whoever has it."""
    if "@" in typed:
        kind, normal = ContactKind.EMAIL, contacts.normalise_email(typed)
    else:
        kind, normal = ContactKind.PHONE, phones.normalise_phone(typed, phones.region_of(ctx.merchant.locale))
    if normal.normalised is None or normal.is_service_number:
        return []
    return [f"{alias}.id IN ({lookups.owners_of(ctx, parameters, kind, normal.normalised)})"]
