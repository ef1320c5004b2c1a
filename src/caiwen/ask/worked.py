"""A worked calculation as the figures and sentences of an answer: the results, what was given, every step."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from caiwen.ask.calculators import calculator_of, worksheet
from caiwen.ask.compose import Sentence
from caiwen.ask.figures import Calculation, Figure, rounded
from caiwen.ask.findings import Finding
from caiwen.ask.plan import Compute, Given
from caiwen.finance.amount import format_value
from caiwen.finance.formulas import names_in
from caiwen.finance.valuation import Step

_SIGNS = {"**": "^", "*": "×", "/": "÷", "-": "−", "+": "＋", "(": "（", ")": "）"}
_OPERATOR = re.compile(r"\*\*|[-+*/()]")
_MOST_TERMS = 6
_MOST_STEPS = 12
_NUMBERED = re.compile(r"^第(\d+)期")


@dataclass(slots=True)
class Worked:
    sentences: list[Sentence]
    finding: Finding
    known: list[str]


def work(plan: Compute) -> Worked:
    """Everything that an answer says of a calculation; of several methods, one after the other."""
    first = _work(plan)
    if plan.also:
        first.sentences.insert(0, Sentence(f"{plan.calculator}："))
    for other in plan.also:
        more = _work(other)
        first.sentences += [Sentence(f"{other.calculator}："), *more.sentences]
        first.finding.answers += more.finding.answers
        first.finding.operands += more.finding.operands
        first.known += more.known
    return first


def _work(plan: Compute) -> Worked:
    sheet = worksheet(plan)
    used = {name for step in sheet.steps for name in names_in(step.expression or "0")}
    given = [g for g in plan.given if g.name in used or not g.assumed]
    figures = {one.name: _given(one, plan) for one in given}
    for step in sheet.steps:
        figures[step.name] = _step(step, figures, plan)
    goals = [figures[goal] for goal in plan.goals]
    source = calculator_of(plan).source
    notes = [*plan.notes, *(f"题中未说明的按惯例：{g.assumed}" for g in given if g.assumed)]
    sentences = [Sentence("；".join(f"{goal.item}为{_shown(goal)}" for goal in goals) + "。")]
    sentences += [Sentence(f"已知{_inputs(given, figures)}。"), *(Sentence(f"{note}。") for note in notes)]
    steps = [figures[step.name].calculation for step in sheet.steps]
    sentences.append(Sentence(f"计算：{'；'.join(_brief([c.text for c in steps if c]))}。"))
    sentences.append(Sentence(f"公式来源：{source}。"))
    finding = Finding("value", "、".join(plan.goals), answers=goals, operands=list(figures.values()))
    return Worked(sentences, finding, [source, *(g.said for g in given), *notes])


def _inputs(given: list[Given], figures: dict[str, Figure]) -> str:
    """What the question states; the days between dates are told by the dates."""
    told = [g for g in given if not g.assumed and not g.name.endswith("期天数")]
    return "、".join(f"{g.name}{_dated(g)}{_shown(figures[g.name])}" for g in told)


def _dated(given: Given) -> str:
    return f"（{given.said}）" if given.said else ""


def _unit(unit: str, plan: Compute) -> str:
    """In the currency of the question."""
    return unit.replace("元", plan.currency, 1)


def _given(given: Given, plan: Compute) -> Figure:
    value = given.value * 100 if given.unit == "%" else given.value
    label = given.assumed or "题中给出"
    return Figure(given.name, None, None, unit=_unit(given.unit, plan), value=_plain(value), label=label)


def _step(step: Step, figures: dict[str, Figure], plan: Compute) -> Figure:
    percent = step.unit == "%"
    exact = step.value * 100 if percent else step.value
    operands = tuple((name, figures[name]) for name in names_in(step.expression or "0"))
    expression = _expression(step.expression, figures) if step.expression else f"{exact:f}"
    if percent and step.expression:
        expression = f"({expression}) * 100"
    shown = _round(exact, step, plan)
    figure = Figure(step.name, None, None, unit=_unit(step.unit, plan), value=shown)
    formula = _pretty(step.expression)
    values = _pretty(_named(step.expression, {n: _operand(f) for n, f in operands})) if operands else ""
    how = " = ".join(part for part in (step.words or formula, values, _shown(figure)) if part)
    calculation = Calculation(f"{step.name} = {how}", expression, exact, operands)
    return replace(figure, calculation=calculation)


def _round(exact: Decimal, step: Step, plan: Compute) -> Decimal:
    """To the places asked for in a goal; else 2 for money from 1,000 on, 4 for the rest, without idle zeros."""
    if plan.decimals is not None and step.name in plan.goals:
        return rounded(exact, plan.decimals)
    if step.unit.startswith("元") and abs(exact) >= 1000:
        return rounded(exact, 2)
    shown = rounded(exact, 6 if step.unit == "%" and step.name not in plan.goals else 4)
    whole = rounded(exact, 2)
    if step.unit != "%" and not step.unit.startswith("元"):
        return _plain(shown)
    return whole if whole == shown else _plain(shown)


def _plain(value: Decimal) -> Decimal:
    """Without idle zeros and without an exponent."""
    return Decimal(f"{value.normalize():f}")


def _expression(expression: str, figures: dict[str, Figure]) -> str:
    """Over the figures as they stand in the record: percent figures are divided by 100."""
    shown = {n: f"({n} / 100)" for n in names_in(expression) if figures[n].unit == "%"}
    return _named(expression, shown)


def _named(expression: str, shown: dict[str, str]) -> str:
    if not shown:
        return expression
    names = "|".join(re.escape(name) for name in sorted(shown, key=len, reverse=True))
    return re.sub(rf"(?P<q>'?)(?<!\w)(?P<name>{names})(?!\w)(?P=q)", lambda m: shown[m["name"]], expression)


def _operand(figure: Figure) -> str:
    value = figure.value or Decimal(0)
    digits = f"{abs(value):f}%" if figure.unit == "%" else f"{abs(value):,f}"
    return f"〔−{digits}〕" if value < 0 else digits


def _pretty(expression: str) -> str:
    terms = _terms(expression)
    if len(terms) > _MOST_TERMS:
        expression = "+".join([*terms[:2], "…", terms[-1]])
    text = _OPERATOR.sub(lambda m: _SIGNS[m[0]], expression.replace("'", ""))
    return text.replace("〔", "（").replace("〕", "）").replace("−−", "−").strip()


def _terms(expression: str) -> list[str]:
    """What a sum adds up, outside of brackets."""
    parts, depth = [""], 0
    for char in expression:
        depth += (char == "(") - (char == ")")
        if char == "+" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _shown(figure: Figure) -> str:
    return format_value(figure.value or Decimal(0), figure.unit)


def _brief(texts: list[str]) -> list[str]:
    """All steps; of a long row of periods the first two and the last."""
    if len(texts) <= _MOST_STEPS:
        return texts
    kept: list[str] = []
    for at, text in enumerate(texts):
        number = _NUMBERED.match(text)
        following = _NUMBERED.match(texts[at + 1]) if at + 1 < len(texts) else None
        if number and following and int(number[1]) > 2:
            kept += [] if kept[-1:] == ["……"] else ["……"]
        else:
            kept.append(text)
    return kept
