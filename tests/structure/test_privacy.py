"""Every column of every bundled app says what an export and an erasure do with it."""

from guanxi import app
from guanxi.db import privacy
from guanxi.db.fields import EncryptedField
from guanxi.db.privacy import PrivacyClass


def test_every_column_declares_its_privacy_class() -> None:
    assert privacy.undeclared(app.app_set()) == []


def test_what_is_declared_encrypted_is_ciphertext() -> None:
    columns = [one for one in privacy.classes(app.app_set()) if one.privacy is PrivacyClass.ENCRYPTED]

    assert [one for one in columns if not isinstance(one.model._meta.fields_map[one.name], EncryptedField)] == []
    assert ("contact_point", "value") in {(one.table, one.name) for one in columns}
