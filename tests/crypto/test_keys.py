"""The key ring: read from file or environment, refused with a cure where it is unusable."""

import os
from pathlib import Path

import pytest

from guanxi.crypto import KeySource, MasterKey, UnknownKeyError, UnusableKeysError, add_key
from guanxi.crypto.keys import hkdf
from guanxi.settings import Settings

A, B = MasterKey.new(), MasterKey.new()


def test_keys_are_derived_as_rfc_5869_says() -> None:
    derived = hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)))

    assert derived.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"


def test_a_sqlite_database_has_its_keys_in_a_file_beside_it_that_only_the_owner_reads(tmp_path: Path) -> None:
    source = KeySource(Settings(database_url=f"sqlite://{tmp_path}/shop.db"))

    source.make()
    made = source.ring()
    source.make()

    file = tmp_path / "shop.db.keys"
    assert (file.stat().st_mode & 0o777, len(made.keys)) == (0o600, 1)
    assert source.ring() == made
    assert made.current.line not in repr(made)


def test_a_server_makes_no_keys_because_that_would_hide_that_they_are_lost(tmp_path: Path) -> None:
    source = KeySource(Settings(database_url=f"sqlite://{tmp_path}/shop.db"))

    with pytest.raises(UnusableKeysError, match=r"shop\.db\.keys is not there"):
        source.ring()


def test_postgresql_asks_for_a_key_file() -> None:
    with pytest.raises(UnusableKeysError) as refused:
        KeySource(Settings(database_url="postgresql://a@h/d")).ring()

    assert "GUANXI_KEY_FILE" in refused.value.localized("en")


def test_keys_of_the_environment_win_and_the_first_of_them_seals(tmp_path: Path) -> None:
    settings = Settings.model_validate({"key_file": tmp_path / "none", "keys": f"{B.line}, {A.line}"})

    ring = KeySource(settings).ring()

    assert ring.keys == (B, A)
    assert ring.get(A.id) == A
    with pytest.raises(UnknownKeyError, match="00000000"):
        ring.get("00000000")


MALFORMED = {
    "empty": "",
    "a comment": "# nothing",
    "a short key": "00000000:short",
    "one twice": f"{A.line}\n{A.line}",
    "too long": f"{A.line}x",
    "no ASCII": "ключ",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_key_file_is_named_but_not_shown(text: str, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)

    with pytest.raises(UnusableKeysError) as refused:
        KeySource(Settings(key_file=file)).ring()

    assert str(file) in str(refused.value)
    assert A.line[9:] not in refused.value.localized("en")


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(A.line)
    file.chmod(0o640)

    with pytest.raises(UnusableKeysError) as refused:
        KeySource(Settings(key_file=file)).ring()

    assert f"chmod 600 {file}" in refused.value.localized("en")


def test_a_new_key_seals_at_once_everywhere_and_the_old_one_still_opens(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    first = add_key(file)
    source = KeySource(Settings(key_file=file))
    assert source.ring().keys == (first,)

    second = add_key(file)

    assert source.ring().keys == (second, first)
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["keys"]
