"""The keys of the running task: columns are sealed and opened with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from guanxi.crypto import KeyRing, KeySource

_source: ContextVar[KeySource | None] = ContextVar("guanxi_keys", default=None)


@contextmanager
def using(source: KeySource) -> Iterator[None]:
    """Bind where keys come from to this task and to those that it starts."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def current_ring() -> KeyRing:
    """The keys of the bound database. Raises: UnusableKeysError; RuntimeError where no database is bound."""
    source = _source.get()
    if source is None:
        raise RuntimeError("no database is bound: use `with db.bound()`")
    return source.ring()
