"""Records to rows and back. Values are exact in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from caiwen.records import Basis, Fact, Observation, PageInfo, Passage, Scope, Span, Status
from caiwen.records.document import Box

_RANK_FACTOR = Decimal(10_000)
_RANK_LIMIT = 2**63 - 1

Values = dict[str, Any]
AnyRow = Any
"""A row of a query; its attributes are the query's columns."""


def to_integer(fact_id: str) -> int:
    """A fact's id (16 hexadecimal digits) as the signed integer that the database keeps."""
    number = int(fact_id, 16)
    return number - 2**64 if number >= 2**63 else number


def to_id(number: int) -> str:
    return f"{number % 2**64:016x}"


def to_json(values: Iterable[str]) -> str | None:
    """A list of texts; None when empty, to keep the rows of large tables short."""
    kept = list(values)
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None


def from_json(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


def dimensions_text(dimensions: dict[str, str]) -> str:
    """One spelling for one set of dimensions, so that equal sets compare equal; empty for none."""
    if not dimensions:
        return ""
    return json.dumps(dimensions, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def exact(value: Decimal | None) -> str | None:
    if value is None:
        return None
    if not value.is_finite():
        raise ValueError(f"not a number that can be stored: {value}")
    return format(value, "f")


def rank(value: Decimal | None) -> int | None:
    if value is None or value.adjusted() > 18:
        return None
    number = int((value * _RANK_FACTOR).to_integral_value())
    return number if abs(number) <= _RANK_LIMIT else None


def box_values(box: Box | None) -> Values:
    x0, y0, x1, y1 = box or (None, None, None, None)
    return {"x0": x0, "y0": y0, "x1": x1, "y1": y1}


def box_of(row: AnyRow) -> Box | None:
    return None if row.x0 is None else (row.x0, row.y0, row.x1, row.y1)


def page_values(document_id: int, page: PageInfo) -> Values:
    return {
        "document_id": document_id,
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "scanned": page.scanned,
        "error": page.error,
    }


def observation_values(document_id: int, number: int, o: Observation) -> Values:
    return {
        "document_id": document_id,
        "number": number,
        "page": o.page,
        "table_index": o.table,
        "row_index": o.row,
        "column_index": o.column,
        **box_values(o.box),
        "raw": o.raw,
        "scale": o.scale,
        "currency": o.currency,
        "headers": to_json(o.headers),
        "label": o.label,
        "sheet": o.sheet,
        "quote": o.quote,
        "parser": o.parser,
    }


def fact_values(document_id: int, number: int, fact: Fact, fact_id: int) -> Values:
    return {
        "document_id": document_id,
        "number": number,
        "observation": number,
        "id": fact_id,
        "who": fact.code or fact.entity,
        "code": fact.code,
        "entity": fact.entity,
        "item": fact.item,
        "dimensions": dimensions_text(fact.dimensions),
        "period": fact.period,
        "span": fact.span.value,
        "scope": fact.scope.value,
        "basis": fact.basis.value,
        "value": exact(fact.value),
        "rank": rank(fact.value),
        "text": fact.text,
        "unit": fact.unit,
        "reported_in": fact.reported_in,
        "status": fact.status.value,
        "own_status": fact.status.value,
        "checks": to_json(fact.checks),
        "other_checks": None,
        "source": fact.source,
    }


def passage_values(document_id: int, passage: Passage) -> Values:
    return {
        "document_id": document_id,
        "ordinal": passage.ordinal,
        "page": passage.page,
        **box_values(passage.box),
        "section": passage.section,
        "kind": passage.kind,
        "text": passage.text,
    }


def named(columns: Sequence[str], row: Sequence[Any]) -> AnyRow:
    """A plain row with its columns as attributes."""
    return SimpleNamespace(**dict(zip(columns, row, strict=True)))


def to_page(row: AnyRow) -> PageInfo:
    return PageInfo(row.number, row.width, row.height, bool(row.scanned), row.error)


def to_observation(row: AnyRow) -> Observation:
    return Observation(
        document=row.sha256,
        page=row.page,
        table=row.table_index,
        row=row.row_index,
        column=row.column_index,
        box=box_of(row),
        raw=row.raw,
        scale=row.scale,
        currency=row.currency,
        headers=from_json(row.headers),
        label=row.label,
        sheet=row.sheet,
        quote=row.quote,
        parser=row.parser,
    )


def to_fact(row: AnyRow) -> Fact:
    return Fact(
        entity=row.entity,
        item=row.item,
        period=row.period,
        span=Span(row.span),
        observation=to_observation(row),
        code=row.code,
        scope=Scope(row.scope),
        basis=Basis(row.basis),
        value=None if row.value is None else Decimal(row.value),
        text=row.text,
        unit=row.unit,
        dimensions=json.loads(row.dimensions) if row.dimensions else {},
        reported_in=row.reported_in,
        status=Status(row.status),
        checks=from_json(row.checks) + from_json(row.other_checks),
        source=row.source,
    )


def to_passage(row: AnyRow, sha256: str) -> Passage:
    return Passage(
        document=sha256,
        ordinal=row.ordinal,
        text=row.text,
        page=row.page,
        box=box_of(row),
        section=row.section,
        kind=row.kind,
    )
