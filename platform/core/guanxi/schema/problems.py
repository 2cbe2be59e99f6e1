"""What is wrong with a declaration: part, place, reason, cure. Found at composition, never at a request."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass

from guanxi.errors import GuanxiError, Text


class CompositionError(GuanxiError):
    """A part that cannot become a schema. ``reason`` continues a sentence that starts with "It"."""

    code = "PLUGIN_ERROR"

    def __init__(self, part: str, place: str, reason: str, cure: str) -> None:
        super().__init__(Text(f"[{part}] {place}: {reason}.", f"[{part}] {place}：{reason}。"), hint=Text(cure, cure))
        self.part, self.place, self.reason, self.cure = part, place, reason, cure

    def __str__(self) -> str:
        """Reason and cure in one line."""
        return f"[{self.part}] {self.place}: {self.reason}. {self.cure}"


@dataclass(frozen=True)
class Place:
    """Where a part says something: ``Type.field``, and the file and line, looked up only when asked."""

    part: str
    coordinate: str
    find_source: Callable[[], str] = str

    def wrong(self, reason: str, cure: str) -> CompositionError:
        """The error to raise here."""
        source = self.find_source()
        return CompositionError(self.part, f"{self.coordinate} ({source})" if source else self.coordinate, reason, cure)


def line_of(cls: type, attribute: str = "") -> str:
    """``file:line`` of an attribute of a class, of the class where it has no such line; empty without source."""
    try:
        lines, start = inspect.getsourcelines(cls)
        file = inspect.getsourcefile(cls)
    except (OSError, TypeError):
        return ""
    pattern = re.compile(rf"\s+{re.escape(attribute)}\s*[:=]") if attribute else re.compile(r"\s*class ")
    offset = next((number for number, line in enumerate(lines) if pattern.match(line)), 0)
    return f"{file}:{start + offset}"


def caller(depth: int = 2) -> str:
    """``file:line`` of whoever called the caller."""
    frame = inspect.currentframe()
    for _ in range(depth):
        frame = frame.f_back if frame is not None else None
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""
