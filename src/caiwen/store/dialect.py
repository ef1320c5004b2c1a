"""What is special to one database: opening, transactions, pragmas, and the meaning of its errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, event, insert, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, ProgrammingError

from caiwen.errors import MissingExtraError, StoreError

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",  # safe against kill -9 in WAL mode; a power cut may lose the last commits, whole
    "PRAGMA foreign_keys=OFF",  # a document is removed table by table, in one transaction
    "PRAGMA cache_size=-32768",
    "PRAGMA mmap_size=1073741824",
    "PRAGMA temp_store=MEMORY",
)

_POOL: dict[str, Any] = {"max_overflow": -1}
"""As many threads may read as like; five connections stay open between them."""

_SQLITE_ERRORS = {
    sqlite3.SQLITE_BUSY: ("事实库正被另一个进程写入", "等它结束再试，或加大设置 store.busy_seconds"),
    sqlite3.SQLITE_LOCKED: ("事实库正被另一个进程写入", "等它结束再试"),
    sqlite3.SQLITE_FULL: ("磁盘已满，正在写的这一份没有写入", "此前写完的都在；腾出空间后再运行一次"),
    sqlite3.SQLITE_CORRUPT: ("事实库文件已损坏", "从备份恢复，或移走它后重新读入材料"),
    sqlite3.SQLITE_NOTADB: ("这个文件不是事实库", "检查设置 store.url，或移走它后重新读入材料"),
    sqlite3.SQLITE_READONLY: ("事实库或它所在的文件夹是只读的", "检查文件夹的权限"),
    sqlite3.SQLITE_CANTOPEN: ("事实库打不开", "检查文件夹是否存在、是否可写"),
    sqlite3.SQLITE_PERM: ("没有权限访问事实库", "检查文件夹的权限"),
    sqlite3.SQLITE_IOERR: ("读写事实库时磁盘出错", "检查磁盘和剩余空间"),
}


def resolve(url: str, folder: Path | None) -> URL:
    """The address with a relative SQLite path counted from ``folder``."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "事实库的地址不对", where=url, hint="例如 sqlite:///store.db（设置 store.url）"
        ) from error
    if parsed.get_backend_name() == "sqlite" and parsed.database and folder is not None:
        parsed = parsed.set(database=str(folder / parsed.database))
    return parsed


def connect(url: URL, busy_seconds: float) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, **_POOL)
        engine = create_engine(url, connect_args={"timeout": busy_seconds}, **_POOL)
        if file := _only_readable(url):
            uri = f"{file.resolve().as_uri()}?immutable=1"
            engine = create_engine(
                url, creator=lambda: sqlite3.connect(uri, uri=True, check_same_thread=False), **_POOL
            )
    except ModuleNotFoundError as error:
        hint = "支持 sqlite 和 postgresql+psycopg"
        if url.get_backend_name() == "postgresql":
            hint = 'pip install "caiwen[postgres]"'
        raise MissingExtraError(f"连接这种数据库需要 {error.name}", where=str(url), hint=hint) from error
    except NoSuchModuleError as error:
        hint = "支持 sqlite 和 postgresql+psycopg"
        raise StoreError("不认识这种数据库", where=str(url), hint=hint) from error
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _only_readable(url: URL) -> Path | None:
    """The file of a finished store in a folder that cannot be written: it is opened as it is, without the files
    that SQLite keeps beside it. A log that was not folded back would be overlooked that way."""
    file = Path(url.database or "")
    log = file.with_name(f"{file.name}-wal")
    if not file.is_file() or os.access(file.parent, os.W_OK) or (log.exists() and log.stat().st_size):
        return None
    return file


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are opened in _on_begin, DDL included
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("caiwen_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: all of it or nothing. The writer's lock is taken at once."""
    with errors(engine), engine.execution_options(caiwen_write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7226349)"))
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent view of the store for the length of the block."""
    with errors(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """The same, but also what is committed between two reads of the block is not seen."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with errors(engine), engine.connect() as connection, connection.execution_options(**level).begin():
        yield connection


@contextmanager
def errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise  # a defect of ours, not of the surroundings
    except DBAPIError as error:
        raise _store_error(error.orig, engine.url) from error
    except sqlite3.Error as error:  # while rows are fetched without SQLAlchemy
        raise _store_error(error, engine.url) from error


def _store_error(error: BaseException | None, url: URL) -> StoreError:
    where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    code = getattr(error, "sqlite_errorcode", None)
    said = str(error).strip()
    if code is None and said.startswith("Could not decode"):  # bytes that caiwen never wrote
        code = sqlite3.SQLITE_CORRUPT
    if code is not None and code & 0xFF in _SQLITE_ERRORS:
        message, hint = _SQLITE_ERRORS[code & 0xFF]
        return StoreError(message, where=where, hint=hint)
    first = said.splitlines()[0][:200] if said else "没有说明"
    return StoreError(f"数据库出错（{first}）", where=where)


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same keys in the same order. For SQLite without SQLAlchemy's handling of
    each parameter, which costs as much as the insert itself."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), list(rows))
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in rows[0])
    marks = ", ".join("?" * len(rows[0]))
    statement = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})"
    connection.exec_driver_sql(statement, [tuple(row.values()) for row in rows])


def update_many(
    connection: Connection, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Update rows that all have the same keys in the same order, those of ``key`` last; see :func:`insert_many`."""
    if not rows:
        return
    changed = [name for name in rows[0] if name not in key]
    if connection.dialect.name != "sqlite":
        at = [table.c[name] == bindparam(f"at_{name}") for name in key]
        values = [{f"at_{name}" if name in key else name: row[name] for name in row} for row in rows]
        connection.execute(update(table).where(*at), values)
        return
    quote = connection.dialect.identifier_preparer.quote
    settings = ", ".join(f"{quote(name)} = ?" for name in changed)
    place = " AND ".join(f"{quote(name)} = ?" for name in key)
    statement = f"UPDATE {quote(table.name)} SET {settings} WHERE {place}"
    connection.exec_driver_sql(statement, [tuple(row.values()) for row in rows])


def integrity(connection: Connection) -> list[str]:
    """What the database itself finds wrong with its files; empty when all is well."""
    if connection.dialect.name != "sqlite":
        return []
    found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    return [line for line in found if line != "ok"] + [f"foreign key: {tuple(row)}" for row in broken]


def tidy(engine: Engine) -> None:
    """After a batch of writing: fresh statistics, and the log folded back into the main file."""
    if engine.dialect.name != "sqlite":
        return
    with errors(engine):
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA optimize")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
        finally:
            connection.close()
