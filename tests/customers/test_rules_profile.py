"""What a customer's own fields may hold."""

from datetime import date
from typing import Any

import pytest

from guanxi.customers.rules import profile
from guanxi.customers.rules.profile import Identity
from guanxi.errors import BadUserInputError

TODAY = date(2026, 11, 1)
ZONES = {"Asia/Shanghai", "Europe/Paris"}


def checked(**fields: Any) -> dict[str, Any]:
    given: Any = fields  # values of wrong types too
    return profile.checked_fields(given, today=TODAY, timezones=ZONES)


def test_only_the_given_fields_come_back_each_in_its_form() -> None:
    fields = checked(display_name=" 张　伟 ", gender="male", timezone="Europe/Paris", lifecycle="active", source=" ")

    assert fields == {
        "display_name": "张 伟",
        "gender": "male",
        "timezone": "Europe/Paris",
        "lifecycle": "active",
        "source": None,
    }


@pytest.mark.parametrize(
    "name", ["display_name", "given_name", "family_name", "gender", "birthday", "locale", "timezone"]
)
def test_none_clears_a_field_that_may_be_empty(name: str) -> None:
    assert checked(**{name: None}) == {name: None}


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("gender", "unknown", "gender"),
        ("lifecycle", "vip", "lifecycle"),
        ("lifecycle", None, "lifecycle"),
        ("birthday", date(1899, 12, 31), "birthday"),
        ("birthday", date(2026, 11, 2), "birthday"),
        ("locale", "中文", "locale"),
        ("timezone", "Mars/Olympus", "timezone"),
        ("display_name", "长" * 121, "displayName"),
        ("source", "x" * 61, "source"),
    ],
)
def test_a_refused_value_is_named_by_its_field(name: str, value: object, place: str) -> None:
    with pytest.raises(BadUserInputError) as caught:
        checked(**{name: value})

    assert caught.value.path == (place,)


def test_a_birthday_may_be_today_or_in_1900() -> None:
    assert checked(birthday=TODAY)["birthday"] == TODAY
    assert checked(birthday=date(1900, 1, 1))["birthday"] == date(1900, 1, 1)


@pytest.mark.parametrize(
    ("given_name", "family_name", "shown"),
    [("伟", "张", "张伟"), ("Ada", "Lovelace", "Ada Lovelace"), (None, "欧阳", "欧阳"), ("Ada", None, "Ada")],
)
def test_a_name_to_show_is_made_of_the_parts(given_name: str | None, family_name: str | None, shown: str) -> None:
    assert profile.display_name_of(given_name, family_name) == shown


def test_without_any_name_there_is_none_to_show() -> None:
    with pytest.raises(BadUserInputError):
        profile.display_name_of(None, None)


def test_a_system_has_no_case_but_its_ids_have() -> None:
    assert profile.checked_identity(Identity(" ＴａｏＢａｏ ", " aB1 ")) == Identity("taobao", "aB1")


@pytest.mark.parametrize(
    ("identity", "place"),
    [
        (Identity("", "1"), "system"),
        (Identity("淘宝", "1"), "system"),
        (Identity("a" * 41, "1"), "system"),
        (Identity("shop", "  "), "externalId"),
        (Identity("shop", "1\x00"), "externalId"),
        (Identity("shop", "1" * 201), "externalId"),
    ],
)
def test_an_identity_without_form_is_refused(identity: Identity, place: str) -> None:
    with pytest.raises(BadUserInputError) as caught:
        profile.checked_identity(identity)

    assert caught.value.path == (place,)
