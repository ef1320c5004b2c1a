"""A statute, regulation, judicial interpretation or notice: its dates, its history, its articles and their norms."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from caiwen.records.document import Box


class DateSource(StrEnum):
    """Where a date comes from. text: an article says it. head: the lines under the title. sidecar: a YAML file
    beside the document. file_name: the date in the file's name. assumed: by a rule that ``how`` tells."""

    TEXT = "text"
    HEAD = "head"
    SIDECAR = "sidecar"
    FILE_NAME = "file_name"
    ASSUMED = "assumed"


class NormKind(StrEnum):
    OBLIGATION = "obligation"
    PROHIBITION = "prohibition"
    PERMISSION = "permission"
    PENALTY = "penalty"
    DEFINITION = "definition"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class PolicyDate:
    """``day``: ISO. ``how``: in Chinese, what the day rests on."""

    day: str
    source: DateSource
    how: str = ""

    @property
    def assumed(self) -> bool:
        return self.source is DateSource.ASSUMED


@dataclass(frozen=True, slots=True)
class Revision:
    """One event of the history in the head. ``action``: passed, approved, promulgated, amended (修正), revised (修订).

    ``instrument``: the decree or decision, as printed.
    """

    day: str
    action: str
    body: str = ""
    instrument: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Repeal:
    """An older instrument that this one abolishes. ``key``: see :func:`caiwen.finance.statutes.title_key`."""

    title: str
    key: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """``sign``: >=, >, <=, <, or empty where the text compares nothing. ``value`` in ``unit`` (元, %, 日, 人...)."""

    value: Decimal
    unit: str
    sign: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Norm:
    """One sentence of an article. ``subject``: whom it binds, as printed; empty where it names nobody."""

    kind: NormKind
    text: str
    subject: str = ""
    quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """``label``: 第四十七条, or the heading's number (一、) in a notice without articles. ``path``: parts and chapters.

    ``text``: without the label; paragraphs (款) and items are lines.
    """

    ordinal: int
    label: str
    text: str
    path: tuple[str, ...] = ()
    page: int | None = None
    box: Box | None = None
    norms: tuple[Norm, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """One version of one instrument, as one file holds it.

    ``version``: the day of this text (last revision or promulgation). ``effective``: from when this version holds.
    ``stated``: the day of effect that the text itself states; it may belong to an earlier revision, or to the first
    enactment, and then is not this version's. ``first_effective``: of the instrument, whatever the version.
    """

    document: str
    title: str
    key: str
    kind: str
    issuer: str = ""
    number: str = ""
    issued: PolicyDate | None = None
    version: PolicyDate | None = None
    effective: PolicyDate | None = None
    stated: PolicyDate | None = None
    first_effective: PolicyDate | None = None
    expires: PolicyDate | None = None
    revisions: tuple[Revision, ...] = ()
    repeals: tuple[Repeal, ...] = ()
    articles: tuple[Article, ...] = ()
