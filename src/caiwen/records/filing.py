"""What a document is: its kind, who issued it, for which period."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FilingKind(StrEnum):
    ANNUAL = "annual_report"
    ANNUAL_SUMMARY = "annual_report_summary"
    INTERIM = "interim_report"
    INTERIM_SUMMARY = "interim_report_summary"
    Q1 = "q1_report"
    Q3 = "q3_report"
    PROSPECTUS = "prospectus"
    POLICY = "policy"
    NEWS = "news"
    RESEARCH = "research_report"
    TEXTBOOK = "textbook"
    DATA = "data_table"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Filing:
    """Recognised from the content; the file name is a hint only.

    ``issuer``: full legal name. ``code``: six digits as a string. ``period``: canonical period string of the
    report (2019, 2019H1, 2019Q1, 2019Q3). ``published``: ISO date. ``sector``: general, bank, insurer, broker.
    """

    kind: FilingKind = FilingKind.OTHER
    issuer: str | None = None
    short_name: str | None = None
    code: str | None = None
    period: str | None = None
    published: str | None = None
    sector: str = "general"
    title: str = ""
