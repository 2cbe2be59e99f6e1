"""Contact points: what is stored of them, what equality compares, and how they look to those who may not see them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.customers.rules import addresses, contacts, masks
from guanxi.customers.rules.contacts import NewContact
from guanxi.errors import BadUserInputError

ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
KINDS = st.sampled_from([str(kind) for kind in contacts.ContactKind])


def checked(kind: str, value: str = "", **parts: Any) -> dict[str, Any]:
    return contacts.checked_contact(NewContact(kind, value, **parts), "CN")


@pytest.mark.parametrize("typed", ["a@example.com", " A@Example.COM ", "ａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "a@example。com"])
def test_every_way_to_write_an_email_address_is_one(typed: str) -> None:
    assert contacts.normalise_email(typed) == ("a@example.com", None, False)


@pytest.mark.parametrize("typed", ["a", "a@b", "@example.com", "a b@example.com", "a@@example.com", "a@例子"])
def test_what_is_no_email_address_is_kept_with_the_reason(typed: str) -> None:
    columns = checked("email", typed)

    assert (columns["value"], columns["is_valid"], columns["invalid_reason"]) == (typed, False, "not_an_email")
    assert columns["normalised"] is None


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        ("Tea_Lover-8", "tea_lover-8"),
        (" ｗｘｉｄ_abcdefghij1 ", "wxid_abcdefghij1"),
        ("oAbCdEfGhIjKlMnOpQrStUvWxYz1", "oAbCdEfGhIjKlMnOpQrStUvWxYz1"),
        ("13800000001", None),
        ("short", None),
        ("微信号", None),
    ],
)
def test_wechat_ids_have_no_case_but_open_ids_have(typed: str, normalised: str | None) -> None:
    assert contacts.normalise_wechat(typed).normalised == normalised


def test_the_value_is_kept_as_it_was_given() -> None:
    columns = checked("phone", " １３８-0000-0001 ", source="表单", is_preferred=True, collected="indirect")

    assert columns["value"] == "１３８-0000-0001"
    assert columns["normalised"] == "+8613800000001"
    assert (columns["source"], columns["is_preferred"], columns["collected"]) == ("表单", True, "indirect")


@pytest.mark.parametrize(
    ("kind", "value", "place"),
    [
        ("fax", "1", "kind"),
        ("phone", "", "value"),
        ("phone", "\u200b", "value"),
        ("email", "a\x00@example.com", "value"),
        ("other", "\udc00", "value"),
        ("other", "x" * 501, "value"),
    ],
)
def test_unstorable_empty_and_over_long_values_are_refused(kind: str, value: str, place: str) -> None:
    with pytest.raises(BadUserInputError) as caught:
        checked(kind, value)

    assert caught.value.path == (place,)


@given(KINDS, ANY)
def test_a_normalised_value_is_its_own_normal_form(kind: str, value: str) -> None:
    try:
        columns = checked(kind, value)
    except BadUserInputError:
        return

    assert columns["is_valid"] == (columns["normalised"] is not None) == (columns["invalid_reason"] is None)
    if columns["is_valid"]:
        assert checked(kind, columns["normalised"])["normalised"] == columns["normalised"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"province": "广东", "city": "广州"}, {"province": "广东省", "city": "广州市"}),
        ({"province": "北京"}, {"province": "北京市", "city": "北京市"}),
        ({"province": "内蒙古"}, {"province": "内蒙古自治区"}),
        ({"street": "天河路 １ 号，Ａ座"}, {"street": "天河路1号A座"}),
        ({"street": "Main Street 12"}, {"street": "main  street, 12"}),
    ],
)
def test_two_spellings_of_one_place_are_equal(one: dict[str, str], other: dict[str, str]) -> None:
    assert checked("address", **one)["normalised"] == checked("address", **other)["normalised"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"street": "1 23 Street"}, {"street": "12 3 Street"}),
        ({"street": "12-3号"}, {"street": "1-23号"}),
        ({"province": "吉林", "city": "吉林市"}, {"province": "吉林"}),
    ],
)
def test_different_places_stay_different(one: dict[str, str], other: dict[str, str]) -> None:
    assert checked("address", **one)["normalised"] != checked("address", **other)["normalised"]


def test_an_address_in_parts_needs_no_text_and_gets_the_full_province() -> None:
    columns = checked("address", province="浙江", city="杭州市", street="西湖路 8 号", postcode="３１０００２")

    assert columns["province"] == "浙江省"
    assert columns["value"] == "浙江省杭州市西湖路 8 号"
    assert (columns["postcode"], columns["is_valid"]) == ("310002", True)


def test_an_address_with_an_impossible_postcode_is_kept_and_reported() -> None:
    columns = checked("address", "西湖路8号", postcode="3100")

    assert (columns["is_valid"], columns["invalid_reason"], columns["postcode"]) == (False, "not_a_postcode", "3100")


@given(ANY)
def test_an_address_key_is_its_own_key(line: str) -> None:
    assert addresses.text_key(addresses.text_key(line)) == addresses.text_key(line)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800000001", "138****0001"),
        ("+8613800000001", "138****0001"),
        ("138 0000 0001", "138****0001"),
        ("010-88888888;ext=801", "010****8888"),
        ("95588", "****"),
        ("1380", "****"),
        ("zhang@example.com", "z****@example.com"),
        ("西湖路8号", "西****"),
        ("x", "****"),
        ("", "****"),
        (None, None),
    ],
)
def test_a_masked_value_shows_that_it_is_there_and_little_more(value: str | None, shown: str | None) -> None:
    assert masks.masked(value) == shown


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
def test_a_masked_mobile_number_hides_its_middle(number: str) -> None:
    assert masks.masked(number) == f"{number[:3]}****{number[-4:]}"
