"""The tables of the system of record. Plain SQLAlchemy: what is special to SQLite lives in ``dialect``.

Rows that belong to a document are numbered within it, so a whole document is written and removed as one
contiguous range. Exact values are text; ``rank`` is the value ×10⁴ as an integer, for ordering only
(NULL when it does not fit into 64 bits). No column of money is ever a float.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 1

metadata = MetaData()


def owner_column() -> Column[int]:
    return Column("document_id", ForeignKey("documents.id"), primary_key=True)


def box_columns() -> list[Column[float]]:
    return [Column(name, Float(53)) for name in ("x0", "y0", "x1", "y1")]


meta = Table(
    "meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("format", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("issuer", Text),
    Column("short_name", Text),
    Column("code", String(16), index=True),
    Column("period", String(16)),
    Column("published", String(10)),
    Column("sector", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("parser", Text, nullable=False),
    Column("extra", Text, nullable=False),
    Column("ingested", String(32), nullable=False),
    Column("signature", LargeBinary),
    Column("digits", String(32), nullable=False),
    Column("near_duplicate_of", String(64), index=True),
    Column("similarity", Float(53)),
    Column("content_in", String(64), index=True),
)
"""``near_duplicate_of``: sha256 of the most similar earlier document. ``content_in``: set when that document
holds this one's content word for word, so that nothing but the link is stored. ``digits``: a hash of all
numerals of the text, which must agree before two documents may share their content."""

names = Table(
    "names",
    metadata,
    Column("path", Text, primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    owner_column(),
    Column("number", Integer, primary_key=True),
    Column("width", Float(53)),
    Column("height", Float(53)),
    Column("scanned", Boolean, nullable=False),
    Column("error", Text),
    sqlite_with_rowid=False,
)

observations = Table(
    "observations",
    metadata,
    owner_column(),
    Column("number", Integer, primary_key=True),
    Column("page", Integer),
    Column("table_index", Integer),
    Column("row_index", Integer),
    Column("column_index", Integer),
    *box_columns(),
    Column("raw", Text, nullable=False),
    Column("scale", Text),
    Column("currency", Text),
    Column("headers", Text),
    Column("label", Text, nullable=False),
    Column("sheet", Text),
    Column("quote", Text),
    Column("parser", Text, nullable=False),
    sqlite_with_rowid=False,
)

facts = Table(
    "facts",
    metadata,
    owner_column(),
    Column("number", Integer, primary_key=True),
    Column("observation", Integer, nullable=False),
    Column("id", BigInteger, nullable=False, unique=True),
    Column("who", Text, nullable=False),
    Column("code", String(16)),
    Column("entity", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("dimensions", Text, nullable=False),
    Column("period", String(16), nullable=False),
    Column("span", String(8), nullable=False),
    Column("scope", String(16), nullable=False),
    Column("basis", String(16), nullable=False),
    Column("value", Text),
    Column("rank", BigInteger),
    Column("text", Text),
    Column("unit", Text),
    Column("reported_in", Text),
    Column("status", String(16), nullable=False),
    Column("own_status", String(16), nullable=False),
    Column("checks", Text),
    Column("other_checks", Text),
    Column("source", Text, nullable=False),
    ForeignKeyConstraint(["document_id", "observation"], ["observations.document_id", "observations.number"]),
    Index("facts_who", "who", "item", "period"),
    Index(
        "facts_item",
        *("item", "period", "dimensions", "who", "value", "span", "scope", "basis", "status"),
    ),
    sqlite_with_rowid=False,
)
"""``who``: the code, or the entity where there is none. ``own_status`` and ``checks`` come from the document
itself; ``status`` and ``other_checks`` also from the other documents in the store."""

passages = Table(
    "passages",
    metadata,
    owner_column(),
    Column("ordinal", Integer, primary_key=True),
    Column("page", Integer),
    *box_columns(),
    Column("section", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)

company_names = Table(
    "company_names",
    metadata,
    owner_column(),
    Column("name", Text, primary_key=True),
    Column("form", String(8), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("code", String(16)),
    Index("company_names_code", "code"),
    Index("company_names_name", "name"),
    sqlite_with_rowid=False,
)
"""Which document calls which company what; ``form`` is full or short."""

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("fact_id", BigInteger, nullable=False, index=True),
    Column("corrected_id", BigInteger, nullable=False, index=True),
    Column("key", Text, nullable=False),
    Column("old_value", Text),
    Column("old_text", Text),
    Column("value", Text),
    Column("text", Text),
    Column("unit", Text),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", String(32), nullable=False),
    sqlite_autoincrement=True,
)
"""Append-only. ``key``: the meaning and basis of the corrected fact, to find it again after a new reading."""

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("created", String(32), nullable=False),
    sqlite_autoincrement=True,
)
"""One row for every change of a document's passages; the search index replays what it has not seen."""
