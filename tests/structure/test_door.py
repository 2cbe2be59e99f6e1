"""The public door names what it can open."""

import pytest

import guanxi


def test_every_public_name_can_be_imported() -> None:
    missing = [name for name in guanxi.__all__ if getattr(guanxi, name, None) is None]

    assert missing == []
    assert sorted(guanxi.__all__) == sorted({*guanxi.HOME_OF, *guanxi.OTHER_NAMES})


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(AttributeError, match="Customer"):
        _ = guanxi.Kunde
