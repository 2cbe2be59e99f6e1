"""Counts the statements that a piece of code runs, so that a test can hold it to a budget."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counted:
    """What ran inside ``counting()``, in order. BEGIN, COMMIT and savepoints are not in it."""

    texts: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many statements."""
        return len(self.texts)


_listening: ContextVar[tuple[Counted, ...]] = ContextVar("guanxi_counted", default=())


@contextmanager
def counting() -> Iterator[Counted]:
    """Count the statements of this task and of those that it starts."""
    counted = Counted()
    token = _listening.set((*_listening.get(), counted))
    try:
        yield counted
    finally:
        _listening.reset(token)


def note(sql: str) -> None:
    """For the engines: a statement is about to run."""
    for counted in _listening.get():
        counted.texts.append(sql)
