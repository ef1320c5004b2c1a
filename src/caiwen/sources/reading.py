"""A structured source → its document record, its filing, and a stream of facts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from caiwen.errors import ConfigError, DocumentError
from caiwen.records import Document, Fact, Filing, FilingKind
from caiwen.records.macro import SeriesPoint
from caiwen.sources import rows
from caiwen.sources.companies import Directory
from caiwen.sources.convert import Converter
from caiwen.sources.mapping import Mapping, TableMapping
from caiwen.sources.series import SeriesConverter, table_begins, with_title

MAPPED = "sources "
"""How the parser of every document that a mapping read begins."""
PARSER = f"{MAPPED}1"
_EXCEL = (".xlsx", ".xlsm")


@dataclass
class Reading:
    """What a source holds. Iterate ``facts()`` once, inside the transaction that stores them; then read ``warnings``."""

    document: Document
    filing: Filing
    mapping: Mapping
    path: Path | None
    url: str | None
    tables: list[TableMapping]
    directory: Directory
    warnings: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    names: set[tuple[str | None, str]] = field(default_factory=set)
    """(code, short name) of the companies met; complete once ``facts()`` has ended."""

    def facts(self) -> Iterator[Fact | SeriesPoint]:
        """Facts of all tables, row by row (of a ``companies`` table the names), and the points of macro series.
        DocumentError or ConfigError when a table cannot be read."""
        for table in self.tables:
            try:
                yield from self._facts_of(table)
            except rows.EmptyTableError as error:
                if len(self.tables) == 1:
                    raise
                self.warnings.append(str(error))

    def _facts_of(self, table: TableMapping) -> Iterator[Fact | SeriesPoint]:
        for sheet, stream in table_streams(self.path, self.url, table):
            if table.layout == "series":
                yield from self._points_of(table, sheet, stream)
            else:
                yield from self._facts_in(table, sheet, stream)

    def _points_of(
        self, table: TableMapping, sheet: str, stream: Iterator[rows.Row]
    ) -> Iterator[SeriesPoint]:
        titles: list[str] = []
        begun = table_begins(stream, titles)
        with rows.spooled(sheet, begun, table.header_row, table.skip_rows, self.document.name) as spool:
            table = with_title(table, titles)
            converter = SeriesConverter(table, spool, self.document, self.mapping.name)
            for point in converter.points():
                self.counts["points"] += 1
                yield point
            self.counts["rows"] += spool.count
            self.warnings += converter.report()

    def _facts_in(self, table: TableMapping, sheet: str, stream: Iterator[rows.Row]) -> Iterator[Fact]:
        with rows.spooled(sheet, stream, table.header_row, table.skip_rows, self.document.name) as spool:
            converter = Converter(table, spool, self.document, self.mapping.name, self.directory)
            for fact in converter.facts():
                self.counts["facts"] += 1
                yield fact
            self.counts["rows"] += spool.count
            self.names |= converter.names
            self.warnings += converter.report()


def open_source(
    ref: str | Path, mapping: Mapping, *, directory: Directory | None = None, sha256: str | None = None
) -> Reading:
    """A file, or an SQLAlchemy URL. Raises ConfigError when no table of the mapping fits it."""
    is_url = isinstance(ref, str) and "://" in ref
    name = rows.hide_password(str(ref)) if is_url else Path(ref).name
    tables = [t for t in mapping.tables if t.table or t.query] if is_url else mapping.tables_for(name)
    if not tables:
        raise ConfigError(
            "映射里没有适合这个来源的表",
            where=name,
            hint="检查 tables 里的 file（文件名）或 table/query（数据库）",
        )
    identity = sha256 or _identity(str(ref), mapping)
    document = Document(
        sha256=identity,
        name=name,
        format="sql" if is_url else Path(ref).suffix.lower().lstrip("."),
        title=mapping.name,
        parser=f"{PARSER} {_identity('', mapping)[:12]}",
    )
    filing = Filing(kind=FilingKind.DATA, title=mapping.name)
    path, url = (None, str(ref)) if is_url else (Path(ref), None)
    return Reading(document, filing, mapping, path, url, tables, directory or Directory())


def _identity(ref: str, mapping: Mapping) -> str:
    """For a database: its address, without the password, and the mapping. Its rows are read anew each time."""
    shown = rows.hide_password(ref) if ref else ""
    return hashlib.sha256(f"{shown}\n{mapping.model_dump_json()}".encode()).hexdigest()


def read_directory(paths: list[Path], mapping: Mapping) -> Directory:
    """The companies that the mapping's ``companies`` tables name among these files."""
    directory = Directory()
    for path in paths:
        for table in mapping.tables_for(path.name):
            if table.layout == "companies":
                sheet, stream = table_rows(path, None, table)
                with ExitStack() as stack:
                    spool = stack.enter_context(
                        rows.spooled(sheet, stream, table.header_row, table.skip_rows, path.name)
                    )
                    directory.read(table, spool, path.name)
    return directory


def table_streams(
    path: Path | None, url: str | None, table: TableMapping
) -> Iterator[tuple[str, Iterator[rows.Row]]]:
    """One table; every sheet with content where the mapping says ``sheet: "*"``."""
    if path is not None and table.sheet == "*" and path.suffix.lower() in _EXCEL:
        for sheet in rows.filled_sheets(path):
            yield rows.excel_rows(path, sheet)
    else:
        yield table_rows(path, url, table)


def table_rows(path: Path | None, url: str | None, table: TableMapping) -> tuple[str, Iterator[rows.Row]]:
    """The table's name as shown in citations, and its rows."""
    if url is not None:
        return table.table or "query", rows.sql_rows(url, table.table, table.query)
    if path is None:
        raise DocumentError("来源既不是文件也不是数据库")
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv", ".txt"):
        return path.stem, rows.csv_rows(path)
    if suffix in (".parquet", ".pq"):
        return path.stem, rows.parquet_rows(path)
    return rows.excel_rows(path, None if table.sheet == "*" else table.sheet)
