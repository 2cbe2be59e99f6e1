"""Files in and out by the command line, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from guanxi.testing.dirty_files import dirty_export


@pytest.fixture
def guanxi(tmp_path: Path) -> Callable[..., str]:
    """Run the command on a database of its own; what it printed."""
    settings = {
        "GUANXI_DATABASE_URL": f"sqlite://{tmp_path / 'guanxi.db'}",
        "GUANXI_FILES_DIR": str(tmp_path / "files"),
    }

    def run(*arguments: str, code: int = 0) -> str:
        command = [sys.executable, "-c", "from guanxi.cli import main; main()", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | settings, cwd=tmp_path, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    run("merchant", "create", "tea")
    return run


def test_a_dirty_file_is_tried_imported_and_exported(guanxi: Callable[..., str], tmp_path: Path) -> None:
    dirty, path = dirty_export(12), tmp_path / "会员.csv"
    path.write_bytes("客戶姓名,電話號碼,國語學習\n".encode("big5"))
    refused = guanxi("import", "customers", str(path), "--merchant", "tea", code=1)
    path.write_bytes(dirty.content)

    dry = guanxi("import", "customers", str(path), "--merchant", "tea", "--dry-run")
    done = guanxi("import", "customers", str(path), "--merchant", "tea")
    told = guanxi("export", "customers", str(tmp_path / "out.csv"), "--merchant", "tea", "--columns", "displayName")

    assert "UNKNOWN_ENCODING" in refused
    assert f"{dirty.sound} customers would be new" in dry
    assert f"{dirty.sound} customers are new, 0 changed, 0 as before, {len(dirty.problems)} rows left out" in done
    assert "INVALID_PHONE" in done
    assert (tmp_path / "会员-errors.csv").read_text(encoding="utf-8-sig").count("\n") >= len(dirty.problems)
    assert f"{dirty.sound} customers are in" in told
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()) == dirty.sound + 1
