"""利润分配: the plan as its table or its sentence states it, and the three years' table of older reports.

A sentence about another year's distribution, or about one already carried out, is not this filing's plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from caiwen.finance.amount import amounts_in, parse_number
from caiwen.knowledge.columns import bind_columns
from caiwen.knowledge.data import load
from caiwen.knowledge.labelled import Headers, RowRule, place, row_facts, row_rules, rule_for
from caiwen.knowledge.making import Maker, Meaning, Row, gist, headers_over, once, rows_of
from caiwen.knowledge.told import flat, sentence_around
from caiwen.knowledge.units import measure, table_scale
from caiwen.records import Document, Fact, Filing, FilingKind, Paragraph, Table

_RULES = "dividends.yaml"


def extract(document: Document, filing: Filing) -> list[Fact]:
    if filing.kind is FilingKind.PROSPECTUS:
        return []
    rules = load(_RULES)
    maker = Maker(document, filing, "dividends")
    facts: list[Fact] = []
    told: list[Fact] = []
    for number, block in enumerate(document.blocks):
        if isinstance(block, Table):
            words = gist(block)
            if re.search(rules["concerns"], words):
                facts.extend(_years(maker, block) if rules["year_table"] in words else _rows(maker, block))
        elif (
            number < rules["plan_blocks"] and (block.page or 0) <= rules["plan_pages"] and "股" in block.text
        ):
            told.extend(_sentence(maker, block))
    return once([*_not_denied(told, facts), *facts])


def _not_denied(told: list[Fact], printed: list[Fact]) -> list[Fact]:
    """Sentences that agree with the tables and among themselves.

    A sentence about the last of several distributions gives way to the year's table; two sentences with two
    figures speak of parts of the shares, and neither is the plan.
    """
    tabled = {fact.key(): fact.value for fact in printed}
    values: dict[tuple[object, ...], set[Decimal | None]] = {}
    for fact in told:
        values.setdefault(fact.key(), set()).add(fact.value)
    agreed = [fact for fact in told if len(values[fact.key()]) == 1]
    return [fact for fact in agreed if tabled.get(fact.key(), fact.value) == fact.value]


def _rows(maker: Maker, table: Table) -> Iterator[Fact]:
    headers = Headers()
    for row in rows_of(table):
        if not headers.take(row) and row.cells and (rule := rule_for(row.label, row_rules(_RULES, "rows"))):
            yield from row_facts(maker, table, row, rule, headers)


# --- 分红年度 in the first column ------------------------------------------------------------------


def _years(maker: Maker, table: Table) -> Iterator[Fact]:
    rows = rows_of(table)
    heads = [row for row in rows if row.cells and not _year(row)]
    for row in rows:
        if period := _year(row):
            first = heads[0].number if heads else 0
            yield from _year_facts(
                maker, table, row, period, [r for r in heads if first <= r.number < row.number]
            )


def _year(row: Row) -> str | None:
    match = re.match(r"((?:19|20)\d\d)年?(半年度?|中期)?", row.label)
    return None if match is None else match[1] + ("H1" if match[2] else "")


def _year_facts(maker: Maker, table: Table, row: Row, period: str, heads: list[Row]) -> Iterator[Fact]:
    column = bind_columns(
        [(period.replace("H1", "年半年度") if "H1" in period else period + "年",)], maker.filing
    )[0]
    if column is None:
        return
    for cell in row.cells[1:]:
        texts = headers_over(heads, len(heads), cell)
        rule = _year_rule(texts)
        how = measure(rule.unit, "", texts, table_scale(table), cell.text) if rule else None
        if rule is None or how is None:
            continue
        meaning = place(Meaning(rule.item, ""), column, instant=False)
        if fact := maker.number(meaning, table, cell, how, label=row.label, headers=texts):
            yield fact


def _year_rule(texts: tuple[str, ...]) -> RowRule | None:
    title = texts[-1] if texts else ""
    return next((rule for rule in row_rules(_RULES, "year_columns") if rule.match.match(title)), None)


# --- the plan in words ---------------------------------------------------------------------------


@cache
def _prose() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((r["item"], r["unit"], re.compile(r["match"])) for r in load(_RULES)["prose"])


def _sentence(maker: Maker, paragraph: Paragraph) -> Iterator[Fact]:
    rules, text = load(_RULES), flat(paragraph)
    if not re.search(rules["plan"], text) or not maker.period:
        return
    yield from _nothing(maker, paragraph, text)
    for item, unit, pattern in _prose():
        matches = list(pattern.finditer(text))
        if len({_value(m, unit) for m in matches}) != 1 or _of_another_year(
            text[: matches[0].start()], maker.period
        ):
            continue  # several figures: parts of the shares are paid differently
        match = matches[0]
        if read := _value(match, unit):
            value, base, raw = read
            yield maker.told(maker.meaning(item), paragraph, raw, value, base, sentence_around(text, match))


def _nothing(maker: Maker, paragraph: Paragraph, text: str) -> Iterator[Fact]:
    """公司计划不派发现金红利，不送红股，不以公积金转增股本: nothing is 0 here, and said to be."""
    for rule in load(_RULES)["nothing"]:
        match = re.search(rule["match"], text)
        if match is None or _of_another_year(text[: match.start()], maker.period or ""):
            continue
        unit = {"yuan": "元", "shares": "股"}[rule["unit"]]
        quote = sentence_around(text, match)
        yield maker.told(maker.meaning(rule["item"]), paragraph, match.group(), Decimal(0), unit, quote)


def _of_another_year(before: str, period: str) -> bool:
    """Whether the last year named for a distribution before the figure is not the filing's own."""
    named = [m["year"] for m in re.finditer(load(_RULES)["plan_year"], before[-300:])]
    carried_out = re.search(
        r"实施完毕|已于[^。]{0,20}(?:实施|派发)|股东大会(?:批准|审议通过了)", before[-80:]
    )
    return bool(named and named[-1] != period[:4]) or bool(carried_out)


def _value(match: re.Match[str], unit: str) -> tuple[Decimal, str, str] | None:
    groups = match.groupdict()
    number = (groups.get("value") or groups.get("value2") or "").rstrip(".,，")
    value = parse_number(number)
    if value is None:
        return None
    if unit == "money":
        amounts = amounts_in(number + match["scale"])
        return (amounts[0].value, "元", number + match["scale"]) if len(amounts) == 1 else None
    return value, {"yuan": "元", "per_share": "元/股", "shares": "股"}[unit], number
