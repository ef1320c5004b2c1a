"""Rows of a table, streamed: XLSX, CSV/TSV, Parquet, SQL. A row is (number, cells); numbers count from 1 as in the file."""

from __future__ import annotations

import csv
import pickle
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from caiwen.errors import DocumentError, MissingExtraError

Row = tuple[int, tuple[str, ...]]
_CSV_ENCODINGS = ("utf-8-sig", "gb18030", "big5")
_SAMPLE = 1 << 20
_LARGEST_SHARE = 1000
_PATIENCE = 10
"""Seconds to wait for a database server."""


class EmptyTableError(DocumentError):
    """A table without rows. Beside other tables it is told and passed over."""


@dataclass
class Spool:
    """Rows written to a temporary file, to be read twice without parsing the source twice."""

    sheet: str
    header: tuple[str, ...]
    count: int
    file: IO[bytes]

    def __iter__(self) -> Iterator[Row]:
        self.file.seek(0)
        for _ in range(self.count):
            yield pickle.load(self.file)


@contextmanager
def spooled(sheet: str, rows: Iterator[Row], header_row: int, skip_rows: int, where: str) -> Iterator[Spool]:
    """Takes the header row and keeps what follows it. DocumentError for a table without rows."""
    with TemporaryFile() as file:
        header: tuple[str, ...] = ()
        count = first = 0
        for number, cells in rows:
            if not header:
                if number >= header_row and any(cells):
                    header, first = cells, number + skip_rows
            elif number > first and any(cells):
                pickle.dump((number, cells), file, protocol=pickle.HIGHEST_PROTOCOL)
                count += 1
        if not count:
            hint = "确认工作表与列名所在行（header_row）"
            raise EmptyTableError("表里没有数据行", where=f"{where} {sheet}".strip(), hint=hint)
        yield Spool(sheet, header, count, file)


def text_of(value: object) -> str:
    """A cell as text, exactly: floats by their shortest form, whole floats without .0, dates in ISO form."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return (
            str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
        )
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value).strip()


def excel_rows(path: Path, sheet: str | None) -> tuple[str, Iterator[Row]]:
    """One sheet of a workbook; the first one with content when no name is given."""
    book = _workbook(path)
    if sheet is not None and sheet not in book.sheetnames:
        raise DocumentError(
            f"没有工作表「{sheet}」", where=str(path), hint=f"有：{'、'.join(book.sheetnames)}"
        )
    name = sheet or next((n for n in book.sheetnames if _has_rows(book[n])), book.sheetnames[0])

    def rows() -> Iterator[Row]:
        with closing(book):
            for number, cells in enumerate(book[name].iter_rows(), 1):
                yield number, tuple(_cell_text(cell) for cell in cells)

    return name, rows()


def filled_sheets(path: Path) -> list[str]:
    """The sheets of a workbook that are not empty; the first one where all are."""
    with closing(_workbook(path)) as book:
        names = [name for name in book.sheetnames if _has_rows(book[name])]
        return names or list(book.sheetnames[:1])


def _workbook(path: Path) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError) as error:
        raise DocumentError(
            "不是可读的 XLSX 文件", where=str(path), hint="用 Excel 另存为 .xlsx 再试"
        ) from error


def _cell_text(cell: Any) -> str:
    """A cell that Excel shows as a percentage holds the hundredth of it: 0.021 → 2.1%."""
    value = cell.value
    if isinstance(value, float) and abs(value) < _LARGEST_SHARE and "%" in cell.number_format:
        return f"{Decimal(text_of(value)).scaleb(2).normalize():f}%"
    return text_of(value)


def _has_rows(sheet: Any) -> bool:
    return any(any(cell is not None for cell in row) for row in sheet.iter_rows(max_row=50, values_only=True))


def csv_rows(path: Path) -> Iterator[Row]:
    encoding = csv_encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(16384)
        file.seek(0)
        try:
            dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(sample, delimiters=",\t;|")
        except csv.Error:
            dialect = csv.excel
        for number, cells in enumerate(csv.reader(file, dialect), 1):
            yield number, tuple(cell.strip() for cell in cells)


def csv_encoding(path: Path) -> str:
    """The first encoding that reads the file's head without error."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if len(head) == _SAMPLE:
        head = head[: head.rfind(b"\n") + 1] or head
    for encoding in _CSV_ENCODINGS:
        try:
            head.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DocumentError("认不出文字编码", where=str(path), hint="另存为 UTF-8 编码的 CSV 再试")


def parquet_rows(path: Path) -> Iterator[Row]:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise MissingExtraError(
            "读 Parquet 需要 pyarrow", where=str(path), hint="pip install 'caiwen[parquet]'"
        ) from error
    file = parquet.ParquetFile(path)
    yield 1, tuple(file.schema_arrow.names)
    number = 1
    for batch in file.iter_batches(batch_size=4096):
        for record in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            yield number, tuple(text_of(cell) for cell in record)


def sql_rows(url: str, table: str | None, query: str | None) -> Iterator[Row]:
    """Rows of a table or a query, fetched by the driver in pieces. DocumentError when the database does not answer."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = _engine(url)
        statement = text(query) if query else _whole_table(engine, table or "")
        with engine.connect().execution_options(stream_results=True, yield_per=2000) as connection:
            result = connection.execute(statement)
            yield 1, tuple(result.keys())
            for number, record in enumerate(result, 2):
                yield number, tuple(text_of(cell) for cell in record)
        engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        said, hint = _trouble(error)
        raise DocumentError(said, where=hide_password(url), hint=hint) from error


def _engine(url: str) -> Any:
    """An engine that gives up on a dead server soon, and makes no new SQLite file."""
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url

    made = make_url(url)
    kind = made.get_backend_name()
    if kind == "sqlite" and made.database and not Path(made.database).is_file():
        raise DocumentError(
            "没有这个数据库文件", where=made.database, hint="检查路径；sqlite:////绝对路径 要四条斜线"
        )
    patience = {"connect_timeout": _PATIENCE} if kind in ("postgresql", "mysql", "mariadb") else {}
    return create_engine(made, connect_args=patience)


def _trouble(error: Exception) -> tuple[str, str]:
    """What went wrong with a database, and what to do."""
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, NoSuchTableError, OperationalError

    reason = (str(getattr(error, "orig", None) or error).splitlines() or [""])[0]
    if isinstance(error, NoSuchTableError):
        return f"数据库里没有表「{reason}」", "检查映射里的 table；在别的 schema 里的表用 query 写 SELECT"
    if isinstance(error, NoSuchModuleError | ArgumentError):
        return f"认不出这个数据库地址（{reason}）", "写成 postgresql+psycopg://用户:密码@主机/库 这样的地址"
    if isinstance(error, ImportError):
        return f"缺少数据库驱动 {error.name or reason}", f"pip install {error.name or '相应的驱动'}"
    if isinstance(error, OperationalError):
        return f"数据库连不上或中途断开（{reason}）", "检查数据库是否在运行、地址、用户与密码"
    return f"数据库读不出来（{reason}）", "检查表名、列名与 SQL"


def _whole_table(engine: Any, name: str) -> Any:
    """``select *`` of a table by its reflected definition, so that a name is never spliced into SQL."""
    from sqlalchemy import MetaData, Table, select

    return select(Table(name, MetaData(), autoload_with=engine))


def hide_password(url: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url.split("@")[-1]


def column_numbers(header: Sequence[str]) -> dict[str, int]:
    """Column name → its place; of two columns of one name the first counts."""
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(name, place)
    return places
