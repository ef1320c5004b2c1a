"""Policy records and their articles: two tables beside the facts.

They are no facts: a fact has a company, a period and a value, and would make statutes appear among the companies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, Text, insert, select

from caiwen.records.policy import Article, Norm, PolicyRecord
from caiwen.store.rows import box_of, box_values
from caiwen.store.schema import box_columns, documents, metadata, owner_column

policies = Table(
    "policies",
    metadata,
    owner_column(),
    Column("key", Text, nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("effective", String(10), index=True),
    Column("record", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""``record``: the whole PolicyRecord without its articles, as JSON; the other columns are for reading by SQL."""

articles = Table(
    "articles",
    metadata,
    owner_column(),
    Column("ordinal", Integer, primary_key=True),
    Column("label", String(32), nullable=False),
    Column("path", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("page", Integer),
    *box_columns(),
    Column("norms", Text, nullable=False),
    sqlite_with_rowid=False,
)
OWNED = (articles, policies)


@cache
def _adapters() -> tuple[Any, Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(PolicyRecord), TypeAdapter(tuple[Norm, ...])


def write_policy(connection: Connection, document_id: int, policy: PolicyRecord) -> None:
    records, norms = _adapters()
    connection.execute(
        insert(policies).values(
            document_id=document_id,
            key=policy.key,
            title=policy.title,
            kind=policy.kind,
            effective=policy.effective.day if policy.effective else None,
            record=records.dump_json(replace(policy, articles=())).decode(),
        )
    )
    rows = [
        {
            "document_id": document_id,
            "ordinal": article.ordinal,
            "label": article.label,
            "path": json.dumps(article.path, ensure_ascii=False),
            "text": article.text,
            "page": article.page,
            **box_values(article.box),
            "norms": norms.dump_json(article.norms).decode(),
        }
        for article in policy.articles
    ]
    if rows:
        connection.execute(insert(articles), rows)


def read_policies(connection: Connection) -> list[PolicyRecord]:
    """All records, without their articles, by key and day of effect."""
    records, _ = _adapters()
    query = select(policies.c.record).order_by(policies.c.key, policies.c.effective, policies.c.document_id)
    return [records.validate_json(text) for text in connection.execute(query).scalars()]


def read_articles(connection: Connection, sha256: str, labels: Sequence[str] = ()) -> list[Article]:
    """The articles of one document in order; only these labels where any are given."""
    query = select(articles).join(documents).where(documents.c.sha256 == sha256)
    if labels:
        query = query.where(articles.c.label.in_(list(labels)))
    _, norms = _adapters()
    return [
        Article(
            ordinal=row.ordinal,
            label=row.label,
            text=row.text,
            path=tuple(json.loads(row.path)),
            page=row.page,
            box=box_of(row),
            norms=norms.validate_json(row.norms),
        )
        for row in connection.execute(query.order_by(articles.c.ordinal))
    ]
