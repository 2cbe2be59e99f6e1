"""What names are found by, without a database."""

import pytest

from guanxi.quality.rules import folding, tokens


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("張偉", "张伟"),
        ("歐陽鋒", "欧阳锋"),
        ("ＡＢＣ１２３", "abc123"),
        ("José Müller", "jose muller"),
        ("Søren Łukasz", "soren lukasz"),
        ("STRASSE Straße", "strasse strasse"),
        ("O'Brien O\u2019Brien", "obrien obrien"),
        ("張\u200b偉", "张伟"),
        ("ガンダム", "ガンダム"),
        ("한국", "한국"),
    ],
)
def test_what_looks_alike_is_one_text(typed: str, folded: str) -> None:
    assert folding.fold(typed) == folded


@pytest.mark.parametrize(
    ("name", "finds", "not_finds"),
    [
        ("单雄信", "shanxiongxin", "danxiongxin"),
        ("曾国藩", "zengguofan", "cengguofan"),
        ("仇英", "qiuying", "chouying"),
        ("解缙", "xiejin", "jiejin"),
        ("查良镛", "zhaliangyong", "chaliangyong"),
        ("欧阳娜娜", "oynn", "ouyn"),
        ("尉迟恭", "yuchigong", "weichigong"),
        ("万俟卨", "moqi", "wansi"),
        ("吕布", "lvbu", "luebu"),
        ("吕布", "lyubu", "liubu"),
        ("單于", "chanyu", "danyu"),
        ("重庆银行分行", "chongqingyinhang", "zhongqing"),
    ],
)
def test_a_surname_is_read_as_a_surname(name: str, finds: str, not_finds: str) -> None:
    found = tokens.name_tokens([name])

    assert any(one.startswith(finds) for one in found)
    assert not any(one.startswith(not_finds) for one in found)


def test_a_given_family_name_is_a_surname_wherever_it_stands() -> None:
    assert "shanzhenzhu" in tokens.name_tokens(["VIP 单珍珠"], "单")
    assert "shanshenguizudian" not in tokens.name_tokens(["单身贵族店"])


def test_every_end_of_a_name_is_a_way_to_it() -> None:
    assert tokens.name_tokens(["张伟"]) == {"张伟", "伟", "zhangwei", "wei", "zw", "w"}
    assert tokens.name_tokens(["Jean-Pierre Li"]) == {"jean pierre li", "pierre li", "li"}
    assert tokens.name_tokens(["Amy李3"]) == {"amy李3", "李3", "3", "amyli3", "li3", "l"}
    assert tokens.name_tokens(["…!"]) == set()


def test_a_search_is_words_and_no_character_is_syntax() -> None:
    terms = tokens.parse('  张伟 "OR" * NEAR/2 \'; DROP -- % _  ')

    assert [one.begins for one in terms] == [("张伟",), ("or",), (), ("near 2",), (), ("drop",), (), (), ()]
    assert tokens.parse("lǚbu")[0].begins == ("lubu", "lvbu")


@pytest.mark.parametrize(
    ("word", "tail", "contact"),
    [
        ("0001", "0001", None),
        ("０００１", "0001", None),
        ("00001", None, "00001"),
        ("138-0000-0001", None, "138-0000-0001"),
        ("+8613800000001", None, "+8613800000001"),
        ("a@example.com", None, "a@example.com"),
        ("张0001", None, None),
    ],
)
def test_digits_are_the_end_of_a_phone_or_a_whole_one(word: str, tail: str | None, contact: str | None) -> None:
    (term,) = tokens.parse(word)

    assert (term.tail, term.contact) == (tail, contact)


def test_the_tail_of_a_phone_leaves_its_extension_out() -> None:
    assert [tokens.tail_of(one) for one in ("+8613800001234", "+862112345678;ext=99", "110")] == ["1234", "5678", None]
