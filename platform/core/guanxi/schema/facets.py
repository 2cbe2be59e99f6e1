"""What execution needs to know of a field or a type beside its GraphQL type."""

from dataclasses import dataclass
from typing import Literal

FACET = "guanxi"
Audience = Literal["shopper"]
SHOPPERS: frozenset[str] = frozenset({"shopper"})
EVERYBODY: frozenset[str] = frozenset({"everybody"})


@dataclass(frozen=True, slots=True)
class Facet:
    """Hangs on every output field as ``extensions["guanxi"]``.

    ``owner`` is ``core`` or a plugin's id; ``permissions`` must all be held; ``sizes`` is (default,
    maximum) of ``first``/``last`` on lists and pages; ``needs_key`` marks mutations that refuse to run
    without an idempotency key; ``never_none``: null only beside an error (``@semanticNonNull``);
    ``step_up``: a person must have signed in a short while ago; ``audience``: who may use it without the
    permissions, ``everybody`` where it only holds what other fields show.
    """

    owner: str
    permissions: frozenset[str] = frozenset()
    sizes: tuple[int, int] | None = None
    needs_key: bool = False
    takes_key: bool = True
    never_none: bool = False
    step_up: bool = False
    audience: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TypeFacet:
    """Hangs on every type, input field and enum value as ``extensions["guanxi"]``."""

    owner: str
    permission: str | None = None
