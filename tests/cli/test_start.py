"""The command line is there at once: what a command needs is imported when the command runs."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

IMPORTED = "import json, sys, guanxi.cli; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
# Each takes longer to import than help may take to appear.
HEAVY = {"strawberry", "graphql", "tortoise", "pydantic", "starlette", "uvicorn", "asyncpg", "aiosqlite", "rich"}


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], check=True, capture_output=True, text=True)

    assert HEAVY.intersection(json.loads(done.stdout)) == set()


@pytest.mark.soak
def test_help_appears_within_400_milliseconds() -> None:
    command = [str(Path(sys.executable).parent / "guanxi"), "--help"]

    assert min(_seconds(command) for _ in range(10)) < 0.4


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began
