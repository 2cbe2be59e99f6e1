"""How values that are personal are compared: the one place that knows how they are stored."""

from guanxi.context import Context
from guanxi.customers.rules.contacts import ContactKind
from guanxi.quality.rules import tokens
from guanxi.schema.part import Parameters


def tail_token(ctx: Context, digits: str) -> bytes:
    """What the search index holds for the last digits of a phone."""
    return (tokens.TAIL + digits).encode()


def tail_tokens(ctx: Context, digits: str) -> list[bytes]:
    """What a search for these digits looks for."""
    return [tail_token(ctx, digits)]


def owners_of(ctx: Context, parameters: Parameters, kind: ContactKind, normalised: str) -> str:
    """A SELECT of the ids of the customers who have a contact point of this value."""
    bind = parameters.bind
    return (
        f'SELECT c.customer_id FROM "contact_point" c WHERE c.merchant_id = {bind(ctx.merchant.id)}'
        f" AND c.kind = {bind(kind.value)} AND c.normalised = {bind(normalised)}"
    )
