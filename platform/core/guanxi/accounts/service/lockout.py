"""Failed sign-ins, counted before the password is looked at: parallel guesses get no more tries than others."""

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from guanxi.accounts import errors, rules
from guanxi.accounts.models import LoginFailure

Begin = Callable[[], AbstractAsyncContextManager[Any]]


async def count_try(begin: Begin, tries: Mapping[str, int], now: datetime) -> None:
    """Count a try as a failure of each key, in a transaction of its own.

    Args:
        begin: opens a transaction.
        tries: how many tries each key has before it is locked; locked in this order.
        now: aware UTC.

    Raises:
        RateLimitedError: one of them is locked; ``details["retryAfter"]`` says for how many seconds.
    """
    async with begin():
        await LoginFailure.filter(failed_at__lt=now - rules.FORGET_FAILURES_AFTER).delete()
        for key, allowed in tries.items():
            await LoginFailure.bulk_create(
                [LoginFailure(key_hash=key, failures=0, failed_at=now)], ignore_conflicts=True
            )
            row = await LoginFailure.select_for_update().get(key_hash=key)
            if row.locked_until is not None and now < row.locked_until:
                raise errors.locked(math.ceil((row.locked_until - now).total_seconds()))
            lock = rules.lock_after(row.failures + 1, allowed)
            await LoginFailure.filter(key_hash=key).update(
                failures=row.failures + 1, failed_at=now, locked_until=None if lock is None else now + lock
            )


async def forgive(*, account: str | None = None, address: str | None = None) -> None:
    """After a success, in its transaction: the account starts anew, and the address has one failure less."""
    if account is not None:
        await LoginFailure.filter(key_hash=account).delete()
    row = await LoginFailure.select_for_update().get_or_none(key_hash=address) if address is not None else None
    if row is not None:
        fewer = max(0, row.failures - 1)
        await LoginFailure.filter(key_hash=address).update(failures=fewer, locked_until=None)
