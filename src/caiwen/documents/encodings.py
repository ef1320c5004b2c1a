"""Bytes of a Chinese text file → text: UTF-8, UTF-16, GB18030, Big5, in an order that can be explained.

GB18030 decodes nearly any bytes without an error, so what decodes is weighed: how many of the ideographs are
among the most frequent ones (``frequent.yaml``), and whether control or private characters come out.
"""

from __future__ import annotations

import codecs
import unicodedata
from functools import cache

from caiwen.documents.rules import load_rules
from caiwen.errors import DocumentError

SAMPLE = 200_000
MIN_FREQUENT = 0.12
"""Share of frequent characters among the ideographs; real text has 0.3 to 0.6, wrong decodings below 0.05."""
MAX_JUNK = 0.002

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ("gb18030", "big5hkscs", "cp950")
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "utf8": "utf-8"}


def decode(data: bytes, name: str, *, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Text and warnings; raises DocumentError for bytes that are no text."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _lenient(data, encoding, name)
    if (wide := _wide(data)) is not None:
        return _lenient(data, wide, name)
    text = _strict(data, "utf-8")
    if text is not None and junk_share(text) <= MAX_JUNK:
        return text, ()
    candidates = [_ALIASES.get((declared or "").lower(), (declared or "").lower()), *_LEGACY]
    weighed = [(plausibility(t), t) for e in candidates if e and (t := _strict(data, e)) is not None]
    best = max(weighed, key=lambda pair: pair[0], default=(0.0, ""))
    if best[0] >= MIN_FREQUENT:
        return best[1], ()
    return _damaged(data, name)


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _lenient(data: bytes, encoding: str, name: str) -> tuple[str, tuple[str, ...]]:
    text = data.decode(encoding, errors="replace")
    lost = text.count("�")
    if junk_share(text) > MAX_JUNK * 5 or lost > _allowed_losses(text):
        raise not_text(name)
    return text, ((f"有 {lost} 处字符无法按 {encoding} 解码，已用 � 代替",) if lost else ())


def _damaged(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Mostly readable text with a few broken bytes, in the encoding that makes the most sense of it."""
    texts = [(e, data.decode(e, errors="replace")) for e in ("utf-8", *_LEGACY)]
    readable = [(plausibility(t), e, t) for e, t in texts if t.count("�") <= _allowed_losses(t)]
    weight, encoding, text = max(readable, default=(0.0, "", ""))
    if weight < MIN_FREQUENT:
        raise not_text(name)
    return text, (f"有 {text.count('�')} 处字符无法按 {encoding} 解码，已用 � 代替",)


def _allowed_losses(text: str) -> float:
    return max(3, 0.01 * len(text))


def not_text(name: str) -> DocumentError:
    return DocumentError(
        "文件不是文本，也不是能识别的文档格式",
        where=name,
        hint="支持 PDF、HTML、DOCX、XLSX、CSV、TXT、Markdown、JSON/JSONL",
    )


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark shows zero bytes beside ASCII, all on one side."""
    head = data[:4096]
    zeros = head.count(0)
    if len(head) < 4 or zeros < len(head) * 0.05:
        return None
    odd = head[1::2].count(0)
    if odd == zeros:
        return "utf-16-le"
    return "utf-16-be" if odd == 0 else None


@cache
def _frequent() -> frozenset[str]:
    return frozenset("".join(load_rules("frequent.yaml").values()))


def plausibility(text: str) -> float:
    """Share of frequent characters among the ideographs, 0 when junk comes out; ASCII alone counts as plausible."""
    sample = text[:SAMPLE]
    if junk_share(sample) > MAX_JUNK:
        return 0.0
    ideographs = [c for c in sample if c > "\u2e7f"]
    if not ideographs:
        return 1.0
    return sum(c in _frequent() for c in ideographs) / len(ideographs)


def junk_share(text: str) -> float:
    """Share of control and unassigned characters; a single one is forgiven."""
    sample = text[:SAMPLE]
    allowed = "\t\n\r\f\v\x1a\u200b\ufeff"
    bad = sum(unicodedata.category(c) in ("Cc", "Cn", "Cs") and c not in allowed for c in sample)
    return bad / len(sample) if bad > 1 else 0.0
