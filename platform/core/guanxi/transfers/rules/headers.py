"""What columns are called, in Chinese and English, and which row of a file says so."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guanxi.transfers import errors
from guanxi.transfers.rules.problems import Problem

LOOKED_AT: Final = 10  # rows of the beginning
IGNORED, CUSTOM = "ignore", "custom."
BRACKETED: Final = re.compile(r"[(（\[【].*?[)）\]】]")
LETTERS: Final = re.compile(r"[^0-9a-z\u3400-\u9fff\uf900-\ufaff]+")

# Target -> what people call it. Those of MANY may have several columns.
SYNONYMS: Final[Mapping[str, str]] = {
    "display_name": "姓名 名字 客户 客户姓名 客户名称 名称 会员姓名 收货人 收件人 联系人 昵称 买家昵称 name fullname"
    " displayname customer customername contactname nickname",
    "family_name": "姓 姓氏 lastname familyname surname",
    "given_name": "名 firstname givenname",
    "gender": "性别 称谓 gender sex",
    "birthday": "生日 出生日期 出生年月日 birthday birthdate dateofbirth dob",
    "phone": "手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 移动电话 收货电话 phone mobile mobilephone tel"
    " telephone phonenumber mobilenumber cellphone",
    "email": "邮箱 电子邮箱 电子邮件 邮件 email emailaddress mail",
    "wechat": "微信 微信号 wechat wechatid weixin",
    "address": "地址 收货地址 详细地址 联系地址 通讯地址 address fulladdress shippingaddress",
    "province": "省 省份 province state",
    "city": "市 城市 city",
    "district": "区 区县 县 district county",
    "street": "街道 街道地址 street streetaddress",
    "postcode": "邮编 邮政编码 postcode zip zipcode postalcode",
    "tag": "标签 客户标签 会员标签 tag tags label labels",
    "external_id": "客户编号 客户id 会员号 会员编号 会员卡号 会员id 编号 id customerid memberid memberno customerno"
    " externalid",
    "lifecycle": "状态 客户状态 生命周期 lifecycle stage",
    "source": "来源 客户来源 渠道来源 source",
    "locale": "语言 locale language",
    IGNORED: "序号 行号 备注 问题 问题problem 修改建议 修改建议suggestion no rownumber remark problem suggestion",
}
MANY: Final = frozenset({"phone", "email", "wechat", "tag", IGNORED})
KNOWN: Final = {word: target for target, words in SYNONYMS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what. ``row`` is the header's number, ``titles`` all of it, ``targets`` by place from 0."""

    row: int
    titles: tuple[str, ...]
    targets: Mapping[int, str]
    problems: tuple[Problem, ...] = field(default=())

    def title(self, place: int) -> str:
        """What a column is called; its letter where it is called nothing."""
        return (self.titles[place] if place < len(self.titles) else "") or letter_of(place)


def find(
    rows: Sequence[tuple[int, list[str]]], mapping: Mapping[str, str], custom: Mapping[str, str] | None = None
) -> Columns:
    """The header among the first rows of a file, and what it says.

    Args:
        rows: the first rows, numbered; titles and notes may stand above the header.
        mapping: what whoever imports it says: a column's name -> target.
        custom: names and labels of the merchant's own fields -> target.

    Raises:
        UnreadableFileError: no row names a column.
    """
    said = {fold(title): target for title, target in mapping.items()}
    known = KNOWN | {fold(title): target for title, target in (custom or {}).items()} | said
    best: tuple[int, list[str]] | None = None
    best_score = 0
    for number, cells in rows[:LOOKED_AT]:
        score = sum(1 for cell in cells if known.get(fold(cell), IGNORED) != IGNORED)
        score += sum(1 for cell in cells if fold(cell) in said)
        if score > best_score:
            best, best_score = (number, cells), score
    if best is None:
        raise errors.unknown_header()
    return _columns(best[0], [cell.strip() for cell in best[1]], known)


def _columns(row: int, titles: list[str], known: Mapping[str, str]) -> Columns:
    targets: dict[int, str] = {}
    problems: list[Problem] = []
    for place, title in enumerate(titles):
        target = known.get(fold(title))
        if target is None:
            problems += _unknown(row, place, title, known)
        elif target != IGNORED and target not in MANY and target in targets.values():
            problems.append(Problem(row, title, "DUPLICATE_HEADER", title, is_warning=True))
        elif target != IGNORED:
            targets[place] = target
    return Columns(row, tuple(titles), targets, tuple(problems))


def _unknown(row: int, place: int, title: str, known: Iterable[str]) -> list[Problem]:
    if not title:
        return [Problem(row, letter_of(place), "BLANK_HEADER", "", is_warning=True)]
    near = difflib.get_close_matches(fold(title), known, n=1, cutoff=0.75)
    return [Problem(row, title, "UNKNOWN_HEADER", title, is_warning=True, near=near[0] if near else None)]


def fold(title: str) -> str:
    """A title as it is compared: no case, no width, no blanks and signs, nothing in brackets."""
    plain = unicodedata.normalize("NFKC", BRACKETED.sub("", title)).casefold()
    return LETTERS.sub("", plain)


def letter_of(place: int) -> str:
    """A column's letter in a spreadsheet; ``place`` counts from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
