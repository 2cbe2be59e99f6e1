"""Chinese addresses: provinces by their full name, and a form in which two spellings of one place are equal."""

import re

from guanxi.customers.rules import text

# Source: GB/T 2260, the provincial level. Short name -> what the full name adds.
PROVINCES = {
    **dict.fromkeys(("北京", "天津", "上海", "重庆"), "市"),
    **dict.fromkeys(("河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东"), "省"),
    **dict.fromkeys(("河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海"), "省"),
    **{"台湾": "省"},
    **{"内蒙古": "自治区", "西藏": "自治区", "广西": "壮族自治区", "宁夏": "回族自治区", "新疆": "维吾尔自治区"},
    **{"香港": "特别行政区", "澳门": "特别行政区"},
}
FULL_NAMES = {short + suffix: short for short, suffix in PROVINCES.items()}
SEPARATORS = re.compile(r"[\s,.;:，。；：、·_]+")
DASHES = re.compile("[\u2010-\u2015\u2212]")
POSTCODE = re.compile(r"\d{6}", re.ASCII)


def full_province(name: str | None) -> str | None:
    """The province by its full name; a name that is no Chinese province stays as it is."""
    if name is None:
        return None
    short = _short_province(name.replace(" ", ""))
    return short + PROVINCES[short] if short in PROVINCES else name


def join_parts(*parts: str | None) -> str:
    """The parts as one line, with spaces only where none is written in Chinese."""
    found = [part for part in parts if part]
    return " ".join(found) if all(part.isascii() for part in found) else "".join(found)


def address_key(province: str | None, city: str | None, district: str | None, street: str | None) -> str:
    """What equality compares: ``text_key`` of the parts, without the words 省 and 市.

    In a municipality the city repeats the province, or is left out: both spellings are equal.
    """
    province_key = _short_province(text_key(province or ""))
    city_key = _short_city(text_key(city or ""))
    if city_key == province_key and PROVINCES.get(province_key) == "市":
        city_key = ""
    return text_key(" ".join((province_key, city_key, district or "", street or "")))


def text_key(line: str) -> str:
    """An address in one line as it is compared: without case, blanks and punctuation.

    Between Latin letters or digits one space stays, or "1 23" would equal "12 3".
    """
    folded = DASHES.sub("-", text.fold_case(line))
    bare = SEPARATORS.sub(lambda gap: _blank_between(folded, *gap.span()), folded)
    return text.fold_width(bare)  # a mark may now stand next to a letter that it belongs to


def is_postcode(postcode: str | None) -> bool:
    """Six digits, or none given."""
    return postcode is None or POSTCODE.fullmatch(postcode) is not None


def _blank_between(line: str, start: int, end: int) -> str:
    around = line[start - 1 : start] + line[end : end + 1]
    return " " if len(around) == 2 and around.isascii() and around.isalnum() else ""


def _short_province(name: str) -> str:
    bare = name.removesuffix("省").removesuffix("市")
    return FULL_NAMES.get(name, bare if bare in PROVINCES else name)


def _short_city(name: str) -> str:
    return name.removesuffix("市") if len(name) > 2 else name
