"""Pairs that explain: formulas of the table, terms of the glossary, headings of textbooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caiwen.dataset.data import load
from caiwen.dataset.generators.formulas import pretty
from caiwen.dataset.generators.wording import Thing
from caiwen.dataset.records import Source
from caiwen.finance.formulas import Formula, formulas
from caiwen.finance.glossary import find, terms
from caiwen.finance.knowledge_points import points_of
from caiwen.records import Passage

_SHORTEST, _LONGEST = 15, 600
_COMMON = "通用"


def of_formulas() -> Iterator[Thing]:
    for formula in formulas().all:
        rule = f"{formula.name} = {pretty(formula.expression)}"
        source = "" if formula.source == _COMMON else f"口径来源：{formula.source}。"
        slots = {"i": formula.name, "rule": rule, "form": _form(formula), "source": source}
        yield Thing(
            "concept_formula",
            slots,
            (),
            (f"formula|{formula.name}",),
            "concepts",
            texts=(rule, formula.source),
            sources=(Source(document="formulas.yaml", passage=f"公式：{formula.name}"),),
            points=_points(formula),
        )


def _points(formula: Formula) -> tuple[str, ...]:
    term = find(formula.name)
    return points_of("", {formula.name}) or ((term.point,) if term else ())


def _form(formula: Formula) -> str:
    if formula.display == "percent":
        return "以百分数表示"
    return f"单位为{formula.unit}" if formula.unit else "以比值表示"


def of_glossary() -> Iterator[Thing]:
    """The terms of the glossary with their definitions."""
    for term in terms():
        text = " ".join(term.text.split())
        if _SHORTEST <= len(text) <= _LONGEST:
            said = defined(term.name, text)
            yield Thing(
                "concept",
                {"i": term.name},
                (),
                (f"term|{term.name}",),
                "concepts",
                texts=(said,),
                sources=(Source(document=f"terms/{term.category}", passage=term.name),),
                answer=said,
                points=(term.point,),
            )


def defined(name: str, text: str) -> str:
    """As a sentence about the term, whatever form its definition has."""
    if text.startswith(name):
        return text
    if text.startswith(("是", "指")):
        return f"{name}{text}"
    return f"{name}{'是' if name.endswith(tuple(load('naming.yaml')['bodies'])) else '是指'}{text}"


def of_textbook(passages: Iterable[Passage], name: str) -> Iterator[Thing]:
    """A section whose title is a term: its first paragraphs explain it."""
    rooms: dict[str, list[Passage]] = {}
    for passage in passages:
        if passage.kind == "text" and passage.section:
            rooms.setdefault(passage.section, []).append(passage)
    for section, parts in rooms.items():
        title = section.rsplit(" / ", 1)[-1].strip(" 　一二三四五六七八九十、.（）()0123456789")
        text = _body(parts[0], title)
        if 2 <= len(title) <= 16 and _SHORTEST <= len(text) <= _LONGEST and title[:2] in text:
            first = parts[0]
            source = Source(
                name, first.document, first.page, first.box, passage=f"{first.document}:{first.ordinal}"
            )
            yield Thing(
                "concept",
                {"i": title},
                (),
                (f"passage|{first.document}|{first.ordinal}",),
                "concepts",
                texts=(text,),
                sources=(source,),
                answer=text,
            )


def _body(passage: Passage, title: str) -> str:
    text = " ".join(passage.text.split())
    return text.removeprefix(title).strip()
