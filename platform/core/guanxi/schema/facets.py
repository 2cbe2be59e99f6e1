"""What execution needs to know of a field or a type beside its GraphQL type."""

from dataclasses import dataclass

FACET = "guanxi"


@dataclass(frozen=True, slots=True)
class Facet:
    """Hangs on every output field as ``extensions["guanxi"]``.

    ``owner`` is ``core`` or a plugin's id; ``permissions`` must all be held; ``sizes`` is (default,
    maximum) of ``first``/``last`` on lists and pages; ``needs_key`` marks mutations that refuse to run
    without an idempotency key; ``never_none``: null only beside an error (``@semanticNonNull``).
    """

    owner: str
    permissions: frozenset[str] = frozenset()
    sizes: tuple[int, int] | None = None
    needs_key: bool = False
    takes_key: bool = True
    never_none: bool = False


@dataclass(frozen=True, slots=True)
class TypeFacet:
    """Hangs on every type, input field and enum value as ``extensions["guanxi"]``."""

    owner: str
    permission: str | None = None
