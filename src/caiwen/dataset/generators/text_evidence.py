"""What a pair from a passage is held against: the passage, and the company's facts of the items that the pair names."""

from __future__ import annotations

import re

from caiwen.dataset.records import Evidence
from caiwen.dataset.verify import printed_alike
from caiwen.finance.items import taxonomy
from caiwen.finance.text import normalise
from caiwen.records import Passage
from caiwen.store import Company, FactFilter, Store, StoredDocument

_BLANK = re.compile(r"(?<=[\d%])[ \t]+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[ \t]+(?=\d)")


class Evidences:
    """Companies of the store are looked up once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._companies: dict[str, Company] = {}
        for company in store.companies():
            for name in (company.who, *company.full_names):
                self._companies.setdefault(name, company)

    def company(self, document: StoredDocument) -> Company | None:
        filing = document.filing
        return self._companies.get(filing.code or "") or self._companies.get(filing.issuer or "")

    def companies(self, document: StoredDocument) -> tuple[tuple[str, str], ...]:
        """Owner and names, as a draft tells them."""
        company = self.company(document)
        if company is None:
            return ()
        return tuple((company.who, name) for name in (*company.full_names, *company.short_names))

    def of(self, passage: Passage, document: StoredDocument, title: str, pair: tuple[str, str]) -> Evidence:
        """The passage under its document's title and section; facts contradict what the passage does not print."""
        text = closed(f"《{title}》{passage.section}\n{passage.text}")
        company = self.company(document)
        named = taxonomy().find_in(normalise("\n".join(pair)))
        items = sorted({item.name for m in named for item in (m.item, *m.others)})
        if company is None or not items:
            return Evidence(texts=(text,))
        wanted = FactFilter(codes=sorted({company.who, *company.full_names}), items=items)
        facts = tuple(fact for fact in self.store.facts(wanted) if printed_alike(fact))
        return Evidence(facts, (text,))


def closed(text: str) -> str:
    """Without the blanks that typesetting puts between figures and Chinese characters: 共 29,338,605 股."""
    return _BLANK.sub("", normalise(text))
