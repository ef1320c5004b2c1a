"""Statements that are written by SQLAlchemy once and then run as plain SQL.

Questions ask the same few things thousands of times: building a statement, its cache key and its row objects would cost
more than the database does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.sql.compiler import SQLCompiler

Plain = tuple[Any, ...]
"""A row as the driver gives it."""

_AT_A_TIME = 1000


class Prepared:
    """A statement with named values (``bindparam``); what has no name keeps the value that it was written with."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, SQLCompiler] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Sequence[Plain]:
        """All rows."""
        return [row for part in self._parts(connection, values or {}, streamed=False) for row in part]

    def each(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Iterator[Plain]:
        """Row by row; results of any size."""
        for part in self._parts(connection, values or {}, streamed=True):
            yield from part

    def _parts(
        self, connection: Connection, values: Mapping[str, Any], *, streamed: bool
    ) -> Iterator[Sequence[Plain]]:
        compiled = self._for(connection)
        bound = {**compiled.params, **values}
        names = compiled.positiontup
        given = bound if names is None else tuple(bound[name] for name in names)
        if connection.dialect.name == "sqlite":
            cursor = (
                connection.connection.cursor()
            )  # what SQLAlchemy would make of the answer costs more than the answer
            cursor.execute(compiled.string, given)
        else:
            options = {"stream_results": True} if streamed else {}
            cursor = connection.exec_driver_sql(compiled.string, given, execution_options=options).cursor
        try:
            if not streamed:
                yield cursor.fetchall()
            while streamed and (part := cursor.fetchmany(_AT_A_TIME)):
                yield part
        finally:
            cursor.close()

    def _for(self, connection: Connection) -> SQLCompiler:
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            made = self._statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
            assert isinstance(made, SQLCompiler)
            self._compiled[dialect.name] = made
        return self._compiled[dialect.name]
