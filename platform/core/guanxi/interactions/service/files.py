"""Read a file to be imported: once through to judge it, then page by page to record it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from guanxi.interactions import errors
from guanxi.interactions.rules.presets import Line, Preset, Problem

MAX_PROBLEMS = 1_000


@dataclass(slots=True)
class Judged:
    """A whole file: what it is, how much there is in it, and what is wrong with it."""

    sha256: str
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0


@dataclass(slots=True)
class FilePage:
    """Some lines of a file, in order, each fact with the number of its line, and where the next page begins."""

    facts: list[tuple[int, Line]]
    offset_bytes: int
    lines_done: int


def judge(path: Path, preset: Preset) -> Judged:
    """Read the file once: its hash, the number of its facts, and every line that is none.

    Raises:
        BadUserInputError: it cannot be read, or is no file of this preset.
    """
    digest, judged = hashlib.sha256(), Judged("")
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                digest.update(line)
                _judge_line(path, preset, judged, number, line)
    except OSError as error:
        raise errors.unreadable_file(str(path), error.strerror or str(error)) from error
    judged.sha256 = digest.hexdigest()
    if judged.sha256 == hashlib.sha256().hexdigest():
        raise errors.wrong_file(str(path), preset.name, preset.expected_header)
    return judged


def _judge_line(path: Path, preset: Preset, judged: Judged, number: int, line: bytes) -> None:
    if number == 1:
        if not preset.header.fullmatch(line):
            raise errors.wrong_file(str(path), preset.name, preset.expected_header)
    elif preset.read(line) is not None:
        judged.rows += 1
    elif line.strip():
        found = preset.explain(line, number)
        judged.problem_count += len(found)
        judged.problems += found[: MAX_PROBLEMS - len(judged.problems)]


def read_page(path: Path, preset: Preset, *, offset_bytes: int, lines_done: int, rows: int) -> FilePage:
    """The next facts, at most ``rows`` of them; lines that are none were judged before and are passed over."""
    page = FilePage([], offset_bytes, lines_done)
    for line in _lines_from(path, offset_bytes):
        page.offset_bytes += len(line)
        page.lines_done += 1
        read = preset.read(line) if page.lines_done > 1 else None
        if read is not None:
            page.facts.append((page.lines_done, read))
            if len(page.facts) == rows:
                break
    return page


def _lines_from(path: Path, offset_bytes: int) -> Iterator[bytes]:
    with path.open("rb") as lines:
        lines.seek(offset_bytes)
        yield from lines
