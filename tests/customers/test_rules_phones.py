"""Telephone numbers are compared in one form; hotlines stay what is dialled; what is no number is said to be none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.customers.rules import phones

TYPED = st.text(st.sampled_from("0123456789０１２３+-() 　.转x;ext=*/、\u202dab"), max_size=30)


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        "１３８ ００００ ０００１",
        "+86 138-0000-0001",
        "(+86)13800000001",
        "0086 138 0000 0001",
        "8613800000001",
        "\u202d138\u20110000\u20110001\u202c",
        "　138.0000.0001\t",
    ],
)
def test_every_way_to_write_a_mobile_number_is_one_number(typed: str) -> None:
    assert phones.normalise_phone(typed, "CN") == ("+8613800000001", None, False)


@pytest.mark.parametrize(
    ("typed", "region", "normalised"),
    [
        ("010-88888888", "CN", "+861088888888"),
        ("010-88888888 转 801", "CN", "+861088888888;ext=801"),
        ("010-88888888分机801", "CN", "+861088888888;ext=801"),
        ("(650) 253-0000", "US", "+16502530000"),
        ("+1 650 253 0000", "CN", "+16502530000"),
        ("+852 2345 6789", "CN", "+85223456789"),
    ],
)
def test_landlines_extensions_and_foreign_numbers_are_read(typed: str, region: str, normalised: str) -> None:
    assert phones.normalise_phone(typed, region) == (normalised, None, False)


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("95588", "95588"),
        ("955 88", "95588"),
        ("９５５８８", "95588"),
        ("+86 95588", "95588"),
        ("400-812-3123", "4008123123"),
        ("+86 400 812 3123", "4008123123"),
        ("800-810-1234", "8008101234"),
        ("12306", "12306"),
        ("110", "110"),
        ("10086", "10086"),
        ("106905550001", "106905550001"),
    ],
)
def test_a_hotline_is_kept_as_it_is_dialled_and_marked(typed: str, dialled: str) -> None:
    assert phones.normalise_phone(typed, "CN") == (dialled, None, True)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "not_a_phone"),
        ("张三13800000001", "not_a_phone"),
        ("1-800-FLOWERS", "not_a_phone"),
        ("()", "not_a_phone"),
        ("138****0001", "masked"),
        ("13800000001/13900000001", "several_numbers"),
        ("13800000001、13900000001", "several_numbers"),
        ("1380000000", "no_such_number"),
        ("138000000012345678", "too_long"),
        ("+8612", "too_short"),
    ],
)
def test_what_is_no_number_is_kept_with_the_reason(typed: str, reason: str) -> None:
    assert phones.normalise_phone(typed, "CN") == (None, reason, False)


@given(TYPED)
def test_a_normalised_number_is_its_own_normal_form(typed: str) -> None:
    normal = phones.normalise_phone(typed, "CN")

    if normal.normalised is not None:
        assert phones.normalise_phone(normal.normalised, "CN") == normal
    else:
        assert normal.reason


@pytest.mark.parametrize(
    ("locale", "region"), [("zh-CN", "CN"), ("en-US", "US"), ("zh-Hant-TW", "TW"), ("en", "CN"), ("en-ZZ", "CN")]
)
def test_numbers_are_read_in_the_region_of_the_merchants_locale(locale: str, region: str) -> None:
    assert phones.region_of(locale) == region
