"""Dialogues about one company: follow-ups that leave out the subject, or point back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from caiwen.dataset.generators.facts import Company, Key
from caiwen.dataset.generators.wording import Wordings, fill, keys_of
from caiwen.dataset.ledger import size_of
from caiwen.dataset.records import Draft, Evidence, Source
from caiwen.dataset.speech import item_words, percent, period_words, pick, value_words
from caiwen.finance.amount import format_value
from caiwen.finance.period import Period
from caiwen.records import Fact

Turn = tuple[str, str, tuple[Fact, ...], str]
"""Question, answer, facts, name of the template."""


def dialogues(company: Company, wordings: Wordings, names: Mapping[str, str]) -> Iterator[Draft]:
    """Look-up, then the same item of another period, another item of the same period, and its change."""
    series = [(k, s) for k, s in company.series.items() if not k[1] and len(s) >= 2]
    series = [(k, s) for k, s in series if all(f.value is not None for f in s.values())]
    for number, (key, values) in enumerate(series):
        other = series[(number + 1) % len(series)]
        turns = _turns(company, wordings, key, values, other)
        if len(turns) >= 2:
            yield _draft(company, turns, names)


def _turns(
    company: Company,
    wordings: Wordings,
    key: Key,
    series: Mapping[str, Fact],
    other: tuple[Key, Mapping[str, Fact]],
) -> list[Turn]:
    periods = sorted(series, reverse=True)
    first, second = series[periods[0]], series[periods[1]]
    turns = [_lookup(company, wordings, first, "lookup", 0)]
    change = _change(company, wordings, first, second)
    if change:
        turns.append(change)
    else:
        turns.append(_follow(company, wordings, second, "period"))
    beside = other[1].get(periods[0])
    if beside is not None and beside.item != first.item:
        turns.append(_follow(company, wordings, beside, "item"))
    return turns


def _slots(company: Company, fact: Fact) -> dict[str, str]:
    return {"c": company.name, "p": period_words(fact), "i": item_words(fact), "v": value_words(fact)}


def _lookup(company: Company, wordings: Wordings, fact: Fact, kind: str, number: int) -> Turn:
    name, template, _ = next(wordings.questions(kind, fact.id, number))
    form, said = wordings.answer("lookup", fact.id)
    slots = _slots(company, fact)
    return fill(template, slots), fill(said, slots), (fact,), f"{name}/{form}"


def _follow(company: Company, wordings: Wordings, fact: Fact, kind: str) -> Turn:
    number, template = pick(wordings.templates["turn"][kind], wordings.seed, kind, fact.id)
    form, said = wordings.answer("lookup", kind, fact.id)
    slots = _slots(company, fact)
    return fill(template, slots), fill(said, slots), (fact,), f"turn.{kind}.{number}/{form}"


def _change(company: Company, wordings: Wordings, now: Fact, base: Fact) -> Turn | None:
    x, y = size_of(now), size_of(base)
    same = now.observation.document == base.observation.document
    here = Period.parse(now.period)
    if x is None or y is None or x <= 0 or y <= 0 or x == y or not same or now.unit not in ("元", "股", "人"):
        return None
    if here is None or str(here.prior_year()) != base.period:
        return None
    number, template = pick(wordings.templates["turn"]["change"], wordings.seed, now.id)
    slots = {
        **_slots(company, now),
        "b": period_words(base),
        "w": value_words(base),
        "d": format_value(abs(x - y), now.unit),
        "r": f"{abs(percent((x - y) / y * Decimal(100)))}%",
        "x": "增加" if x > y else "减少",
        "y": "增长" if x > y else "下降",
    }
    form, said = wordings.answer("change", now.id)
    return fill(template, slots), fill(said, slots), (now, base), f"turn.change.{number}/{form}"


def _draft(company: Company, turns: list[Turn], names: Mapping[str, str]) -> Draft:
    facts = tuple({f.id: f for turn in turns for f in turn[2]}.values())
    draft = Draft(
        question=turns[-1][0],
        answer=turns[-1][1],
        generator="turns",
        template="+".join(turn[3] for turn in turns),
        evidence=Evidence(facts),
        sources=tuple(Source.of(f, names.get(f.observation.document, "")) for f in facts),
        keys=keys_of(facts),
        slots=(company.name, *(f.item for f in facts)),
        history=tuple((q, a) for q, a, _, _ in turns[:-1]),
        difficulty=2,
    )
    return replace(draft, companies=((company.who, company.name),))
