"""What a log may show of a value, and what is taken out of a text."""

import pytest

from guanxi.context import MerchantRef
from guanxi.db.fields import uuid7
from guanxi.telemetry.scrubbing import HIDDEN, scrub, shown

SECRETS = [
    "13800138000",
    "138 0013 8000",
    "+86 138-0013-8000",
    "0571-88886666",
    "+1 (415) 555-0100",
    "li.lei+vip@shop.example.cn",
    "11010519491231002X",
    "6222 0212 3456 7890 123",
    "4111111111111111",
    "gx_api_AbCd1234_" + "x" * 43 + "_0a1B2c",
    "Bearer abcdefghijklmnop",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_taken_out_wherever_it_stands(secret: str) -> None:
    for text in (secret, f"failed for {secret}", f"({secret})", f'"{secret}", and more', f"电话{secret}。"):
        assert secret not in scrub(text)
        assert "[" in scrub(text)


@pytest.mark.parametrize(
    "text", ["request 01a20f3d-0466-7006 failed", "took 12.5 ms", "2026-11-24T20:33:33Z", "order 20261111", "int_01a2"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert scrub(text) == text


def test_a_password_in_an_address_is_taken_out() -> None:
    assert scrub("postgresql://app:pa55@db.example/guanxi") == "postgresql://[password]@db.example/guanxi"


def test_only_numbers_names_and_kinds_of_errors_are_shown() -> None:
    request = uuid7()

    assert [shown(one) for one in (3, 1.5, True, None, "membership", request)] == [
        3, 1.5, True, None, "membership", str(request),
    ]  # fmt: skip
    assert shown(ValueError("李雷 13800138000")) == "ValueError"
    for one in ("李雷", "Li Lei", {"name": "x"}, MerchantRef(request, "tea", "Tea")):
        assert shown(one) == HIDDEN
