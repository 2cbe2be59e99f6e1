"""Every column of every bundled app says what an export and an erasure do with it."""

from guanxi import app
from guanxi.db import privacy


def test_every_column_declares_its_privacy_class() -> None:
    assert privacy.undeclared(app.app_set()) == []
