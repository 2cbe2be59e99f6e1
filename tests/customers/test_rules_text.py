"""Text comes to one form, and nothing enters that a database could not give back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.customers.rules import text
from guanxi.errors import BadUserInputError

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    ("given_text", "clean"),
    [
        ("  张　伟  ", "张 伟"),
        ("ＡＢＣ１２３", "ABC123"),
        ("O\u2019Neil\t\n Mary", "O\u2019Neil Mary"),
        ("\ufeff\u202d李雷\u202c\u200b", "李雷"),
        ("a\x01b", "a b"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
def test_width_blanks_and_invisible_characters_are_folded(given_text: str, clean: str) -> None:
    assert text.clean_text(given_text, "displayName", 40) == clean


@pytest.mark.parametrize("broken", ["a\x00b", "\ud83d", "x" * 41, "ﷺ" * 40])
def test_nul_lone_surrogates_and_over_long_texts_are_refused_at_their_place(broken: str) -> None:
    with pytest.raises(BadUserInputError) as caught:
        text.clean_text(broken, "displayName", 40)

    assert caught.value.path == ("displayName",)
    assert broken not in caught.value.localized("en")
    assert caught.value.localized("zh-CN") != caught.value.localized("en")


@given(ANY)
def test_folding_twice_is_folding_once(raw: str) -> None:
    assert text.fold_blanks(text.fold_blanks(raw)) == text.fold_blanks(raw)
    assert text.fold_case(text.fold_case(raw)) == text.fold_case(raw)


def test_a_tag_keeps_its_case_and_is_compared_without() -> None:
    assert text.clean_tag(" ＶＩＰ  客户 ") == "VIP 客户"
    assert text.fold_case("VIP 客户") == text.fold_case("vip 客户")


@pytest.mark.parametrize("name", ["", " \u3000 ", "\u200b", "长" * 41])
def test_an_empty_or_over_long_tag_is_refused(name: str) -> None:
    with pytest.raises(BadUserInputError):
        text.clean_tag(name)
