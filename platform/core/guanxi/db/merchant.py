"""The merchant that the running task works for. Unbound means: no row of any merchant."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_merchant: ContextVar[UUID | None] = ContextVar("guanxi_merchant", default=None)


class MerchantNotBoundError(RuntimeError):
    """A merchant's table was touched outside ``acting_for``."""


class ForeignMerchantError(RuntimeError):
    """A row of one merchant was about to be written while another one is bound."""


def bound_merchant() -> UUID | None:
    """The merchant of the running task, or None."""
    return _merchant.get()


def current_merchant() -> UUID:
    """The merchant of the running task. Raises: MerchantNotBoundError."""
    merchant = _merchant.get()
    if merchant is None:
        raise MerchantNotBoundError("no merchant is bound: use `with acting_for(merchant_id)`")
    return merchant


@contextmanager
def acting_for(merchant_id: UUID) -> Iterator[None]:
    """Bind a merchant to this task and to those that it starts. Raises: TypeError for anything but a UUID."""
    if not isinstance(merchant_id, UUID):
        raise TypeError("merchant_id must be a UUID")  # it is also written into SET LOCAL
    token = _merchant.set(merchant_id)
    try:
        yield
    finally:
        _merchant.reset(token)
