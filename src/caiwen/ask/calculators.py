"""Questions that state their own figures: which calculation is asked for, its inputs, the answer with its steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from caiwen.ask.formula_inputs import calculators_of
from caiwen.ask.given import Reader, Stated, upper
from caiwen.ask.plan import Clarify, Compute, Given
from caiwen.ask.reading import tidy
from caiwen.ask.values import values_in
from caiwen.ask.words import Hit, Lexicon, load
from caiwen.finance.formulas import formulas
from caiwen.finance.valuation import Calculator, Input, ValuationError, Worksheet, calculators, run

UNITS = {
    "money": "元", "rate": "%", "years": "年", "times": "次", "points": "基点", "shares": "股", "days": "天", "periods": "期",
}  # fmt: skip
_DECIMALS = re.compile(r"(?:保留|精确到)(?:到)?(?:小数点后)?(?P<n>[一二两三四五六\d])位")
_PLACES = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_LATEX_PERCENT = re.compile(r"\$?\\%\$?")
_LONGEST = 300
"""Characters of a question that may be one calculation; longer ones tell a story with several."""
_MOST_UNUSED = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """One calculator as a question may mean it. ``missing``: needs that are not stated; ``variant``: of a formula, which
    of its expressions; ``whole``: the method itself is named (等额本息)."""

    calculator: Calculator
    goals: tuple[str, ...]
    stated: Stated
    missing: tuple[str, ...]
    length: int
    variant: int | None = None
    whole: bool = False
    goal_named: bool = False

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Smaller is better: what is missing, what is left over, how short the names of the goal and of the inputs are."""
        return (len(self.missing), len(self.stated.unused), -self.length, -self.stated.weight)


def plan(question: str, *, company: bool) -> Compute | Clarify | None:
    """A calculation, a question back for what it lacks, or None where the question is about something else.

    ``company``: a company of the store is named; then only a question that states every input is a calculation.
    """
    text = tidy(_LATEX_PERCENT.sub("%", question))
    words = load("calculators.yaml")
    if company and not values_in(text):
        return None
    if len(text) > _LONGEST or any(word in text for word in (*words["among"], *words["beyond"])):
        return None
    found = [c for c in _candidates(_foreign().sub("元", text)) if len(c.stated.unused) <= _MOST_UNUSED]
    if not found:
        return None
    best = min(found, key=lambda c: c.rank)
    stated = bool(best.stated.inputs) or best.stated.flows is not None
    if best.missing:
        vague = bool(best.calculator.unnamed) and not best.whole
        if company or best.variant is not None or vague or not _asks_to_compute(text, best, stated):
            return None
        return _lacking(best, stated)
    if not stated or (best.variant is not None and best.stated.unused):
        return None
    others = [
        c for c in found if c is not best and c.whole and best.whole and not c.missing and _alike(c, best)
    ]
    try:
        made = _compute(best, text)
        return made.model_copy(update={"also": tuple(_compute(other, text) for other in others)})
    except ValuationError as error:
        return Clarify(text=f"{'、'.join(best.goals)}算不出来：{error}。请核对题中的数字。")


def _alike(one: Candidate, other: Candidate) -> bool:
    """Two methods over the same inputs."""
    return one.calculator.inputs == other.calculator.inputs


def _asks_to_compute(text: str, best: Candidate, stated: bool) -> bool:
    words = load("calculators.yaml")
    if any(word in text for word in words["concept"]):
        return False
    return stated or (best.goal_named and any(word in text for word in words["compute"]))


def _lacking(best: Candidate, stated: bool) -> Clarify:
    names = tuple(name.replace("|", "或") for name in best.missing)
    read = "、".join([*best.stated.inputs, *(["现金流"] if best.stated.flows else [])])
    said = f"（已读到{read}）" if stated else ""
    text = f"计算{'、'.join(best.goals)}还需要{'、'.join(names)}{said}，请在问题中给出。"
    return Clarify(text=text, choices=names)


# --- which calculation ------------------------------------------------------------------------------


@cache
def _names() -> tuple[Lexicon, dict[str, list[tuple[str, str]]]]:
    """Every name of a goal or of a whole calculator → (calculator, goal; empty for the whole); names of inputs → nothing,
    so that 债券收益率 is not read out of 同类债券收益率."""
    meant: dict[str, list[tuple[str, str]]] = {
        upper(name): [] for one in calculators().values() for i in one.inputs for name in (i.name, *i.aliases)
    }
    for one in calculators().values():
        for name in one.aliases:
            meant.setdefault(upper(name), []).append((one.name, ""))
        for goal in one.goals:
            for name in (goal.name, *goal.aliases):
                meant.setdefault(upper(name), []).append((one.name, goal.name))
    return Lexicon((name, name) for name in meant), meant


def _candidates(text: str) -> Iterator[Candidate]:
    lexicon, meant = _names()
    hits = lexicon.find_in(upper(text))
    wholes = {c for hit in hits for c, goal in meant[hit.word] if not goal}
    wholes |= {name for name, one in calculators().items() if one.by_name and _says(text, one)}
    for name, one in calculators().items():
        mentions = [(h, g) for h in hits for c, g in meant[h.word] if c == name]
        if one.by_name and name not in wholes:
            continue
        if mentions and not (wholes and name not in wholes and _overruled(name, wholes)):
            made = _declared(text, one, mentions)
            if not set(made.goals) <= set(made.stated.inputs):
                yield made
    for mention in formulas().find_in(text):
        for variant, one in enumerate(calculators_of(mention.formula)):
            stated = Reader(text, one.inputs).read()
            goal = (one.goals[0].name,)
            length = mention.end - mention.start
            yield Candidate(one, goal, stated, _missing(one, goal, stated), length, variant)


