"""Small made-up documents for the tests of statements and key figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count

from caiwen.records import (
    Block,
    Cell,
    Document,
    Fact,
    Filing,
    FilingKind,
    Observation,
    Paragraph,
    Scope,
    Section,
    Span,
    Table,
)

ANNUAL = Filing(kind=FilingKind.ANNUAL, issuer="甲乙股份有限公司", code="600999", period="2020")
BANK = Filing(
    kind=FilingKind.ANNUAL, issuer="甲乙银行股份有限公司", code="600998", period="2019", sector="bank"
)

SHEET = [
    ["项目", "附注", "2020年12月31日", "2019年12月31日"],
    ["流动资产：", "", "", ""],
    ["货币资金", "七、1", "1,000.00", "900.00"],
    ["应收账款", "2", "500.50", ""],
    ["流动资产合计", "", "1,500.50", "900.00"],
    ["非流动资产合计", "", "499.50", "600.00"],
    ["资产总计", "", "2,000.00", "1,500.00"],
    ["负债合计", "", "800.00", "700.00"],
    ["所有者权益（或股东权益）合计", "", "1,200.00", "800.00"],
    ["负债和所有者权益总计", "", "2,000.00", "1,500.00"],
]
INCOME = [
    ["项目", "附注", "2020年度", "2019年度"],
    ["一、营业总收入", "", "900.00", "800.00"],
    ["其中：营业收入", "", "900.00", "800.00"],
    ["三、营业利润（亏损以“－”号填列）", "", "100.00", "-50.00"],
    ["加：营业外收入", "", "10.00", "-"],
    ["减：营业外支出", "", "30.00", "5.00"],
    ["四、利润总额", "", "80.00", "-55.00"],
    ["减：所得税费用", "", "20.00", "（5.00）"],
    ["五、净利润", "", "60.00", "-50.00"],
]


def table(
    rows: Sequence[Sequence[str]], *, caption: str = "", unit: str = "", page: int = 1, index: int = 0
) -> Table:
    """A table of plain cells; a text that is repeated to the right or below as ``<`` or ``^`` is one merged cell."""
    cells = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text in ("<", "^"):
                continue
            wide = 1 + next((i for i, t in enumerate(row[c + 1 :]) if t != "<"), len(row) - c - 1)
            below = [line[c] for line in rows[r + 1 :]]
            tall = 1 + next((i for i, t in enumerate(below) if t != "^"), len(below))
            box = (100.0 * c, 20.0 * r, 100.0 * (c + wide), 20.0 * (r + tall))
            cells.append(Cell(r, c, text, rowspan=tall, colspan=wide, page=page, box=box))
    return Table(
        index, tuple(cells), len(rows), max(map(len, rows)), caption=caption, unit_text=unit, page=page
    )


def paper(*blocks: Block | str, sections: Sequence[tuple[str, int, int]] = ()) -> Document:
    """Strings become paragraphs; tables are numbered in order; ``sections``: (title, first block, end)."""
    made: list[Block] = []
    numbers = count()
    for block in blocks:
        if isinstance(block, Table):
            made.append(replace(block, index=next(numbers)))
        else:
            made.append(Paragraph(block, page=1) if isinstance(block, str) else block)
    tree = tuple(Section(title, 1, (title,), start, end) for title, start, end in sections)
    return Document("0" * 64, "样本.pdf", "pdf", blocks=tuple(made), sections=tree)


def value(facts: Sequence[Fact], item: str, period: str, scope: Scope = Scope.CONSOLIDATED) -> Decimal | None:
    """The only value of an item; fails when several differ."""
    found = {f.value for f in facts if (f.item, f.period, f.scope) == (item, period, scope)}
    assert len(found) <= 1, f"{item} {period}: {found}"
    return next(iter(found), None)


def fact(
    item: str,
    number: str,
    *,
    source: str = "income_statement",
    period: str = "2020",
    span: Span = Span.YTD,
    table: int = 0,
    raw: str = "",
    scale: str = "元",
    dimensions: dict[str, str] | None = None,
) -> Fact:
    """A consolidated figure of 2020 in a row of its own; ``number`` is in base units, ``raw`` the print."""
    row = next(_rows)
    seen = Observation(
        "0" * 64, page=1, table=table, row=row, column=1, raw=raw or number, scale=scale, label=item
    )
    return Fact(
        "甲乙股份有限公司", item, period, span, seen, code="600999", value=Decimal(number), unit="元",
        dimensions=dimensions or {}, source=source,
    )  # fmt: skip


_rows = count()
