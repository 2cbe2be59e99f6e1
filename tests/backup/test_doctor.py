"""``guanxi doctor``: well is well, and what is not comes with its cure."""

from pathlib import Path
from typing import Any

import pytest

from guanxi.settings import Settings


def test_a_sound_installation_is_told_to_be_sound(shops: Settings, run: Any) -> None:
    code, said = run(shops, "doctor")

    assert code == 0, said
    assert "FAIL" not in said
    for name in ("database", "migrations", "master keys", "plugins"):
        assert f"ok   {name}:" in said


def test_an_empty_database_is_told_with_its_cure(beside: Settings, run: Any) -> None:
    code, said = run(beside, "doctor")

    assert code == 1
    assert "FAIL" in said
    assert "guanxi migrate" in said


@pytest.mark.parametrize("database_settings", ["sqlite"], indirect=True)
def test_a_damaged_file_is_told_with_its_cure(shops: Settings, run: Any) -> None:
    path = Path(shops.database_url.removeprefix("sqlite://"))
    content = bytearray(path.read_bytes())
    for page in range(20, len(content) // 4_096):
        content[page * 4_096 : page * 4_096 + 64] = b"\xff" * 64
    path.write_bytes(bytes(content))

    code, said = run(shops, "doctor")

    assert code == 1
    assert "guanxi restore" in said or "GUANXI_DATABASE_URL" in said
