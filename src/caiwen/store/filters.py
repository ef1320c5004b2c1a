"""Which facts: a filter as a record, and its translation into a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, false, select

from caiwen.records import Basis, Scope, Span, Status
from caiwen.store.rows import dimensions_text, to_integer
from caiwen.store.schema import documents, facts, observations

BASIS_ORDER = (
    Basis.CORRECTED,
    Basis.REPORTED,
    Basis.UNADJUSTED,
    Basis.RESTATED,
    Basis.COMPARATIVE,
    Basis.OPENING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactFilter:
    """Every condition that is given must hold; a sequence means any of its members.

    ``document``: file name, path, sha256 or its first digits. ``company``: code or any full or short name that
    the store knows. ``dimensions``: "none" for totals, "any" for all, or the exact dimensions.
    ``number`` keeps facts with a value (True) or with a text (False).
    """

    document: str | None = None
    company: str | None = None
    codes: Sequence[str] = ()
    items: Sequence[str] = ()
    periods: Sequence[str] = ()
    spans: Sequence[Span] = ()
    scope: Scope | None = None
    bases: Sequence[Basis] = ()
    statuses: Sequence[Status] = ()
    dimensions: Literal["none", "any"] | Mapping[str, str] = "any"
    sources: Sequence[str] = ()
    ids: Sequence[str] = field(default=())
    number: bool | None = None
    limit: int | None = None


_OBSERVATION_COLUMNS = [c for c in observations.c if c.name not in ("document_id", "number")]
_EVERYTHING = (
    select(*facts.c, *_OBSERVATION_COLUMNS, documents.c.sha256)
    .join_from(facts, documents, facts.c.document_id == documents.c.id)
    .join(
        observations,
        (observations.c.document_id == facts.c.document_id) & (observations.c.number == facts.c.observation),
    )
)

_BASIS_RANK = case({basis.value: number for number, basis in enumerate(BASIS_ORDER)}, value=facts.c.basis)
_BY_PLACE = (
    documents.c.name,
    documents.c.sha256,
    observations.c.sheet,
    observations.c.table_index.is_(None),
    observations.c.table_index,
    observations.c.row_index,
    observations.c.column_index,
    observations.c.page,
    _BASIS_RANK,
    facts.c.id,
)
_BY_MEANING = (
    facts.c.who,
    facts.c.period,
    facts.c.item,
    facts.c.dimensions,
    facts.c.scope,
    facts.c.span,
    _BASIS_RANK,
    documents.c.period,
    *_BY_PLACE[:-2],
    facts.c.id,
)


def build(
    wanted: FactFilter, *, document_ids: Sequence[int] | None, who: Sequence[str] | None
) -> Select[Any]:
    """The query. ``document_ids`` and ``who``: what ``document`` and ``company`` were resolved to.

    Facts of one document come in the order of its pages, others by company, period and item; a person's
    correction always stands before what it corrects. The order does not depend on the order of ingest.
    """
    query = _EVERYTHING.where(*_conditions(wanted, document_ids, who))
    query = query.order_by(*(_BY_PLACE if wanted.document is not None else _BY_MEANING))
    return query if wanted.limit is None else query.limit(wanted.limit)


def _conditions(
    wanted: FactFilter, document_ids: Sequence[int] | None, who: Sequence[str] | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if document_ids is not None:
        found.append(_one_of(facts.c.document_id, document_ids))
    if who is not None:
        found.append(_one_of(facts.c.who, who))
    for column, values in (
        (facts.c.who, wanted.codes),
        (facts.c.item, wanted.items),
        (facts.c.period, wanted.periods),
        (facts.c.span, wanted.spans),
        (facts.c.basis, wanted.bases),
        (facts.c.status, wanted.statuses),
        (facts.c.source, wanted.sources),
        (facts.c.id, [to_integer(i) for i in wanted.ids]),
    ):
        if values:
            found.append(_one_of(column, values))
    if wanted.scope is not None:
        found.append(facts.c.scope == wanted.scope.value)
    if wanted.number is not None:
        found.append(facts.c.value.is_not(None) if wanted.number else facts.c.value.is_(None))
    return found + _dimension_condition(wanted.dimensions)


def _dimension_condition(wanted: str | Mapping[str, str]) -> list[ColumnElement[bool]]:
    if wanted == "any":
        return []
    text = "" if isinstance(wanted, str) else dimensions_text(dict(wanted))
    return [facts.c.dimensions == text]


def _one_of(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    if not values:
        return false()
    if len(values) == 1:
        return column == values[0]
    return column.in_(list(values))
