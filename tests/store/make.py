"""Small documents and facts for the tests of the store."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

from caiwen.records import (
    Basis,
    Document,
    Fact,
    Filing,
    FilingKind,
    Observation,
    PageInfo,
    Passage,
    Span,
)
from caiwen.store import Source, Store

CODE = "600001"
ENTITY = "山海冷链设备股份有限公司"


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def document(name: str, pages: int = 2, **more: Any) -> Document:
    return Document(
        sha256=sha(name),
        name=name,
        format="pdf",
        pages=tuple(PageInfo(number, 595.3, 841.9) for number in range(1, pages + 1)),
        parser="tests 1",
        **more,
    )


def filing(period: str | None = "2020", **more: Any) -> Filing:
    given = {"kind": FilingKind.ANNUAL, "issuer": ENTITY, "short_name": "山海冷链", "code": CODE}
    return Filing(**{**given, "period": period, **more})


def fact(
    name: str,
    value: str | None = "1234.56",
    *,
    item: str = "营业收入",
    period: str = "2020",
    row: int = 3,
    column: int = 2,
    raw: str | None = None,
    **more: Any,
) -> Fact:
    observation = Observation(
        document=sha(name),
        page=2,
        table=1,
        row=row,
        column=column,
        box=(10.1, 20.2, 30.3, 40.4),
        raw=raw if raw is not None else f"{Decimal(value):,}" if value else "",
        scale="元",
        currency="CNY",
        headers=("项目", "2020年度"),
        label=item,
        parser="tests 1",
    )
    given = {
        "entity": ENTITY,
        "span": Span.YTD,
        "code": CODE,
        "unit": "元",
        "reported_in": "2020",
        "source": "income_statement",
        "value": Decimal(value) if value is not None else None,
    }
    return Fact(item=item, period=period, observation=observation, **{**given, **more})


def comparative(name: str, value: str, **more: Any) -> Fact:
    return fact(name, value, column=3, basis=Basis.COMPARATIVE, **more)


def passage(name: str, ordinal: int, text: str, **more: Any) -> Passage:
    return Passage(document=sha(name), ordinal=ordinal, text=text, page=1, **more)


def add(store: Store, name: str, *facts: Fact, period: str | None = "2020", **more: Any) -> None:
    given = {"filing": filing(period), "passages": (), "source": Source(f"/材料/{name}", 1000, 1)}
    store.add(document(name), facts=facts, **{**given, **more})


def open_store(folder: Path) -> Store:
    return Store.open("sqlite:///store.db", folder=folder)
