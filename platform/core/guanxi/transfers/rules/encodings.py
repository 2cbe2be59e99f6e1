"""How a text is encoded: its byte order mark, else UTF-8, else GB18030, else whoever sent it has to say."""

import codecs
from collections.abc import Iterable
from typing import Final

from guanxi.transfers import errors

BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NAMEABLE: Final = (
    *("utf-8", "utf-16", "gb18030", "gbk", "big5", "shift_jis", "euc-kr", "windows-1252"),
    *("windows-1251", "latin-1"),
)
# Nearly any bytes are GB18030: of real Chinese, nearly all characters are among the 6,763 common ones and the signs
# that GB 2312 knows; of other encodings that are taken for it, hardly half.
COMMON_SHARE: Final = 0.8
SAMPLE: Final = 200_000  # characters beyond ASCII that are looked at


def choose(chunks: Iterable[bytes], named: str | None = None) -> str:
    """The encoding that the whole text has.

    Args:
        chunks: the text, from its beginning.
        named: what whoever sent it says; it is believed if the text can be read so.

    Raises:
        UnknownEncodingError: it has none of them, or not the one that is named.
    """
    candidates = [(name, codecs.getincrementaldecoder(name)()) for name in ("utf-8", "gb18030")]
    if named is not None:
        candidates = [(_known(named), codecs.getincrementaldecoder(_known(named))())]
    common = foreign = 0
    for place, chunk in enumerate(chunks):
        marked = _marked(chunk) if place == 0 and named is None else None
        if marked is not None:
            candidates = [(marked, codecs.getincrementaldecoder(marked)())]
        for one in list(candidates):
            try:
                text = one[1].decode(chunk)
            except UnicodeDecodeError:
                candidates.remove(one)
                continue
            if one[0] == "gb18030" and named is None and common + foreign < SAMPLE:
                found = _common(text)
                common, foreign = common + found[0], foreign + found[1]
    candidates = [one for one in candidates if _ends(one[1])]
    if not candidates or (candidates[0][0] == "gb18030" and named is None and _is_doubtful(common, foreign)):
        raise errors.unknown_encoding(NAMEABLE)
    return candidates[0][0]


def _known(named: str) -> str:
    name = named.strip().lower().replace("_", "-").replace("shift-jis", "shift_jis")
    if name not in NAMEABLE:
        raise errors.unknown_encoding(NAMEABLE)
    return {"utf-8": "utf-8-sig", "gbk": "gb18030"}.get(name, name)


def _marked(chunk: bytes) -> str | None:
    return next((name for bom, name in BOMS if chunk.startswith(bom)), None)


def _ends(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _common(text: str) -> tuple[int, int]:
    """How many of the characters beyond ASCII GB 2312 knows, and how many not."""
    beyond = "".join(letter for letter in text[:SAMPLE] if letter > "\x7f")
    common = len(beyond.encode("gb2312", "ignore")) // 2
    return common, len(beyond) - common


def _is_doubtful(common: int, foreign: int) -> bool:
    return common + foreign > 0 and common < COMMON_SHARE * (common + foreign)
