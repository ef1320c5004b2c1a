"""Numeric reasoning over a company's own figures: the formula, its inputs, the steps, the result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from caiwen.dataset.generators.facts import Company
from caiwen.dataset.generators.wording import Thing, keys_of
from caiwen.dataset.ledger import size_of
from caiwen.dataset.speech import exact_words, period_words, ratio_shown
from caiwen.finance.amount import format_value
from caiwen.finance.formulas import Formula, FormulaError, balance_of, evaluate, formulas, names_in
from caiwen.finance.period import Period
from caiwen.records import Fact, Scope, Span

_SIGNS = {"-": "−", "+": "＋", "*": "×", "/": "÷"}


@dataclass(frozen=True, slots=True)
class Input:
    """``step``: how a mean is formed; empty for a value that stands in the report."""

    value: Decimal
    facts: tuple[Fact, ...]
    step: str = ""


def things(company: Company) -> Iterator[Thing]:
    """Every formula whose inputs one filing holds, for every period."""
    documents = {f.observation.document for f in company.facts}
    years = sorted({f.period for f in company.facts})
    for formula in formulas().all:
        if formula.given:
            continue
        for period in years:
            found = (_thing(company, formula, period, d) for d in sorted(documents))
            made = next((t for t in found if t is not None), None)
            if made is not None:
                yield made


def _thing(company: Company, formula: Formula, period: str, document: str) -> Thing | None:
    expression = formula.expression
    inputs: dict[str, Input] = {}
    for name in names_in(expression):
        found = _input(company, name, period, document)
        if found is None:
            return None
        inputs[name] = found
    try:
        value = evaluate(expression, {n: i.value for n, i in inputs.items()})
    except FormulaError:
        return None
    shown = ratio_shown(formula, value)
    if len(inputs) < 2 or abs(shown) > Decimal(10) ** 15:
        return None
    return _written(company, formula, period, inputs, format_value(shown, formula.unit))


def _input(company: Company, name: str, period: str, document: str) -> Input | None:
    prefix, item = balance_of(name)
    here = Period.parse(period)
    if here is None:
        return None
    before = str(Period(here.year - 1)) if prefix in ("期初", "平均") else str(here.prior_year())
    now, then = (_fact(company, item, p, document) for p in (period, before))
    if not prefix:
        return Input(size_of(now) or Decimal(0), (now,)) if now else None
    if then is None or (prefix == "平均" and now is None):
        return None
    if prefix != "平均" or now is None:
        return Input(size_of(then) or Decimal(0), (then,))
    a, b = size_of(then) or Decimal(0), size_of(now) or Decimal(0)
    mean = (a + b) / 2
    step = f"平均{item} = （{_plain(a)} ＋ {_plain(b)}）÷ 2 = {_plain(mean)}"
    return Input(mean, (then, now), step)


def _fact(company: Company, item: str, period: str, document: str) -> Fact | None:
    for span in (Span.YTD, Span.INSTANT):
        fact = company.series.get((item, (), span, Scope.CONSOLIDATED), {}).get(period)
        if fact is not None and fact.value is not None and fact.observation.document == document:
            return fact
    return None


def _written(
    company: Company, formula: Formula, period: str, inputs: Mapping[str, Input], shown: str
) -> Thing:
    facts = _unique(inputs)
    told = "，".join(f"{period_words(f)}{f.item}为{exact_words(f)}" for f in facts)
    means = "".join(f"{i.step}。" for i in inputs.values() if i.step)
    rule = pretty(formula.expression)
    numbers = with_values(formula.expression, {n: _plain(i.value) for n, i in inputs.items()})
    parsed = Period.parse(period)
    slots = {
        "c": company.name,
        "p": parsed.words if parsed else period,
        "i": formula.name,
        "rule": rule,
        "operands": f"{company.name}{told}。{means}",
        "steps": f"{formula.name} = {rule} = {numbers} = {shown}",
        "v": shown,
    }
    who = ((company.who, company.name),)
    return Thing("formula", slots, facts, keys_of(facts), "formulas", 3, companies=who)


def _unique(inputs: Mapping[str, Input]) -> tuple[Fact, ...]:
    found: dict[str, Fact] = {}
    for one in inputs.values():
        for fact in one.facts:
            found.setdefault(fact.id, fact)
    return tuple(found.values())


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def pretty(expression: str) -> str:
    """负债合计 ÷ 资产总计, as people write it."""
    text = expression.replace("'", "").replace("**", "^")
    text = re.sub(r"\s*([-+*/])\s*", lambda m: f" {_SIGNS[m[1]]} ", text)
    return text.replace("(", "（").replace(")", "）").strip()


def with_values(expression: str, values: Mapping[str, str]) -> str:
    """The expression with the values put in for the names; negative ones in brackets."""
    names = sorted(values, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(name) for name in names))

    def shown(match: re.Match[str]) -> str:
        value = values[match[0]]
        return f"（{value}）" if value.startswith("-") else value

    return pattern.sub(shown, pretty(expression))
