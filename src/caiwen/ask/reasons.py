"""Why a figure changed: the sentences and table rows in which a filing itself gives the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from caiwen.ask.passages import Quote
from caiwen.ask.plan import (
    BreakdownMeasure,
    DifferenceMeasure,
    FormulaMeasure,
    ItemMeasure,
    Measure,
    RatioMeasure,
)
from caiwen.ask.sections import body_of
from caiwen.ask.words import words
from caiwen.finance.formulas import formulas
from caiwen.finance.items import taxonomy
from caiwen.records import Passage
from caiwen.store import StoredDocument

_REASON = re.compile(
    r"主要系|主要是|系因|原因系|原因是|原因为|所致|由于|主要受|受益于|主要因|(?:原因|说明)[：: ]"
)
_MOVED = re.compile(r"增|减|升|降|变动|变化|波动|下滑|上涨|下跌|差异")
_EMPTY = re.compile(r"(?:原因|说明)[：: ]*(?:不适用|无|-|—|/)?\s*$|[√☑✓]\s*不适用")
_ABOUT_FIGURES = re.compile(
    r"变动|变化|主营业务分析|主要会计数据|经营情况|经营成果|现金流|财务状况|收入与成本|费用"
)
_ASIDE = re.compile(r"审计报告|审计事项|股份支付|会计政策|会计估计|税项|关联方|承诺|股权激励|补充资料")
_EARLY = 24
_MOST = 3
_LONGEST = 300


def reasons(measures: tuple[Measure, ...], document: StoredDocument, passages: list[Passage]) -> list[Quote]:
    """The best places first, at most three; empty where the filing gives no reason."""
    names = names_of(measures)
    found = [
        (_weight(passage, part, names), n, passage, part)
        for n, passage in enumerate(passages)
        if passage.kind != "heading" and not _ASIDE.search(passage.section)
        for part in _parts(passage)
        if _gives_reason(part, names)
    ]
    found.sort(key=lambda f: f[:2])
    said: dict[str, Quote] = {}
    for _, _, passage, part in found:
        said.setdefault(part, Quote(passage, document, words=tuple(names), only=part))
    return list(said.values())[:_MOST]


def names_of(measures: tuple[Measure, ...]) -> list[str]:
    """Every way in which a filing may name the figures."""
    found: dict[str, None] = {}
    for measure in measures:
        name = _name(measure)
        for one in (name, *words("companions").get(name, ()), *words("reasons_also").get(name, ())):
            item, formula = taxonomy().get(one), formulas().get(one)
            found |= dict.fromkeys((one, *(item.aliases if item else ()), *(item.labels if item else ())))
            found |= dict.fromkeys(formula.aliases if formula else ())
    return list(found)


def _name(measure: Measure) -> str:
    match measure:
        case ItemMeasure() | BreakdownMeasure():
            return measure.item
        case FormulaMeasure():
            return measure.formula
        case RatioMeasure():
            return measure.numerator
        case DifferenceMeasure():
            return measure.left


def _parts(passage: Passage) -> Iterator[str]:
    """Sentences and table rows, without line breaks."""
    body = body_of(passage)
    for row in (
        body.split("\n") if passage.kind == "table" else re.split(r"(?<=[。！？])|\n(?=\S{2,20}[：:])", body)
    ):
        text = " ".join(row.split())
        if 0 < len(text) <= _LONGEST:
            yield text


def _gives_reason(part: str, names: list[str]) -> bool:
    """The figure is what the sentence begins with, it moved, and the cause is told."""
    plain = part.replace(" ", "")
    at = min((plain.find(name) for name in names if name in plain), default=-1)
    if not 0 <= at <= _EARLY or _EMPTY.search(plain):
        return False
    return _REASON.search(part[at:]) is not None and _MOVED.search(plain) is not None


def _weight(passage: Passage, part: str, names: list[str]) -> tuple[bool, bool, int]:
    """Where changes are discussed first, then sentences that begin with the very name."""
    plain = part.replace(" ", "")
    begins = any(plain.startswith(name) for name in names[:3])
    return (
        not _ABOUT_FIGURES.search(passage.section + plain[:_EARLY]),
        not begins,
        len(plain) > _LONGEST // 2,
    )
