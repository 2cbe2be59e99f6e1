"""What a merchant's settings may look like."""

from collections.abc import Callable

import pytest

from guanxi.errors import BadUserInputError
from guanxi.merchants import rules


@pytest.mark.parametrize("slug", ["ab", "tea-ware", "1688", "a" * 40])
def test_a_slug_is_short_and_plain(slug: str) -> None:
    assert rules.checked_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "a", "-tea", "Tea", "tea_ware", "茶具", "a" * 41, "tea\n"])
def test_other_slugs_are_refused(slug: str) -> None:
    with pytest.raises(BadUserInputError) as refused:
        rules.checked_slug(slug)

    assert refused.value.path == ("slug",)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://shop.example.com", "https://shop.example.com"),
        ("HTTPS://Shop.Example.com:443/", "https://shop.example.com"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://[::1]", "http://[::1]"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(given: str, kept: str) -> None:
    assert rules.checked_origins([given, given]) == [kept]


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "https://*.example.com", "shop.example.com", "ftp://a.example", "https://a.example/path",
     "https://a.example?x", "https://me@a.example", "https://a.example:port", "https://a.example:99999", "https://",
     "https://a.example\n", "https://[::1"],
)  # fmt: skip
def test_anything_but_an_origin_is_refused_at_its_place(origin: str) -> None:
    with pytest.raises(BadUserInputError) as refused:
        rules.checked_origins(["https://good.example", origin])

    assert refused.value.path == ("allowedOrigins", 1)


def test_there_are_only_so_many_origins() -> None:
    with pytest.raises(BadUserInputError):
        rules.checked_origins([f"https://{n}.example" for n in range(21)])


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (rules.checked_currency, "CNY", "CNH"),
        (rules.checked_currency, "USD", "usd"),
        (rules.checked_locale, "zh-Hans-CN", "zh_CN"),
        (rules.checked_locale, "en", "english please"),
        (rules.checked_document_mode, "trusted", "strict"),
        (rules.checked_name, "茶具店", "\x00"),
        (rules.checked_name, "x" * 80, "x" * 81),
    ],
)
def test_settings_are_checked(check: Callable[[str], str], good: str, bad: str) -> None:
    assert check(good) == good
    with pytest.raises(BadUserInputError):
        check(bad)


def test_a_zone_must_be_known() -> None:
    assert rules.checked_timezone("Asia/Shanghai", {"Asia/Shanghai"}) == "Asia/Shanghai"
    with pytest.raises(BadUserInputError):
        rules.checked_timezone("Asia/Peking", {"Asia/Shanghai"})


def test_outer_whitespace_of_a_name_is_dropped() -> None:
    assert rules.checked_name(" 茶具店\n") == "茶具店"
