"""Passwords: hashed slowly, two at a time, in threads; an unknown person costs as much as a known one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from guanxi.accounts import errors

T = TypeVar("T")

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
AT_ONCE, WAITING = 2, 40
# What is verified where there is no account: a hash of the same cost, of no password that anybody has.
DUMMY: Final = HASHER.hash("\0no account\0")


class _Room:
    """Two threads for all hashing of the process, and the count of those that wait for them."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="guanxi-password")
        self.taken = 0
        self.verified = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Raises: UnavailableError where too many wait already."""
        if self.taken >= WAITING:
            raise errors.busy()
        self.taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, work)
        finally:
            self.taken -= 1


_room = _Room()


async def hash_of(password: str) -> str:
    """What is stored. Raises: UnavailableError."""
    return await _room.run(lambda: HASHER.hash(password))


async def verify(stored: str | None, password: str) -> bool:
    """Whether it is the password of this hash. Without a hash it takes as long and is False.

    Raises:
        UnavailableError: too many wait already.
    """
    return await _room.run(lambda: _verify(stored or DUMMY, password)) and stored is not None


def count_verified() -> int:
    """How many hashes were verified in this process."""
    return _room.verified


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(stored)


def _verify(stored: str, password: str) -> bool:
    _room.verified += 1
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
