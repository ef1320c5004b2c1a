"""Pairs that explain: formulas of the table, terms of the glossary, headings of textbooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caiwen.dataset.generators.formulas import pretty
from caiwen.dataset.generators.wording import Thing
from caiwen.dataset.records import Source
from caiwen.finance.formulas import formulas
from caiwen.finance.glossary import terms
from caiwen.records import Passage

_SHORTEST, _LONGEST = 15, 600


def of_formulas() -> Iterator[Thing]:
    forms = {"percent": "，以百分数表示", "ratio": "，以倍数或比值表示", "amount": "，以金额表示"}
    for formula in formulas().all:
        rule = f"{formula.name} = {pretty(formula.expression)}"
        slots = {"i": formula.name, "rule": rule, "form": forms[formula.display], "source": formula.source}
        texts = (rule, formula.source)
        source = Source(document="formulas.yaml", passage=f"公式：{formula.name}")
        yield Thing(
            "concept_formula",
            slots,
            (),
            (f"formula|{formula.name}",),
            "concepts",
            texts=texts,
            sources=(source,),
        )


def of_glossary() -> Iterator[Thing]:
    """The terms of the glossary with their definitions."""
    for term in terms():
        text = " ".join(term.text.split())
        if _SHORTEST <= len(text) <= _LONGEST:
            answer = f"{term.name}：{text}" if not text.startswith(term.name) else text
            source = Source(document=f"terms/{term.category}", passage=term.name)
            key = f"term|{term.name}"
            yield Thing(
                "concept",
                {"i": term.name},
                (),
                (key,),
                "concepts",
                texts=(answer,),
                sources=(source,),
                answer=answer,
            )


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
