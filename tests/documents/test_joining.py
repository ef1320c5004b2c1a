"""Tables over page breaks, as records."""

from __future__ import annotations

from caiwen.documents.joining import join_tables
from caiwen.records import Block, Cell, Paragraph, Table


def table(
    page: int, rows: list[list[str]], edges: list[float], top: float = 100, ruled: bool = True
) -> Table:
    cells = tuple(
        Cell(r, c, text, page=page, box=(edges[c], top + 20 * r, edges[c + 1], top + 20 * r + 20))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Table(0, cells, len(rows), len(rows[0]), page=page, ruled=ruled)


def joined(*blocks: Block) -> list[Table]:
    return [b for b in join_tables(blocks) if isinstance(b, Table)]


def texts(one: Table) -> list[list[str]]:
    return [[cell.text if cell else "" for cell in row] for row in one.grid()]


def test_parts_of_three_pages_become_one() -> None:
    edges = [72.0, 200.0, 300.0]
    parts = [table(p, [[f"第{p}行", "1.00"]], [x + 0.8 * p for x in edges]) for p in (4, 5, 6)]
    (one,) = joined(*parts)
    assert texts(one) == [["第4行", "1.00"], ["第5行", "1.00"], ["第6行", "1.00"]]
    assert [cell.page for cell in one.cells] == [4, 4, 5, 5, 6, 6]
    assert one.page == 4


def test_pages_must_follow_each_other() -> None:
    edges = [72.0, 200.0, 300.0]
    assert len(joined(table(4, [["甲", "1"]], edges), table(6, [["乙", "2"]], edges))) == 2
    assert (
        len(joined(table(4, [["甲", "1"]], edges), Paragraph("间", 5), table(5, [["乙", "2"]], edges))) == 2
    )


def test_numbering_counts_joined_tables() -> None:
    edges = [72.0, 200.0, 300.0]
    tables = joined(
        table(1, [["甲", "1"]], edges),
        table(2, [["乙", "2"]], edges),
        Paragraph("x", 2),
        table(2, [["丙", "3"]], edges),
    )
    assert [t.index for t in tables] == [0, 1]


def test_a_part_with_fewer_borders_takes_the_columns_of_the_other() -> None:
    whole = table(1, [["项目", "优先股", "其他", "合计"]], [70.0, 150.0, 200.0, 250.0, 300.0])
    part = table(2, [["余额", "5.00", "6.00"]], [70.0, 150.0, 250.0, 300.0])
    (one,) = joined(whole, part)
    assert texts(one)[1] == ["余额", "5.00", "5.00", "6.00"]
    (other,) = joined(
        table(1, [["余额", "5.00", "6.00"]], [70.0, 150.0, 250.0, 300.0]),
        table(2, [["甲", "1", "2", "3"]], [70.0, 150.0, 200.0, 250.0, 300.0]),
    )
    assert texts(other) == [["余额", "5.00", "5.00", "6.00"], ["甲", "1", "2", "3"]]


def test_one_border_may_differ_in_wide_tables_only() -> None:
    a, b = [70.0, 150.0, 200.0, 250.0, 300.0], [70.0, 150.0, 220.0, 250.0, 300.0]
    assert len(joined(table(1, [["甲", "1", "2", "3"]], a), table(2, [["乙", "4", "5", "6"]], b))) == 1
    assert (
        len(
            joined(
                table(1, [["甲", "1"]], [70.0, 150.0, 300.0]), table(2, [["乙", "4"]], [70.0, 190.0, 300.0])
            )
        )
        == 2
    )


def test_a_split_row_is_completed_and_keeps_its_first_place() -> None:
    edges = [72.0, 200.0, 300.0]
    before = table(1, [["甲", "1.00"], ["子公司的少", "22,172,721.0"]], edges)
    after = table(2, [["数股东", "0"], ["丙", "3.00"]], edges)
    tables = [b for b in join_tables([before, after], split_rows={2}) if isinstance(b, Table)]
    assert texts(tables[0]) == [["甲", "1.00"], ["子公司的少数股东", "22,172,721.00"], ["丙", "3.00"]]
    assert tables[0].n_rows == 3
    cell = tables[0].grid()[1][1]
    assert cell is not None
    assert cell.page == 1


def test_latin_words_keep_their_space_over_the_break() -> None:
    edges = [72.0, 200.0, 300.0]
    (one,) = (
        b
        for b in join_tables(
            [table(1, [["JINYU BIO", "x"]], edges), table(2, [["TECHNOLOGY", ""]], edges)], split_rows={2}
        )
        if isinstance(b, Table)
    )
    assert texts(one) == [["JINYU BIO TECHNOLOGY", "x"]]


def test_unruled_parts_agree_where_their_figures_end() -> None:
    before = table(1, [["货币资金", "1", "2"]], [80.0, 130.0, 350.0, 500.0], ruled=False)
    after = table(2, [["归属于母公司", "3", "4"]], [76.0, 210.0, 350.5, 499.0], ruled=False)
    assert len(joined(before, after)) == 1
    assert len(joined(before, table(2, [["别的", "3", "4"]], [76.0, 210.0, 300.0, 460.0], ruled=False))) == 2


def test_tables_without_boxes_join_by_their_width() -> None:
    def plain(page: int, n: int) -> Table:
        return Table(0, tuple(Cell(0, c, str(c), page=page) for c in range(n)), 1, n, page=page)

    assert len(joined(plain(1, 3), plain(2, 3))) == 1
    assert len(joined(plain(1, 3), plain(2, 4))) == 2
