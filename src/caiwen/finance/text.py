"""One spelling for characters that look the same.

Printed reports carry Kangxi radicals and compatibility ideographs where a font maps them so, full-width
digits and letters, no-break and ideographic spaces, zero-width marks. Chinese punctuation stays as printed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# CJK Radicals Supplement: simplified shapes that fonts substitute for the ideograph; Unicode gives most no decomposition.
_RADICALS = dict(
    zip(
        "⺃⺅⺉⺋⺍⺎⺏⺐⺒⺓⺔⺖⺗⺘⺙⺛⺝⺞⺟⺠⺡⺣⺦⺨⺩⺬⺭⺯⺰⺱⺲⺶⺷⺹⺺⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "乚亻刂㔾小兀尣尢巳幺彑忄心扌攵旡月歺母民氵灬丬犭王礻礻糹纟罓罒羊羊耂肀肉臼艹艹艹虎衤覀西见角讠贝足车辶阝钅長镸长门阝雨青韦页风飞食飠饣𩙿马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DROPPED = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u0000"
_WIDE_KEPT = "！＂（），／：；＜＞？［］｛｝～"
"""Full-width punctuation that Chinese text uses as its own; letters, digits and the other signs become ASCII."""

_BLANKS = re.compile(r"\s+")


@cache
def _table() -> dict[int, str]:
    table: dict[int, str] = {ord(k): v for k, v in _RADICALS.items()}
    compatibility = [*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20), 0x2E9F, 0x2EF3]
    wide = (c for c in range(0xFF01, 0xFF5F) if chr(c) not in _WIDE_KEPT)
    for code in (*compatibility, *wide):
        table[code] = unicodedata.normalize("NFKC", chr(code))
    table |= {ord(c): " " for c in _SPACES}
    table |= {ord(c): "" for c in _DROPPED}
    return table


def normalise(text: str) -> str:
    """Radicals and compatibility forms → ideographs, full-width letters and digits → ASCII, odd spaces → space.

    Line breaks and Chinese punctuation stay; the result may be shorter than the input (zero-width marks go).
    """
    return text if text.isascii() and "\t" not in text and "\0" not in text else text.translate(_table())


def squash(text: str) -> str:
    """``normalise`` without any white space: for comparing labels that printing has spread or broken."""
    return _BLANKS.sub("", normalise(text))
