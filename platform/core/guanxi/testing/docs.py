"""Runs the code blocks of a Markdown page, so that documentation cannot rot.

Python blocks of a page share one namespace. In a console block each line that starts with ``$`` is run by bash;
lines after it, where there are any, are the output expected, and a line ``...`` stands for any lines.
An HTML comment directly above a block changes that: ``<!-- file: NAME -->`` writes the block to a file in the
working folder instead, ``<!-- not run: REASON -->`` leaves it alone.
"""

import ast
import asyncio
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = {"python": "python", "py": "python", "bash": "console", "console": "console", "sh": "console"}
ANY_LINES: Final = "..."
COMMAND_SECONDS: Final = 120

_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^ *(?P=fence) *$", re.M | re.S
)
_DIRECTIVE = re.compile(r"<!-- (?P<verb>file|not run): (?P<value>.+?) -->\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: what to do with it, its text, and where it stands."""

    page: Path
    line: int
    language: str
    text: str
    file: str | None = None
    not_run: str | None = None

    @property
    def place(self) -> str:
        """``page:line``, as compilers write it."""
        return f"{self.page}:{self.line}"


class BlockFailedError(AssertionError):
    """A block does not do what the page says."""


@dataclass(slots=True)
class Session:
    """One reader's working through one page, in a folder of his own."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    replacements: Mapping[str, str] = field(default_factory=dict)
    namespace: dict[str, Any] = field(default_factory=lambda: {"__name__": "__docs__"})

    def work_through(self, page: Path) -> int:
        """Every block of ``page`` in order. Returns how many ran. Raises: BlockFailedError with the line."""
        found = blocks(page)
        for block in found:
            self.run(block)
        return sum(block.not_run is None for block in found)

    def run(self, block: Block) -> None:
        """Do with one block what it is for. Raises: BlockFailedError."""
        if block.not_run is not None:
            return
        if block.file is not None:
            target = self.folder / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            self.run_python(block)
        elif block.language == "console":
            self.run_console(block)

    def run_python(self, block: Block) -> None:
        """Execute with the page's line numbers; ``await`` may stand at the top."""
        source = "\n" * block.line + block.text
        code = compile(source, str(block.page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        try:
            awaited = eval(code, self.namespace)  # noqa: S307 - the project's own pages
            if awaited is not None:
                asyncio.run(awaited)
        except Exception as error:
            raise BlockFailedError(f"{block.place}: {type(error).__name__}: {error}") from error

    def run_console(self, block: Block) -> None:
        """Each command in turn; its output must be what stands under it."""
        for command, expected in commands(block.text):
            done = self.run_command(command)
            if done.returncode != 0:
                raise BlockFailedError(f"{block.place}: $ {command}\nexit code {done.returncode}\n{done.stderr}")
            if expected and not matches(expected, done.stdout):
                raise BlockFailedError(f"{block.place}: $ {command}\nexpected:\n{expected}\ngot:\n{done.stdout}")

    def run_command(self, command: str) -> subprocess.CompletedProcess[str]:
        """One command in this session's folder, in this Python's environment."""
        for written, meant in self.replacements.items():
            command = command.replace(written, meant)
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        environment = {**os.environ, "PATH": path, **self.variables}
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=COMMAND_SECONDS,
        )


def blocks(page: Path) -> list[Block]:
    """The fenced Python and console blocks of ``page``, and every block that a comment makes a file."""
    text = page.read_text(encoding="utf-8")
    found = (_block(page, text, fence) for fence in _FENCE.finditer(text))
    return [block for block in found if block.language or block.file is not None]


def commands(text: str) -> list[tuple[str, str]]:
    """Each command of a console block with the output that stands under it ("" where none does).

    A block without any ``$`` is one command. A backslash at a line's end continues the command.
    """
    if not re.search(r"^\$ ", text, re.MULTILINE):
        return [(text, "")]
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    return [_split_output(part) for part in parts]


def matches(expected: str, got: str) -> bool:
    """Whether ``got`` is ``expected``; a line ``...`` stands for any number of lines, ``...`` in one for any text."""
    lines = expected.strip().splitlines()
    pattern = "\n".join(_pattern(line) for line in lines)
    return re.fullmatch(pattern, "\n".join(got.strip().splitlines())) is not None


def _pattern(line: str) -> str:
    anything = "(?s:.*)" if line == ANY_LINES else ".*"
    return anything.join(re.escape(part) for part in line.split(ANY_LINES))


@contextmanager
def serving(command: list[str], folder: Path, variables: Mapping[str, str], ready: str) -> Iterator[dict[str, str]]:
    """Run a server as long as the block lasts. ``ready`` is a pattern; yields its named groups once a line of
    the server's output holds it. The rest of the output is not read, so it must be short."""
    server = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    with server:
        try:
            yield _wait_for_line(server, re.compile(ready))
        finally:
            server.terminate()


def _wait_for_line(server: subprocess.Popen[str], ready: re.Pattern[str]) -> dict[str, str]:
    said: list[str] = []
    for line in server.stdout or ():
        said.append(line)
        if found := ready.search("".join(said)):
            return found.groupdict()
    raise BlockFailedError(f"the server ended before it was ready:\n{''.join(said)}")


def _block(page: Path, text: str, fence: re.Match[str]) -> Block:
    before = text[: fence.start()].rstrip(" ")
    directive = _DIRECTIVE.search(before)
    told = {directive["verb"]: directive["value"]} if directive else {}
    return Block(
        page=page,
        line=text.count("\n", 0, fence.start()) + 1,
        language=LANGUAGES.get(fence["language"], ""),
        text=textwrap.dedent(fence["text"]),
        file=told.get("file"),
        not_run=told.get("not run"),
    )


def _split_output(part: str) -> tuple[str, str]:
    """A command with its continuation lines, and the rest."""
    lines = part.splitlines()
    end = next(index for index, line in enumerate(lines) if not line.endswith("\\"))
    return "\n".join(lines[: end + 1]), "\n".join(lines[end + 1 :])
