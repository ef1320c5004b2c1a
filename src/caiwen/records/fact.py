"""Observations (a printed cell as it stands), facts (a cell understood) and passages."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from caiwen.records.document import Box


class Scope(StrEnum):
    CONSOLIDATED = "consolidated"
    PARENT = "parent"


class Span(StrEnum):
    """instant: a balance at a date; ytd: from the start of the year to the period's end; single: one quarter alone."""

    INSTANT = "instant"
    YTD = "ytd"
    SINGLE = "single"


class Basis(StrEnum):
    """How the value stands to the period's own filing.

    reported: the column of the filing's own period. comparative: a prior-period column of a later filing
    without a mark of adjustment. restated: a prior-period column marked 调整后/重述. unadjusted: marked 调整前.
    opening: a balance restated at the first day of a period (2020年1月1日). corrected: entered by a person.
    """

    REPORTED = "reported"
    COMPARATIVE = "comparative"
    RESTATED = "restated"
    UNADJUSTED = "unadjusted"
    OPENING = "opening"
    CORRECTED = "corrected"


class Status(StrEnum):
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Observation:
    """One printed cell as it stands.

    ``document`` is the sha256. ``table``/``row``/``column`` are places in the document's joined tables (None for
    text); ``sheet`` for spreadsheets. ``raw``: the printed text. ``scale``: 元, 千元, 万元, 百万元, 亿元, 股, %, ... as the
    document states it. ``headers``: column header texts, outermost first. ``label``: the row label as printed.
    ``quote``: for facts read from prose, the sentence.
    """

    document: str
    page: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    box: Box | None = None
    raw: str = ""
    scale: str | None = None
    currency: str | None = None
    headers: tuple[str, ...] = ()
    label: str = ""
    sheet: str | None = None
    quote: str | None = None
    parser: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """An observation understood.

    ``item``: canonical Chinese name (an unknown statement line keeps its printed name). ``dimensions``: e.g.
    {"分产品": "冷冻设备"}; empty for a total. ``value``: exact, in base units (元, 股, 人, %, 元/股); None for text facts,
    whose content is in ``text``. ``checks``: names of the identities or second places that confirmed or broke it.
    """

    entity: str
    item: str
    period: str
    span: Span
    observation: Observation
    code: str | None = None
    scope: Scope = Scope.CONSOLIDATED
    basis: Basis = Basis.REPORTED
    value: Decimal | None = None
    text: str | None = None
    unit: str | None = None
    dimensions: dict[str, str] = field(default_factory=dict)
    reported_in: str | None = None
    status: Status = Status.UNVERIFIED
    checks: tuple[str, ...] = ()
    source: str = ""
    """Which extractor and place made it: balance_sheet, income_statement, cash_flow, key_indicators, people..."""

    @property
    def kind(self) -> str:
        return "text" if self.value is None else "number"

    @property
    def id(self) -> str:
        """Stable over re-ingests of the same file with the same reading: a hash of place and meaning."""
        o = self.observation
        key: list[object] = [
            o.document,
            o.sheet,
            o.page,
            o.table,
            o.row,
            o.column,
            o.box if o.table is None else None,
            self.item,
        ]
        key += [self.period, self.span, self.scope, self.basis, sorted(self.dimensions.items()), self.text]
        payload = json.dumps(key, ensure_ascii=False, default=str).encode()
        return hashlib.blake2b(payload, digest_size=8).hexdigest()

    def key(self) -> tuple[object, ...]:
        """What two facts must share to speak of the same thing (whatever the filing and basis)."""
        who = self.code or self.entity
        return (who, self.item, tuple(sorted(self.dimensions.items())), self.period, self.span, self.scope)

    def marked(self, status: Status, *checks: str) -> Fact:
        return replace(self, status=status, checks=tuple(dict.fromkeys((*self.checks, *checks))))


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text for search and quotation. ``section``: titles joined with " / "."""

    document: str
    ordinal: int
    text: str
    page: int | None = None
    box: Box | None = None
    section: str = ""
    kind: str = "text"
    """text, table or heading."""
