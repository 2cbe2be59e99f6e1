"""Tables of the toy club: people, their visits, badges and hobbies."""

from typing import Any

from tortoise import fields

from guanxi.db.fields import UtcField
from guanxi.db.models import MerchantModel


class Person(MerchantModel):
    name = fields.CharField(max_length=80, description="What everybody calls them.")
    nickname = fields.CharField(max_length=80, null=True)
    phone = fields.CharField(max_length=30, null=True)
    secret = fields.CharField(max_length=30, null=True)
    rank = fields.IntField(default=0)
    karma = fields.BigIntField(default=0)
    score = fields.FloatField(null=True)
    is_active = fields.BooleanField(default=True)
    born_on = fields.DateField(null=True)
    joined_at = UtcField(null=True)
    paid_minor = fields.BigIntField(null=True)
    currency = fields.CharField(max_length=3, null=True)
    settings: Any = fields.JSONField(default=dict)

    class Meta:
        table = "club_person"


class Visit(MerchantModel):
    person = fields.ForeignKeyField("club.Person", related_name=False)
    host = fields.ForeignKeyField("club.Person", related_name=False, null=True)
    kind = fields.CharField(max_length=20)
    note = fields.CharField(max_length=80, null=True)
    minutes = fields.IntField(default=0)

    class Meta:
        table = "club_visit"


class Badge(MerchantModel):
    person = fields.OneToOneField("club.Person", related_name=False)
    level = fields.IntField(default=1)

    class Meta:
        table = "club_badge"


class Hobby(MerchantModel):
    name = fields.CharField(max_length=40)

    class Meta:
        table = "club_hobby"


class PersonHobby(MerchantModel):
    person = fields.ForeignKeyField("club.Person", related_name=False)
    hobby = fields.ForeignKeyField("club.Hobby", related_name=False)

    class Meta:
        table = "club_person_hobby"
        unique_together = (("merchant_id", "person_id", "hobby_id"),)


class LooseHobby(MerchantModel):
    person = fields.ForeignKeyField("club.Person", related_name=False)
    hobby = fields.ForeignKeyField("club.Hobby", related_name=False)

    class Meta:
        table = "club_loose_hobby"
