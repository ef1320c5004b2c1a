"""Which facts: a filter as a record, and its translation into a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import bindparam, case, false, select

from caiwen.records import Basis, Scope, Span, Status
from caiwen.store.prepared import Prepared
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
_COLUMNS = (*facts.c, *_OBSERVATION_COLUMNS, documents.c.sha256)
_EVERYTHING = (
    select(*_COLUMNS)
    .join_from(facts, documents, facts.c.document_id == documents.c.id)
    .join(
        observations,
        (observations.c.document_id == facts.c.document_id) & (observations.c.number == facts.c.observation),
    )
)
FACT_COLUMNS = [column.name for column in _COLUMNS]
"""The names of what a row of :func:`build` holds."""

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


@dataclass(frozen=True, slots=True)
class _Shape:
    """What two filters share that one statement serves. ``columns``: name and number of values, a power of two."""

    columns: tuple[tuple[str, int], ...]
    number: bool | None
    by_place: bool
    limited: bool


def build(
    wanted: FactFilter, *, document_ids: Sequence[int] | None, who: Sequence[str] | None
) -> tuple[Prepared, dict[str, Any]]:
    """The statement and its values. ``document_ids`` and ``who``: what ``document`` and ``company`` were resolved to.

    Facts of one document come in the order of its pages, others by company, period and item; a person's
    correction always stands before what it corrects. The order does not depend on the order of ingest.
    """
    columns: list[tuple[str, int]] = []
    values: dict[str, Any] = {} if wanted.limit is None else {"most": wanted.limit}
    for number, (name, members) in enumerate(_sought(wanted, document_ids, who)):
        padded = _padded(members)
        columns.append((name, len(padded)))
        values |= {f"v{number}_{place}": member for place, member in enumerate(padded)}
    by_place = wanted.document is not None
    shape = _Shape(tuple(columns), wanted.number, by_place, wanted.limit is not None)
    return _prepared(shape), values


@lru_cache(maxsize=512)
def _prepared(shape: _Shape) -> Prepared:
    query = _EVERYTHING.order_by(*(_BY_PLACE if shape.by_place else _BY_MEANING))
    for number, (name, size) in enumerate(shape.columns):
        column = facts.c[name]
        marks = [bindparam(f"v{number}_{place}", type_=column.type) for place in range(size)]
        query = query.where(column == marks[0] if size == 1 else column.in_(marks) if size else false())
    if shape.number is not None:
        query = query.where(facts.c.value.is_not(None) if shape.number else facts.c.value.is_(None))
    return Prepared(query.limit(bindparam("most")) if shape.limited else query)


def _sought(
    wanted: FactFilter, document_ids: Sequence[int] | None, who: Sequence[str] | None
) -> Iterator[tuple[str, Sequence[Any]]]:
    """Columns with the values of which one must stand there."""
    if document_ids is not None:
        yield "document_id", document_ids
    if who is not None:
        yield "who", who
    for name, values in (
        ("who", wanted.codes),
        ("item", wanted.items),
        ("period", wanted.periods),
        ("span", [span.value for span in wanted.spans]),
        ("basis", [basis.value for basis in wanted.bases]),
        ("status", [status.value for status in wanted.statuses]),
        ("source", wanted.sources),
        ("id", [to_integer(i) for i in wanted.ids]),
    ):
        if values:
            yield name, values
    if wanted.scope is not None:
        yield "scope", [wanted.scope.value]
    if wanted.dimensions != "any":
        exact = {} if isinstance(wanted.dimensions, str) else dict(wanted.dimensions)
        yield "dimensions", [dimensions_text(exact)]


def _padded(values: Sequence[Any]) -> list[Any]:
    """Up to the next power of two by repeating the last one, so that few statements serve all numbers of values."""
    kept = list(values)
    size = 1 << (len(kept) - 1).bit_length() if kept else 0
    return kept + kept[-1:] * (size - len(kept))
