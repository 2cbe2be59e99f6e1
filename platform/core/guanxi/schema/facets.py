"""What execution needs to know of a field beside its type."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facet:
    """Hangs on every output field as ``extensions["guanxi"]``.

    ``owner`` is ``core`` or a plugin's id; ``permissions`` must all be held; ``sizes`` is (default,
    maximum) of ``first``/``last`` on lists and pages; ``needs_key`` marks mutations that refuse to run
    without an idempotency key.
    """

    owner: str
    permissions: frozenset[str] = frozenset()
    sizes: tuple[int, int] | None = None
    needs_key: bool = False
