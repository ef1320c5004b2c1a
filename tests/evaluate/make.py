"""Facts and a source of facts for the tests of suites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from caiwen.records import Fact, Observation, Span


def fact(item: str, value: str, period: str = "2020", *, document: str = "a" * 64, **more: Any) -> Fact:
    seen = Observation(document=document, page=more.pop("page", 3), label=more.pop("label", item), raw=value)
    given = {"entity": "某公司", "span": Span.YTD, "unit": "元", "source": "income_statement"} | more
    return Fact(item=item, period=period, value=Decimal(value.replace(",", "")), observation=seen, **given)


@dataclass
class Shelf:
    """A workspace as a suite sees it: documents by file name with their facts."""

    by_document: Mapping[str, Sequence[Fact]]
    asked: list[str | None] = field(default_factory=list)

    def facts(self, *, document: str | None = None) -> Sequence[Fact]:
        self.asked.append(document)
        if document is None:
            return [fact for facts in self.by_document.values() for fact in facts]
        return self.by_document.get(document, [])
