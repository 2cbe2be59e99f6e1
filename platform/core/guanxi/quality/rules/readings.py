"""How Chinese names are read: pinyin without tones, surnames as surnames."""

from functools import lru_cache

from pypinyin import lazy_pinyin

LONGEST_NAME = 3  # of one with a surname of one character
# Source: 现代汉语词典 (Contemporary Chinese Dictionary), readings marked 姓 (surname) that differ from the usual one.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "朴": "piao", "任": "ren",
    "华": "hua", "区": "ou", "秘": "bi", "冼": "xian", "洗": "xian", "召": "shao", "尉": "wei", "折": "she",
    "繁": "po", "种": "chong", "黑": "he", "缪": "miao", "翟": "zhai", "覃": "qin", "瞿": "qu", "牟": "mou",
    "员": "yun", "贠": "yun", "燕": "yan", "纪": "ji", "宓": "mi", "逄": "pang", "逯": "lu", "句": "gou",
    "乐": "yue", "那": "na", "隗": "wei", "晁": "chao", "过": "guo", "干": "gan", "谌": "chen", "祭": "zhai",
    "应": "ying", "宁": "ning", "葛": "ge", "佴": "nai", "能": "nai", "幺": "yao", "柏": "bai", "曲": "qu",
    "臧": "zang", "阚": "kan", "令": "ling", "哈": "ha", "万": "wan", "石": "shi", "沈": "shen", "车": "che",
    "俞": "yu", "褚": "chu", "娄": "lou", "郇": "xun", "长": "zhang", "撒": "sa", "佟": "tong", "卜": "bu",
}  # fmt: skip
COMPOUND = {
    "欧阳": ("ou", "yang"), "万俟": ("mo", "qi"), "尉迟": ("yu", "chi"), "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"), "长孙": ("zhang", "sun"), "令狐": ("ling", "hu"), "皇甫": ("huang", "fu"),
    "司马": ("si", "ma"), "上官": ("shang", "guan"), "诸葛": ("zhu", "ge"), "夏侯": ("xia", "hou"),
    "慕容": ("mu", "rong"), "宇文": ("yu", "wen"), "东方": ("dong", "fang"), "独孤": ("du", "gu"),
    "南宫": ("nan", "gong"), "西门": ("xi", "men"), "公孙": ("gong", "sun"), "轩辕": ("xuan", "yuan"),
    "钟离": ("zhong", "li"), "鲜于": ("xian", "yu"), "呼延": ("hu", "yan"), "赫连": ("he", "lian"),
    "申屠": ("shen", "tu"), "太史": ("tai", "shi"), "淳于": ("chun", "yu"), "濮阳": ("pu", "yang"),
    "端木": ("duan", "mu"), "百里": ("bai", "li"), "拓跋": ("tuo", "ba"), "司徒": ("si", "tu"),
    "司空": ("si", "kong"), "闻人": ("wen", "ren"), "宗政": ("zong", "zheng"), "叔孙": ("shu", "sun"),
}  # fmt: skip


@lru_cache(maxsize=16_384)
def read(run: str, *, is_name: bool) -> tuple[str, ...]:
    """One syllable for each simplified character of ``run``, ü as v; ``is_name``: it begins with a surname."""
    usual = tuple(lazy_pinyin(run))
    if len(usual) != len(run):  # rare characters without a reading came in one piece
        usual = tuple(lazy_pinyin(one)[0] for one in run)
    if not is_name:
        return usual
    if run[:2] in COMPOUND:
        return (*COMPOUND[run[:2]], *usual[2:])
    return (SURNAMES.get(run[0], usual[0]), *usual[1:])


def looks_like_name(run: str) -> bool:
    """Whether a run of Chinese characters is as long as a person's name."""
    return len(run) <= LONGEST_NAME or run[:2] in COMPOUND


def spellings(reading: str) -> list[str]:
    """A reading as people type it: ``v`` for ü also as ``u`` and ``yu``."""
    return [reading, reading.replace("v", "u"), reading.replace("v", "yu")] if "v" in reading else [reading]
