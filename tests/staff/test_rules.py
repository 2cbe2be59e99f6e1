"""The text of tokens, the rules of built-in roles, the arithmetic of rotation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.permissions import SIGNED_IN
from guanxi.staff import rules

NOW = datetime(2026, 11, 1, tzinfo=UTC)
KNOWN = (
    "core.session.use",
    "customers.customer.read",
    "customers.customer.write",
    "customers.customer.erase",
    "membership.points.adjust",
    "staff.role.read",
    "staff.token.write",
)


def base62(length: int) -> st.SearchStrategy[str]:
    return st.text(rules.BASE62, min_size=length, max_size=length)


TEXTS = st.builds(rules.make_token, st.sampled_from(rules.KINDS), base62(8), base62(43))


@given(st.sampled_from(rules.KINDS), base62(8), base62(43))
@settings(max_examples=60)
def test_a_made_token_parses_to_its_parts(kind: rules.TokenKind, public_id: str, secret: str) -> None:
    assert rules.parse_token(rules.make_token(kind, public_id, secret)) == rules.TokenText(kind, public_id)


@given(TEXTS, st.integers(0, 200), st.characters(codec="utf-8"))
@settings(max_examples=150)
def test_one_mistyped_character_is_always_noticed(text: str, place: int, typed: str) -> None:
    place %= len(text)
    mistyped = text[:place] + typed + text[place + 1 :]

    parsed = rules.parse_token(mistyped)

    assert (parsed is None) == (mistyped != text)


@given(st.text(max_size=80))
@settings(max_examples=60)
def test_other_text_is_no_token(text: str) -> None:
    assert rules.parse_token(text) is None


@pytest.mark.parametrize("change", [str.lower, str.upper, "{}\n".format, " {}".format, "{}x".format, lambda t: t[:-1]])
def test_a_token_is_taken_literally_or_not_at_all(change: Callable[[str], str]) -> None:
    text = rules.make_token("api", "abcdEFGH", "s" * 43)

    assert rules.parse_token(change(text)) is None


def test_the_text_has_the_documented_form() -> None:
    kind, public_id, secret, checksum = rules.make_token("api", "abcdEFGH", "s" * 43).split("_")[1:]

    assert (kind, public_id, len(secret), len(checksum)) == ("api", "abcdEFGH", 43, 6)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("admin", set(KNOWN)),
        ("manager", set(KNOWN) - {"staff.token.write"}),
        ("agent", {"core.session.use", "customers.customer.read", "customers.customer.write"}),
        ("read-only", {"core.session.use", "customers.customer.read", "staff.role.read"}),
    ],
)
def test_a_built_in_role_is_a_rule_over_the_known_permissions(role: str, allowed: set[str]) -> None:
    assert rules.permissions_of_role(role, [], is_builtin=True, known=KNOWN) == allowed


def test_a_role_of_ones_own_allows_what_is_written_and_nothing_more() -> None:
    allowed = rules.permissions_of_role("admin", ["staff.role.read"], is_builtin=False, known=KNOWN)

    assert allowed == {"staff.role.read", SIGNED_IN}


@given(st.frozensets(st.sampled_from(KNOWN)), st.frozensets(st.sampled_from(KNOWN)))
@settings(max_examples=40)
def test_scopes_only_ever_narrow(role: frozenset[str], scopes: frozenset[str]) -> None:
    allowed = rules.permissions_of_token(role, scopes)

    assert allowed <= role | {SIGNED_IN}
    assert allowed - {SIGNED_IN} <= (scopes or role)


@pytest.mark.parametrize(
    ("old", "overlap", "end"),
    [
        (None, timedelta(hours=1), NOW + timedelta(hours=1)),
        (NOW + timedelta(minutes=5), timedelta(hours=1), NOW + timedelta(minutes=5)),
        (NOW + timedelta(days=9), timedelta(), NOW),
    ],
)
def test_a_rotated_token_ends_after_the_overlap_and_never_later_than_before(
    old: datetime | None, overlap: timedelta, end: datetime
) -> None:
    assert rules.rotated_expiry(old, overlap, NOW) == end


def test_a_successor_lives_as_long_as_its_predecessor_was_meant_to() -> None:
    created = NOW - timedelta(days=20)

    assert rules.renewed_expiry(created, created + timedelta(days=30), NOW) == NOW + timedelta(days=30)
    assert rules.renewed_expiry(created, None, NOW) is None


def test_a_token_ends_at_the_very_moment_of_its_expiry() -> None:
    assert rules.is_live(NOW, None, NOW - timedelta(microseconds=1))
    assert not rules.is_live(NOW, None, NOW)
    assert not rules.is_live(None, NOW, NOW)


def test_the_nearest_known_name_is_proposed() -> None:
    assert rules.nearest("customer.customers.read", KNOWN) == "customers.customer.read"
    assert rules.nearest("x.y.z", []) is None
