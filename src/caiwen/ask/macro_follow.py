"""A macro question that leans on the one before it (那2月呢？, PPI呢？, 换成临江省), written out in full."""

from __future__ import annotations

import re
from datetime import date

from caiwen.ask.macro import MacroParser, words
from caiwen.ask.plan import Macro

_LEANS = re.compile(r"^(?:那么?|再看|还有|换成|改成|如果是?|以及|同样|接着)|呢[?？。]?$")
_EDGES = re.compile(r"^(?:那么?|再看|还有|换成|改成|如果是?|以及|同样|接着)|呢?[?？。]*$")
Span = tuple[int, int]


def complete(question: str, previous: str, parser: MacroParser, today: date) -> str | None:
    """None where the question does not lean, or the one before it was about something else."""
    if not _LEANS.search(question.strip()) or not isinstance(parser.parse(previous, today), Macro):
        return None
    asked, before = parser.plain(_EDGES.sub("", question.strip())), parser.plain(previous)
    new, old = parser.spans(asked, today), parser.spans(before, today)
    form = next((m for p in words("forms").values() if (m := re.search(p, asked))), None)
    if not any(new.values()) and form is None:
        return None
    if (
        new["period"]
        and not re.search(r"(?:19|20)\d{2}", asked)
        and (year := re.search(r"(?:19|20)\d{2}年?", before))
    ):
        start, end = new["period"][0]
        asked = f"{asked[:start]}{year[0].removesuffix('年')}年{asked[start:]}"
        shift = len(year[0].removesuffix("年")) + 1
        new = {
            kind: [(s + shift * (s > start), e + shift * (s >= start)) for s, e in places]
            for kind, places in new.items()
        }
    whole = before
    changes: list[tuple[Span, str]] = []
    for kind, places in new.items():
        if places:
            said = "和".join(asked[start:end] for start, end in places)
            first, *others = old[kind] or [(0, 0)]
            changes += [(first, said), *((span, "") for span in others)]
    for (start, end), said in sorted(changes, reverse=True):
        whole = whole[:start] + said + whole[end:]
    if form is not None:
        for pattern in words("forms").values():
            whole = re.sub(pattern, "", whole)
        whole = re.sub(r"[?？。]*$", "", whole) + form[0]
    return whole
