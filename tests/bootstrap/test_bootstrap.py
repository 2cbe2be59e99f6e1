"""One command makes the environment, once, and repairs it where it is not what it should be.

The commands run in a tiny project with the real bootstrap.py, which installs without a network.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKER = ".guanxi-environment"

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "guanxi"
version = "1"
"""
# Builds the one wheel that an editable install asks for: a path file and the command.
BACKEND = """
import pathlib, zipfile

NAME = "guanxi-1.dist-info"
FILES = {
    f"{NAME}/METADATA": "Metadata-Version: 2.1\\nName: guanxi\\nVersion: 1\\n",
    f"{NAME}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    f"{NAME}/entry_points.txt": "[console_scripts]\\nguanxi = tiny:main\\n",
    "guanxi.pth": str(pathlib.Path.cwd()) + "\\n",
}


def get_requires_for_build_editable(config_settings=None):
    return []


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "guanxi-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as wheel:
        for path, text in FILES.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{NAME}/RECORD", "".join(f"{path},,\\n" for path in [*FILES, f"{NAME}/RECORD"]))
    return name
"""
COMMAND = "import json, sys\n\ndef main():\n    print(json.dumps(sys.argv[1:]))\n"


@dataclass
class Checkout:
    """A clone on a machine with nothing but Python."""

    folder: Path
    home: Path

    @property
    def environment(self) -> Path:
        return self.folder / ".venv"

    def bootstrap(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(self.folder / "bootstrap.py"), *arguments]
        surroundings = {"PATH": os.defpath, "HOME": str(self.home), "PIP_NO_INDEX": "1", **variables}
        return subprocess.run(command, capture_output=True, text=True, env=surroundings, check=False, timeout=180)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    folder = tmp_path_factory.mktemp("clone") / "关系 客户"
    folder.mkdir()
    shutil.copy(ROOT / "bootstrap.py", folder)
    texts = {"pyproject.toml": PROJECT, "backend.py": BACKEND, "tiny.py": COMMAND, "requirements.lock": "# none\n"}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Checkout(folder, tmp_path_factory.mktemp("home"))


def test_the_first_run_makes_the_environment_and_the_second_finds_it(checkout: Checkout) -> None:
    shutil.rmtree(checkout.environment, ignore_errors=True)

    first = checkout.bootstrap("run", "--once", "a b")
    second = checkout.bootstrap("run", "--once")

    assert json.loads(first.stdout) == ["demo", "--once", "a b"]
    assert "environment ready" in first.stderr
    assert (second.stdout, second.stderr) == ('["demo", "--once"]\n', "")


def test_an_interrupted_environment_is_made_anew(checkout: Checkout) -> None:
    checkout.bootstrap("run")
    (checkout.environment / MARKER).unlink()
    shutil.rmtree(next((checkout.environment / "lib").glob("*/site-packages/pip")))

    again = checkout.bootstrap("run")

    assert json.loads(again.stdout) == ["demo"]


def test_a_changed_project_is_installed_again_into_the_same_environment(checkout: Checkout) -> None:
    checkout.bootstrap("run")
    kept = checkout.environment / "kept"
    kept.touch()
    with (checkout.folder / "pyproject.toml").open("a") as project:
        project.write("# changed\n")

    again = checkout.bootstrap("run")

    assert "environment ready" in again.stderr
    assert kept.exists()


def test_a_moved_checkout_gets_an_environment_of_its_own(checkout: Checkout, tmp_path: Path) -> None:
    checkout.bootstrap("run")
    moved = Checkout(tmp_path / "moved", checkout.home)
    shutil.copytree(checkout.folder, moved.folder, symlinks=True)

    ran = moved.bootstrap("run")

    assert json.loads(ran.stdout) == ["demo"]
    assert str(checkout.folder) not in (moved.environment / "bin" / "guanxi").read_text(encoding="utf-8")


def test_configuration_of_the_machines_own_pip_does_not_matter(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "constraints.txt").write_text("guanxi==99\n", encoding="utf-8")
    with (checkout.folder / "pyproject.toml").open("a") as project:
        project.write("# installed again\n")

    ran = checkout.bootstrap("run", PIP_USER="1", PIP_CONSTRAINT=str(tmp_path / "constraints.txt"), PIP_TARGET="/tmp/x")

    assert json.loads(ran.stdout) == ["demo"]


def test_a_package_that_cannot_be_fetched_ends_with_one_line_that_names_the_cure(
    checkout: Checkout, tmp_path: Path
) -> None:
    lonely = Checkout(tmp_path / "lonely", checkout.home)
    shutil.copytree(checkout.folder, lonely.folder, ignore=shutil.ignore_patterns(".venv"))
    (lonely.folder / "requirements.lock").write_text(f"nothing==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")

    ran = lonely.bootstrap("run", PIP_NO_INDEX="", PIP_INDEX_URL="http://127.0.0.1:9", PIP_RETRIES="0")

    assert ran.returncode == 2
    assert "PIP_INDEX_URL" in ran.stderr.splitlines()[-1]


def test_an_unknown_command_names_the_known_ones(checkout: Checkout) -> None:
    ran = checkout.bootstrap("rnu")

    assert ran.returncode == 2
    assert "run|test|check|bench|soak|lock" in ran.stderr


def test_an_old_python_gets_as_far_as_the_message() -> None:
    source = (ROOT / "bootstrap.py").read_text(encoding="utf-8")

    ast.parse(source, feature_version=(3, 6))


def test_the_lock_has_hashes_for_everything_and_names_no_address() -> None:
    pins = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    requirements = [line for line in pins.splitlines() if line and line[0] not in "# "]

    assert [line for line in requirements if not re.fullmatch(r"[\w.-]+==[\w.]+ \\", line)] == []
    assert not re.search(r"://|^-|--(index|extra-index|find-links|trusted)", pins, re.MULTILINE)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", pins)) > len(requirements)
