"""The points of macro series: a table beside the facts. They have a region and a month, and no company.

A revised figure stands beside the first one: points differ by their day of publication and by their file. Where a
newer edition of a file takes the place of an older one, figures of the older one that the newer one lacks or has changed stay,
marked as replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, func, insert, select

from caiwen.records import Observation
from caiwen.records.macro import SeriesHead, SeriesPoint, StoredPoint
from caiwen.store.dialect import insert_many
from caiwen.store.schema import documents, metadata, owner_column

_BATCH = 2000

series = Table(
    "series",
    metadata,
    owner_column(),
    Column("number", Integer, primary_key=True),
    Column("indicator", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("form", String(8), nullable=False),
    Column("period", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("published", String(10)),
    Column("raw", Text, nullable=False),
    Column("scale", Text),
    Column("label", Text, nullable=False),
    Column("header", Text, nullable=False),
    Column("sheet", Text),
    Column("row_index", Integer),
    Column("column_index", Integer),
    Column("source", Text, nullable=False),
    Column("replaced_sha256", String(64)),
    Column("seen", String(32)),
    Index("series_what", "indicator", "region", "form", "period"),
    sqlite_with_rowid=False,
)
"""``replaced_sha256`` and ``seen``: of the edition of the file in which the point stood, where a newer one replaced it."""

_MEANING = (series.c.indicator, series.c.region, series.c.form, series.c.period)
_COMPARED = ("indicator", "region", "form", "period", "value", "published")


def write_series(connection: Connection, document_id: int, points: Iterable[SeriesPoint]) -> int:
    remaining, number = iter(points), 0
    while batch := list(islice(remaining, _BATCH)):
        insert_many(
            connection, series, [_values(document_id, number + n, point) for n, point in enumerate(batch)]
        )
        number += len(batch)
    return number


def known(connection: Connection, sha256: str, *, replaced_only: bool) -> list[dict[str, Any]]:
    """The rows of a document that is about to be read anew or to go, as rows of an edition that was replaced."""
    query = select(series, documents.c.sha256, documents.c.ingested).join(documents)
    query = query.where(documents.c.sha256 == sha256)
    if replaced_only:
        query = query.where(series.c.replaced_sha256.is_not(None))
    found = []
    for row in connection.execute(query.order_by(series.c.number)).mappings():
        kept = {column.name: row[column.name] for column in series.c}
        kept["replaced_sha256"] = row["replaced_sha256"] or row["sha256"]
        kept["seen"] = row["seen"] or row["ingested"]
        found.append(kept)
    return found


def keep_replaced(connection: Connection, document_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Put back what an earlier edition knew otherwise: figures that the document lacks or has changed."""
    if not rows:
        return
    compared = [series.c[name] for name in _COMPARED]
    mine = select(*compared, series.c.number).where(series.c.document_id == document_id)
    present: set[tuple[Any, ...]] = set()
    lowest = 0
    for row in connection.execute(mine).all():
        present.add(tuple(row[:-1]))
        lowest = min(lowest, row.number)
    fresh: list[dict[str, Any]] = []
    for kept in rows:
        meaning = tuple(kept[name] for name in _COMPARED)
        if meaning not in present:
            present.add(meaning)
            fresh.append(kept | {"document_id": document_id, "number": lowest - 1 - len(fresh)})
    if fresh:
        connection.execute(insert(series), fresh)


def read_heads(connection: Connection) -> list[SeriesHead]:
    """Every series once, with its first and last period and how many figures it has."""
    periods = series.c.period
    query = (
        select(*_MEANING[:3], series.c.unit, func.min(periods), func.max(periods), func.count())
        .group_by(*_MEANING[:3], series.c.unit)
        .order_by(*_MEANING[:3], series.c.unit)
    )
    return [SeriesHead(*row) for row in connection.execute(query)]


def read_points(
    connection: Connection, indicator: str, regions: Sequence[str] = (), forms: Sequence[str] = ()
) -> list[StoredPoint]:
    """All figures of an indicator, by region, form, period; within these by publication, then by when they were read in."""
    query = select(series, documents.c.sha256, documents.c.name, documents.c.ingested).join(documents)
    query = query.where(series.c.indicator == indicator)
    if regions:
        query = query.where(series.c.region.in_(list(regions)))
    if forms:
        query = query.where(series.c.form.in_(list(forms)))
    seen = func.coalesce(series.c.seen, documents.c.ingested)
    order = (
        *_MEANING[1:],
        func.coalesce(series.c.published, ""),
        seen,
        series.c.document_id,
        series.c.number,
    )
    return [_stored(row) for row in connection.execute(query.order_by(*order))]


def _stored(row: Any) -> StoredPoint:
    where = Observation(
        document=row.replaced_sha256 or row.sha256, row=row.row_index, column=row.column_index, raw=row.raw,
        scale=row.scale, headers=(row.header,), label=row.label, sheet=row.sheet,
    )  # fmt: skip
    point = SeriesPoint(
        row.indicator,
        row.region,
        row.period,
        row.form,
        Decimal(row.value),
        row.unit,
        where,
        row.published,
        row.source,
    )
    return StoredPoint(point, row.name, row.seen or row.ingested, row.replaced_sha256 is not None)


def _values(document_id: int, number: int, point: SeriesPoint) -> dict[str, Any]:
    where = point.observation
    return {
        "document_id": document_id,
        "number": number,
        "indicator": point.indicator,
        "region": point.region,
        "form": point.form,
        "period": point.period,
        "value": format(point.value, "f"),
        "unit": point.unit,
        "published": point.published,
        "raw": where.raw,
        "scale": where.scale,
        "label": where.label,
        "header": where.headers[0] if where.headers else "",
        "sheet": where.sheet,
        "row_index": where.row,
        "column_index": where.column,
        "source": point.source,
        "replaced_sha256": None,
        "seen": None,
    }
