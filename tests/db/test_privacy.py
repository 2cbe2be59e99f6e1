"""The registry of columns: what is declared, what follows by rule, what is a fault."""

from tortoise import fields

from guanxi import app
from guanxi.db import privacy
from guanxi.db.models import MerchantModel
from guanxi.db.privacy import Privacy, PrivacyClass


class Badge(MerchantModel):
    """A declared model."""

    holder: "fields.ForeignKeyRelation[Badge]" = fields.ForeignKeyField("toys.Badge", related_name=False)
    nickname = fields.CharField(max_length=10)
    motto = fields.CharField(max_length=10)
    points = fields.IntField()
    version = fields.IntField()

    privacy = Privacy(searchable="nickname", encrypted="motto", retain="points")

    class Meta:
        table = "toy_badge"


class Careless(MerchantModel):
    """A model with every fault."""

    nickname = fields.CharField(max_length=10)
    points = fields.IntField()

    privacy = Privacy(export="points", retain="points", internal="colour")

    class Meta:
        table = "toy_careless"


def test_columns_have_the_class_that_is_declared_and_technical_ones_that_of_the_rule() -> None:
    assert privacy.class_of_columns(Badge) == {
        "id": PrivacyClass.INTERNAL,
        "merchant_id": PrivacyClass.INTERNAL,
        "holder_id": PrivacyClass.INTERNAL,
        "nickname": PrivacyClass.SEARCHABLE,
        "motto": PrivacyClass.ENCRYPTED,
        "points": PrivacyClass.RETAIN,
        "version": PrivacyClass.INTERNAL,
    }
    assert list(privacy.faults_of(Badge)) == []


def test_a_column_without_a_class_with_two_or_that_is_none_is_told_with_place_and_cure() -> None:
    told = "\n".join(privacy.faults_of(Careless))

    assert "test_privacy.py:" in told
    assert "Careless.nickname has no privacy class: add 'nickname' to one of searchable, encrypted" in told
    assert "Careless: privacy names 'colour', which is no column; there are id, merchant_id, nickname" in told
    assert "Careless.points has two privacy classes" in told


def test_the_classes_say_what_an_export_and_an_erasure_do() -> None:
    assert {one for one in PrivacyClass if one.is_exported} == {"clear-searchable", "encrypted", "export", "retain"}
    assert {one for one in PrivacyClass if one.is_erased} == {"clear-searchable", "encrypted", "export", "erase"}


def test_the_registry_lists_every_column_of_the_installation_with_its_table() -> None:
    listed = {(one.table, one.name): one for one in privacy.classes(app.app_set())}

    assert listed["customer", "display_name"].privacy is PrivacyClass.SEARCHABLE
    assert listed["contact_point", "value"].privacy is PrivacyClass.ENCRYPTED
    assert listed["membership_account", "spend_minor"].app == "membership"
    assert listed["interaction", "customer_id"].privacy is PrivacyClass.INTERNAL
