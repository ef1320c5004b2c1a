"""Findings and quotes as the values and citations of the answer's record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from caiwen.ask.answer import AnswerValue, Citation, Step, decimal_text
from caiwen.ask.compose import Sentence
from caiwen.ask.figures import Figure
from caiwen.ask.findings import Outcome
from caiwen.ask.passages import Quote
from caiwen.ask.policy_words import PolicyValue
from caiwen.ask.world import World
from caiwen.records import Fact, Passage

_QUOTE_CHARS = 500
_QUOTES = "'"


@dataclass(slots=True)
class Recorder:
    """Collects values and citations, each once, in order."""

    world: World
    values: list[AnswerValue] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    _places: dict[tuple[object, ...], int] = field(default_factory=dict)
    _cited: dict[object, int] = field(default_factory=dict)

    def add_outcome(self, outcome: Outcome) -> None:
        """Answers of all findings first, then alternatives, then operands."""
        answers = [f for finding in outcome.findings for f in finding.answers]
        beside = [f for finding in outcome.findings for f in (*finding.alternatives, *finding.beside)]
        operands = [f for finding in outcome.findings for f in finding.operands]
        order: list[tuple[str, Figure]] = []
        for role, figures in (("answer", answers), ("alternative", beside), ("operand", operands)):
            for figure in figures:
                if figure.key not in self._places:
                    self._places[figure.key] = len(order)
                    order.append((role, figure))
        for _, figure in order:  # grows while it is read: operands have operands
            for operand in figure.operands:
                if operand.key not in self._places:
                    self._places[operand.key] = len(order)
                    order.append(("operand", operand))
        self.values = [self._value(role, figure) for role, figure in order]

    def add_quote(self, quote: Quote, topic: str | None) -> None:
        number = self._cite_passage(quote)
        filing = quote.document.filing
        value = AnswerValue(
            role="answer" if not any(v.role == "answer" for v in self.values) else "alternative",
            kind="text",
            entity=filing.short_name or filing.issuer,
            code=filing.code,
            item=topic,
            period=filing.period,
            reported_in=filing.period,
            value=quote.only or " ".join(quote.passage.text.split()),
            citations=[number],
        )
        self.values.append(value)

    def add_policy(self, values: Iterable[tuple[PolicyValue, Quote | None]]) -> None:
        """Values about an instrument: its title is the entity, the period the day from which its text holds."""
        for value, quote in values:
            self.values.append(
                AnswerValue.model_validate(
                    {
                        "role": "alternative" if self.values else "answer",
                        "kind": value.kind,
                        "entity": value.title,
                        "item": value.item,
                        "period": value.period,
                        "reported_in": value.version,
                        "value": value.value,
                        "citations": [self._cite_passage(quote)] if quote else [],
                    }
                )
            )

    def kept_when_not_found(self) -> list[AnswerValue]:
        """Nothing is an answer when nothing was found; quotes stay as leads."""
        return [v.model_copy(update={"role": "alternative"}) for v in self.values]

    def cited(self, sentence: Sentence) -> str:
        """The sentence with the numbers of its citations before the full stop."""
        numbers = [self._cite(fact) for figure in sentence.figures for fact in figure.facts()]
        numbers += [self._cite_passage(quote) for quote in sentence.quotes]
        marks = "".join(f"[{n + 1}]" for n in dict.fromkeys(numbers))
        if not marks:
            return sentence.text
        return f"{sentence.text[:-1]}{marks}。" if sentence.text.endswith("。") else f"{sentence.text}{marks}"

    # --- values -----------------------------------------------------------------------------------

    def _value(self, role: str, figure: Figure) -> AnswerValue:
        fact = figure.fact
        kind = "boolean" if figure.truth is not None else "number" if figure.value is not None else "text"
        company, period = figure.company, figure.period
        return AnswerValue.model_validate(
            {
                "role": role,
                "kind": kind,
                "entity": company.name if company else None,
                "code": company.code if company else None,
                "item": "".join(f"{m}：" for m in figure.dimensions.values()) + figure.item,
                "period": _period(figure) if period else None,
                "scope": figure.scope.value if _has_scope(figure) else None,
                "basis": figure.basis.value if figure.basis else None,
                "reported_in": figure.reported_in,
                "value": _text(figure),
                "unit": figure.unit or None,
                "raw": fact.observation.raw if fact else None,
                "scale": fact.observation.scale if fact else None,
                "rank": figure.rank,
                "steps": self._steps(figure),
                "citations": [self._cite(f) for f in figure.facts()],
            }
        )

    def _steps(self, figure: Figure) -> list[Step] | None:
        made = figure.calculation
        if made is None:
            return None
        if not made.operands:
            return [Step(text=made.text, expression=made.expression, value=decimal_text(made.value))]
        names = sorted((name for name, _ in made.operands), key=len, reverse=True)
        places = {name: self._places[operand.key] for name, operand in made.operands}
        pattern = re.compile("|".join(rf"'?(?<![\w]){re.escape(n)}(?![\w])'?" for n in names))

        def place(match: re.Match[str]) -> str:
            return f"v{places[match[0].strip(_QUOTES)]}"

        expression = pattern.sub(place, made.expression)
        return [Step(text=made.text, expression=expression, value=decimal_text(made.value))]

    # --- citations --------------------------------------------------------------------------------

    def _cite(self, fact: Fact) -> int:
        o = fact.observation
        key = (o.document, o.sheet, o.page, o.table, o.row, o.column, o.box if o.table is None else None)
        if key not in self._cited:
            self._cited[key] = len(self.citations)
            quote = o.quote or " ".join(part for part in (o.label, o.raw) if part) or None
            self.citations.append(
                Citation(
                    document=self.world.name_of(o.document),
                    sha256=o.document,
                    page=o.page,
                    box=o.box,
                    sheet=o.sheet,
                    row=_counted(o.row) if o.sheet is not None else o.row,
                    column=_counted(o.column) if o.sheet is not None else o.column,
                    quote=quote,
                )
            )
        return self._cited[key]

    def _cite_passage(self, quote: Quote) -> int:
        passage: Passage = quote.passage
        key = ("passage", passage.document, passage.ordinal, quote.article, quote.only, passage.text[:80])
        if key not in self._cited:
            self._cited[key] = len(self.citations)
            text = (quote.only or " ".join(passage.text.split()))[:_QUOTE_CHARS]
            self.citations.append(
                Citation(
                    document=quote.document.name,
                    sha256=passage.document,
                    page=passage.page,
                    box=passage.box,
                    article=quote.article,
                    quote=text,
                )
            )
        return self._cited[key]


def _counted(place: int | None) -> int | None:
    """Rows and columns of a sheet as its program counts them, from 1."""
    return None if place is None else place + 1


def _has_scope(figure: Figure) -> bool:
    """Texts have none, nor has what comes from the question alone."""
    return figure.value is not None and (figure.company is not None or bool(figure.facts()))


def _text(figure: Figure) -> str | None:
    if figure.truth is not None:
        return "true" if figure.truth else "false"
    return decimal_text(figure.value) if figure.value is not None else figure.text


def _period(figure: Figure) -> str | None:
    period = figure.period
    if period is None:
        return None
    if period.form == "second_half":
        return f"{period.period}H2"
    if period.form == "trailing":
        return f"{period.period} trailing"
    single = period.form == "single" and period.period.endswith("Q3")
    return f"{period.period} single" if single else period.period