def _says(text: str, one: Calculator) -> bool:
    return any(upper(alias) in upper(text) for alias in one.aliases)


def _overruled(name: str, wholes: set[str]) -> bool:
    """A method that is named (等额本金, 单利) rules out the others that share the name of a result."""
    methods = [one for w in wholes if (one := calculators()[w]).by_name or one.unnamed]
    return any(_results(calculators()[name]) & _results(one) for one in methods)


def _results(one: Calculator) -> set[str]:
    return {name for goal in one.goals for name in (goal.name, *goal.aliases)}


def _declared(text: str, one: Calculator, mentions: Sequence[tuple[Hit, str]]) -> Candidate:
    """The goals are the names that carry no figure of their own (到期收益率4% is an input, 债券价格是多少 a goal)."""
    stated = Reader(text, one.inputs).read()
    goals: list[str] = []
    for hit, goal in mentions:
        if goal and goal not in goals and goal not in stated.inputs and not _owns_figure(hit, stated):
            goals.append(goal)
    chosen = tuple(goals) or one.usual
    length = max(hit.length for hit, _ in mentions)
    if not goals and all(goal for _, goal in mentions):
        length = 0
    whole = any(not goal for _, goal in mentions)
    missing = _missing(one, chosen, stated)
    return Candidate(one, chosen, stated, missing, length, whole=whole, goal_named=bool(goals))


def _owns_figure(hit: Hit, stated: Stated) -> bool:
    return any(0 <= start - hit.end <= 1 for start, _ in stated.spans.values())


def _missing(one: Calculator, goals: Iterable[str], stated: Stated) -> tuple[str, ...]:
    have = set(stated.inputs) | {i.name for i in one.inputs if i.default is not None}
    flows = stated.flows
    if flows:
        dated = bool(flows.days)
        have |= {i.name for i in one.inputs if i.kind == "flows" and dated == i.name.startswith("按日期")}
    needs = dict.fromkeys(need for goal in goals for need in one.goal(goal).needs)
    return tuple(need for need in needs if not set(need.split("|")) & have)


# --- the plan ---------------------------------------------------------------------------------------


def _compute(best: Candidate, text: str) -> Compute:
    """The plan. Raises ValuationError where there is no such result."""
    given = tuple(_given(best))
    currency = _currency(text)
    run(best.calculator, best.goals, {g.name: g.value for g in given})
    return Compute(
        calculator=best.calculator.name,
        variant=best.variant,
        goals=best.goals,
        given=given,
        notes=(
            *([best.calculator.unnamed] if best.calculator.unnamed and not best.whole else []),
            *best.stated.notes,
            *(f"题中的“{v.raw.replace('元', currency)}”没有用到" for v in best.stated.unused),
        ),
        currency=currency,
        decimals=_decimals(text),
    )


def _currency(text: str) -> str:
    """The one currency of the question."""
    found = set(_foreign().findall(text))
    plain = re.search("元", _foreign().sub("", text))
    if len(found) > 1 or (found and plain):
        raise ValuationError("题中有不止一种货币，没有汇率不能合算")
    return found.pop() if found else "元"


@cache
def _foreign() -> re.Pattern[str]:
    return re.compile("|".join(load("calculators.yaml")["foreign"]))


def _decimals(text: str) -> int | None:
    found = _DECIMALS.search(text)
    return (_PLACES.get(found["n"]) or int(found["n"])) if found else None


def _given(best: Candidate) -> Iterator[Given]:
    for one in best.calculator.inputs:
        if one.name in best.stated.inputs:
            yield Given(name=one.name, value=best.stated.inputs[one.name], unit=_unit(one))
        elif one.default is not None:
            yield Given(name=one.name, value=one.default, unit=_unit(one), assumed=one.said)
    flows = best.stated.flows
    if flows is None:
        return
    if flows.first == 1 and best.calculator.procedure != "company":
        said = "没有初始投资，第一笔现金流按第1期末计"
        yield Given(name="第0期现金流", value=Decimal(0), unit="元", assumed=said)
    for n, amount in enumerate(flows.amounts, flows.first):
        said = flows.dates[n] if flows.dates else ""
        yield Given(name=f"第{n}期现金流", value=amount, unit="元", said=said)
    for n, days in enumerate(flows.days):
        yield Given(name=f"第{n}期天数", value=Decimal(days), unit="天")


def _unit(one: Input) -> str:
    return one.unit or UNITS.get(one.kind, "")


def calculator_of(plan: Compute) -> Calculator:
    """The calculator of a plan: declared, or a formula over figures of the question."""
    if plan.variant is None:
        return calculators()[plan.calculator]
    formula = formulas().get(plan.calculator)
    if formula is None:
        raise ValuationError(f"没有名为“{plan.calculator}”的公式")
    return calculators_of(formula)[plan.variant]


def worksheet(plan: Compute) -> Worksheet:
    return run(calculator_of(plan), plan.goals, {g.name: g.value for g in plan.given})
