"""The scale of a figure: from the row label, the column header, the line above the table, or the whole document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from caiwen.finance.amount import Scale, parse_scale
from caiwen.finance.text import squash
from caiwen.records import Document, Paragraph, Table

_STATED = re.compile(r"单位|人民币|[(（](?:百|千|万|亿|百万)?元[)）]|[：:](?:百|千|万|亿|百万)?元")
_DOCUMENT_WIDE = re.compile(r"除(?:非)?(?:特别|另有|另外)(?:注明|说明)|(?:附注|报表).{0,8}单位")
_PER_SHARE = re.compile(r"每股|/股|／股")
_PERCENT = re.compile(r"[(（][%％][)）]|率(?:[(（]|$)|百分点")


@dataclass(frozen=True, slots=True)
class Measure:
    """What turns a printed number into base units: ``value = number * factor`` in ``unit``; ``scale`` as stated."""

    factor: Decimal
    unit: str
    scale: str | None = None
    currency: str | None = None


PERCENT = Measure(Decimal(1), "%", "%")
PER_SHARE = Measure(Decimal(1), "元/股", "元/股", "CNY")
SHARES = Measure(Decimal(1), "股", "股")
PLAIN = {
    "percent": PERCENT,
    "per_share": PER_SHARE,
    "people": Measure(Decimal(1), "人", "人"),
    "ratio": Measure(Decimal(1), "倍", "倍"),
    "count": Measure(Decimal(1), ""),
}
_CURRENCIES = {"USD": "美元", "HKD": "港元", "EUR": "欧元", "JPY": "日元", "GBP": "英镑"}


def table_scale(table: Table) -> Scale | None:
    """The scale stated for a table: its unit line, its caption, or the nearest of the lines above it."""
    for text in (table.unit_text, table.caption, *reversed(table.context)):
        if text and (scale := stated_scale(text)):
            return scale
    return None


def stated_scale(text: str) -> Scale | None:
    """The scale that a line states on purpose (单位：万元, （人民币百万元）); amounts in prose are not a statement."""
    flat = squash(text)
    return parse_scale(flat) if len(flat) <= 120 and _STATED.search(flat) else None


def document_scale(document: Document) -> Scale | None:
    """The scale declared for the whole document (除特别注明外，金额单位均为人民币百万元), None where there is none or several."""
    found: dict[str, Scale] = {}
    for block in document.blocks:
        if isinstance(block, Paragraph) and len(block.text) <= 200 and _DOCUMENT_WIDE.search(block.text):
            scale = parse_scale(squash(block.text))
            found |= {scale.name: scale} if scale else {}
    return next(iter(found.values())) if len(found) == 1 else None


def measure(
    item_unit: str | None, label: str, headers: Iterable[str], scale: Scale | None, raw: str = ""
) -> Measure | None:
    """How to read a cell. The label's own unit (（千元）, （元/股）) beats the header's, which beats the table's.

    ``item_unit``: the taxonomy's unit class, None for an unknown item. None: the scale of a sum of money
    is stated nowhere, so its value must not be guessed; or the cell holds a share (13.10%) of such a sum.
    """
    flat = squash(label)
    kind = item_unit or _guess_unit(flat, raw)
    if kind in PLAIN:
        return PLAIN[kind]
    found = label_scale(flat)
    for text in headers:
        found = found or stated_scale(text)
    found = found or scale
    if kind == "shares":
        return _shares(flat, found)
    return _money(found, raw.strip()) if kind == "money" else None


def _money(scale: Scale | None, raw: str) -> Measure | None:
    if raw.endswith(("%", "％")):
        return None
    if scale is None or scale.unit != "元":
        return Measure(Decimal(1), "元", None, "CNY") if re.search(r"\.\d{2}[)）]?$", raw) else None
    return Measure(scale.factor, _CURRENCIES.get(scale.currency, "元"), scale.name, scale.currency)


def label_scale(flat: str) -> Scale | None:
    """The scale in a label's brackets: 营业收入（千元）, 总资产(亿元)."""
    for inner in re.findall(r"[(（]([^()（）]{1,12})[)）]", flat):
        if "元" in inner and "/股" not in inner and "／股" not in inner and (scale := parse_scale(inner)):
            return scale
    return None


def _guess_unit(flat: str, raw: str) -> str:
    if raw.rstrip().endswith(("%", "％")) or _PERCENT.search(flat):
        return "percent"
    return "per_share" if _PER_SHARE.search(flat) else "money"


def _shares(flat: str, scale: Scale | None) -> Measure:
    for word, factor in (("亿股", 10**8), ("万股", 10**4), ("千股", 10**3)):
        if word in flat:
            return Measure(Decimal(factor), "股", word)
    return Measure(scale.factor, "股", scale.name) if scale is not None and scale.unit == "股" else SHARES
