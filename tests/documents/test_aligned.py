"""Tables rebuilt from lines of text, in the shapes that bank reports turned into HTML have."""

from __future__ import annotations

from caiwen.documents.aligned import join_continued, tables_from_lines
from caiwen.records import Block, Paragraph, Table

HEAD = ["2019年", "2018年", "2019年", "2018年", "资产", "附注", *["12月31日"] * 4, "合并 合并 银行 银行"]


def lines(*texts: str) -> list[Block]:
    return [Paragraph(t) for t in texts]


def rows(table: Table) -> list[list[str | None]]:
    return [[cell.text if cell else None for cell in row] for row in table.grid()]


def only_table(blocks: list[Block]) -> Table:
    tables = [b for b in blocks if isinstance(b, Table)]
    assert len(tables) == 1
    return tables[0]


def test_a_statement_with_notes_and_two_scopes() -> None:
    found = only_table(
        tables_from_lines(
            lines(
                "合并及银行资产负债表",
                "(除特别注明外，金额单位均为人民币百万元)",
                *HEAD,
                "现金及存放央行款项 八、1 1,154 1,202 1,154 1,202",
                "金融投资",
                "交易性金融资产 八、7 310 341 310 341",
                "长期股权投资 七 - - 10,115 2,115",
                "使用权资产 八、13 9,460 不适用 9,395 不适用",
                "资产总计 10,216 9,516 10,205 9,501",
                "后附财务报表附注为本财务报表的组成部分。",
            )
        )
    )
    assert rows(found) == [
        [None, None, "2019年12月31日", "2018年12月31日", "2019年12月31日", "2018年12月31日"],
        ["资产", "附注", "合并", "合并", "银行", "银行"],
        ["现金及存放央行款项", "八、1", "1,154", "1,202", "1,154", "1,202"],
        ["金融投资", None, None, None, None, None],
        ["交易性金融资产", "八、7", "310", "341", "310", "341"],
        ["长期股权投资", "七", "-", "-", "10,115", "2,115"],
        ["使用权资产", "八、13", "9,460", "不适用", "9,395", "不适用"],
        ["资产总计", None, "10,216", "9,516", "10,205", "9,501"],
    ]
    assert not found.ruled


def test_wrapped_labels_are_put_together() -> None:
    found = only_table(
        tables_from_lines(
            lines(
                "附注 2019年度 2018年度",
                "投资收益 八、35 13,028 22,628",
                "其中：以摊余成本计",
                "量的金融资产终止",
                "确认产生的收益",
                "120 -",
                "按所有权归属分类",
                "-归属于银行股东的净利润 60,933 52,311",
                "归属于少数股东的净利润 103 73",
            )
        )
    )
    labels = [row[0] for row in rows(found)]
    assert "其中：以摊余成本计量的金融资产终止确认产生的收益" in labels
    assert "按所有权归属分类" in labels
    assert "-归属于银行股东的净利润" in labels


def test_values_of_one_row_on_two_lines() -> None:
    found = only_table(
        tables_from_lines(
            lines(
                "合并  银行",
                "2019年 2018年  2019年 2018年",
                "存放银行  28,251  140,515",
                "27,834  140,394",
                "减值准备  (49) (326)",
                "(49) (326)",
                "账面价值  28,202  140,189",
                "27,785  140,068",
            )
        )
    )
    assert rows(found)[:3] == [
        [None, "合并", "合并", "银行", "银行"],
        [None, "2019年", "2018年", "2019年", "2018年"],
        ["存放银行", "28,251", "140,515", "27,834", "140,394"],
    ]


def test_a_row_with_a_missing_value_is_not_put_into_columns() -> None:
    found = only_table(
        tables_from_lines(
            lines(
                "2019年度 2018年度 2017年度",
                "甲 1,000 2,000 3,000",
                "乙 1,000 2,000",
                "丙 4,000 5,000 6,000",
                "丁 7,000 8,000 9,000",
            )
        )
    )
    assert ["乙 1,000 2,000", None, None, None] in rows(found)


def test_continued_parts_become_one_table_although_only_one_has_notes() -> None:
    blocks = join_continued(
        tables_from_lines(
            lines(
                "2019年度合并利润表",
                "附注 2019年度 2018年度",
                "利息收入 八、33 388,238 360,166",
                "利息支出 八、33 (148,014) (126,044)",
                "营业利润 62,388 56,124",
                "示例银行股份有限公司",
                "2019年度合并利润表(续)",
                "附注 2019年度 2018年度",
                "净利润 61,036 52,384",
                "少数股东损益 103 73",
                "综合收益总额 59,762 56,363",
            )
        )
    )
    found = only_table(blocks)
    assert rows(found)[-3:] == [
        ["净利润", None, "61,036", "52,384"],
        ["少数股东损益", None, "103", "73"],
        ["综合收益总额", None, "59,762", "56,363"],
    ]
    assert found.n_rows == 1 + 6


def test_prose_with_numbers_stays_prose() -> None:
    blocks = lines(
        "截至2019年12月31日，本行员工总数为 170,809 人。",
        "报告期内，本行净利润 609.33 亿元，同比增长 16.52%。",
        "电话：010-68858158 传真：010-68858165",
    )
    assert tables_from_lines(blocks) == blocks


def test_everything_else_stays_in_place() -> None:
    blocks = tables_from_lines(
        lines(
            "前文。",
            "项目 2019年度 2018年度",
            "甲 1,000 2,000",
            "乙 3,000 4,000",
            "丙 5,000 6,000",
            "后文说明如下。",
        )
    )
    assert [type(b).__name__ for b in blocks] == ["Paragraph", "Table", "Paragraph"]
