"""An answer about macro statistics under way: sentences with their sources, and the values and citations of its record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from caiwen.ask.answer import AnswerValue, Citation, Step, decimal_text
from caiwen.ask.macro_data import Found, Series, amount, shown
from caiwen.ask.saying import Sentence
from caiwen.finance.macro.indicators import FORM_WORDS, Form
from caiwen.finance.macro.term import Grain, Term, day_words
from caiwen.records.macro import StoredPoint

Role = Literal["answer", "alternative", "operand"]


@dataclass(slots=True)
class MacroReply:
    """``known``: what its sentences may say in numbers besides the figures."""

    answered: bool = True
    sentences: list[Sentence] = field(default_factory=list)
    values: list[AnswerValue] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    _places: dict[tuple[object, ...], int] = field(default_factory=dict)
    _values: dict[tuple[object, ...], int] = field(default_factory=dict)

    def say(self, text: str, *found: Found) -> None:
        """A sentence with the marks of its sources before the full stop."""
        marks = "".join(f"[{n + 1}]" for n in dict.fromkeys(n for one in found for n in self._cited(one)))
        self.sentences.append(Sentence(f"{text.removesuffix('。')}{marks}。"))
        for one in found:
            self._allow(one)

    def say_known(self, text: str) -> None:
        """A sentence whose numbers are counts, or periods of the question."""
        self.sentences.append(Sentence(text))
        self.known.append(text)

    def add(self, role: Role, found: Found, rank: int | None = None) -> int:
        """Its place among the values; what it is calculated from follows as operands."""
        key = (found.indicator.name, found.region, found.form, found.term, found.value, found.unit)
        if key in self._values:
            return self._values[key]
        place = self._values[key] = len(self.values)
        self.values.append(self._value(role, found, rank))
        if found.working is not None:
            operands = [self.add("operand", operand) for operand in found.operands]
            expression = found.working.expression
            for number in range(len(operands) - 1, -1, -1):
                expression = expression.replace(f"v{number}", f"v#{operands[number]}")
            step = Step(
                text=found.working.text,
                expression=expression.replace("#", ""),
                value=decimal_text(found.working.exact),
            )
            self.values[place] = self.values[place].model_copy(update={"steps": [step]})
        for version in found.versions:
            if found.point is None or version.point.value != found.point.point.value:
                self._add_version(found, version)
        return place

    def add_plain(
        self,
        item: str,
        value: str,
        kind: Literal["number", "text", "boolean"],
        unit: str | None,
        *,
        first: bool = False,
    ) -> None:
        """A count, a truth or a text; ``first``: it is the answer, before the figures."""
        made = AnswerValue(role="answer", kind=kind, item=item, value=value, unit=unit)
        if not first:
            self.values.append(made)
            return
        moved = [
            v.model_copy(update={"role": "operand" if v.role == "operand" else "alternative"})
            for v in self.values
        ]
        self.values = [made, *(_shifted(v) for v in moved)]

    # --- the record -------------------------------------------------------------------------------

    def _value(self, role: Role, found: Found, rank: int | None) -> AnswerValue:
        point = found.point.point if found.point else None
        return AnswerValue(
            role=role,
            kind="number",
            entity=found.region,
            item=f"{found.indicator.name}{FORM_WORDS[found.form]}{found.what}",
            period=period_text(found),
            basis=_basis(found),
            reported_in=point.published if point else None,
            value=decimal_text(found.value),
            unit=found.unit or None,
            raw=point.observation.raw if point else None,
            scale=point.observation.scale if point else None,
            rank=rank,
            citations=self._cited(found),
        )

    def _add_version(self, found: Found, version: StoredPoint) -> None:
        index = found.versions.index(version)
        self.values.append(
            AnswerValue(
                role="alternative",
                kind="number",
                entity=found.region,
                item=f"{found.indicator.name}{FORM_WORDS[found.form]}{found.what}",
                period=period_text(found),
                basis="reported" if index == 0 else "restated",
                reported_in=version.point.published,
                value=decimal_text(version.point.value),
                unit=version.point.unit or None,
                raw=version.point.observation.raw,
                scale=version.point.observation.scale,
                citations=[self._cite(version)],
            )
        )

    def _cited(self, found: Found) -> list[int]:
        points = list(_points_of(found))
        return list(dict.fromkeys(self._cite(point) for point in points))

    def _cite(self, stored: StoredPoint) -> int:
        where = stored.point.observation
        key = (where.document, where.sheet, where.row, where.column)
        if key not in self._places:
            self._places[key] = len(self.citations)
            label = " ".join(dict.fromkeys(part for part in (where.label, *where.headers) if part))
            edition = f"（{stored.seen[:10]} 读入的旧版）" if stored.replaced else ""
            self.citations.append(
                Citation(
                    document=stored.name + edition,
                    sha256=where.document,
                    sheet=where.sheet,
                    row=None if where.row is None else where.row + 1,
                    column=None if where.column is None else where.column + 1,
                    quote=f"{label} {where.raw}".strip(),
                )
            )
        return self._places[key]

    def _allow(self, found: Found) -> None:
        self.known += [
            shown(found), decimal_text(abs(found.value)), found.term.words, found.when, str(found.term), found.indicator.short,
            found.indicator.name, found.region, found.note,
        ]  # fmt: skip
        if found.working is not None:
            self.known.append(found.working.text)
        for stored in _points_of(found):
            where = stored.point.observation
            self.known += [where.raw, day_words(stored.point.published or ""), day_words(stored.seen[:10])]
            self.known.append(version_shown(found, stored))
        for operand in found.operands:
            self._allow(operand)


def _points_of(found: Found) -> Iterable[StoredPoint]:
    if found.point is not None:
        yield found.point
    for operand in found.operands:
        yield from _points_of(operand)
    for version in found.versions:
        if version is not found.point:
            yield version
    if found.rival is not None:
        yield found.rival


def _shifted(value: AnswerValue) -> AnswerValue:
    """Values moved one place down: their steps count from the front."""
    import re

    if not value.steps:
        return value
    steps = [
        s.model_copy(update={"expression": re.sub(r"v(\d+)", lambda m: f"v{int(m[1]) + 1}", s.expression)})
        for s in value.steps
    ]
    return value.model_copy(update={"steps": steps})


def _basis(found: Found) -> str | None:
    if found.point is None:
        return None
    return "restated" if found.versions and found.point is not found.versions[0] else "reported"


def period_text(found: Found) -> str:
    """As the contract writes it; a third quarter that does not count from January is single."""
    text = str(found.term)
    single = (
        found.term.grain is Grain.QUARTER
        and text.endswith("Q3")
        and found.form in (Form.VALUE, Form.YOY, Form.POP)
    )
    return f"{text} single" if single and found.indicator.kind == "flow" else text


# --- in words ------------------------------------------------------------------------------------


def subject(found: Found, *, region: bool = True) -> str:
    """全国2024年3月CPI同比."""
    end = (
        "末"
        if found.indicator.kind == "stock" and found.form is Form.VALUE and found.term.grain is not Grain.DAY
        else ""
    )
    word = FORM_WORDS[found.form]
    return f"{found.region if region else ''}{found.when}{end}{found.indicator.short}{word}"


def stated(found: Found) -> str:
    """The whole sentence of one figure: what, how much, published when, revised from what."""
    return f"{subject(found)}为{shown(found)}{remarks(found)}。"


def remarks(found: Found) -> str:
    said = [found.note] if found.note else []
    said += _publication(found)
    if found.point is not None:
        where = found.point.point.observation
        if found.unit == "%" and where.raw and Decimal(100) + found.value == _plain(where.raw):
            said.append(f"原表为{where.raw}，基期为100")
        if found.rival is not None:
            said.append(f"同一来源另有{version_shown(found, found.rival)}，两数不一致")
    return f"（{'；'.join(said)}）" if said else ""


def _publication(found: Found) -> list[str]:
    if found.point is None:
        return []
    if not found.versions:
        return [f"{day_words(found.point.point.published)}公布"] if found.point.point.published else []
    first, last = found.versions[0], found.versions[-1]
    if found.point is first:
        return [f"{when(first)}的数；其后修订，{when(last)}的是{version_shown(found, last)}"]
    return [f"{when(found.point)}的修订数；最初{when(first)}的是{version_shown(found, first)}"]


def when(stored: StoredPoint) -> str:
    if stored.point.published:
        return f"{day_words(stored.point.published)}公布"
    return f"{day_words(stored.seen[:10])}读入"


def version_shown(found: Found, stored: StoredPoint) -> str:
    scale = stored.point.observation.scale or stored.point.unit
    like = Found(
        found.indicator, found.region, found.term, found.form, stored.point.value, stored.point.unit, stored
    )
    return amount(stored.point.value, like) if scale else f"{stored.point.value:,f}"


def _plain(text: str) -> Decimal | None:
    from caiwen.finance.amount import parse_number

    return parse_number(text)


def span_words(terms: Sequence[Term]) -> str:
    return f"{terms[0].words}至{terms[-1].words}" if len(terms) > 1 else terms[0].words


def coverage_words(series: Series, form: Form) -> str:
    terms = series.terms(form)
    return f"有{span_words(terms)}的数" if terms else ""
