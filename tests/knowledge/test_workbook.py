"""Workbooks read as documents: whose figures, which period; and what is said when they give none."""

from decimal import Decimal
from pathlib import Path

import pytest

from caiwen.documents import read
from caiwen.knowledge.understand import Knowledge, understand

Rows = list[list[object]]
FIGURES: Rows = [["一、营业收入", 1234.5, 1100], ["减：营业成本", 800, 700], ["五、净利润", 200, 170]]
FULL = "砚川精工股份有限公司"


def known(folder: Path, rows: Rows, *, sheet: str = "Sheet1", name: str = "表.xlsx") -> Knowledge:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return understand(read(folder / name))


def revenue(found: Knowledge) -> dict[str, tuple[str, Decimal | None]]:
    return {f.period: (f.entity, f.value) for f in found.facts if f.item == "营业收入"}


@pytest.mark.parametrize(
    ("above", "head", "sheet", "name", "entity"),
    [
        (
            [[f"{FULL} 2023 年利润表"], ["单位：万元"]],
            ["项目", "2023年度", "2022年度"],
            "Sheet1",
            "表.xlsx",
            FULL,
        ),
        (
            [[FULL], ["利润表"], ["2023年度"], ["单位：万元"]],
            ["项目", "本期金额", "上期金额"],
            "1",
            "表.xlsx",
            FULL,
        ),
        ([["单位：万元"]], ["项目", "本期", "上期"], "砚川精工2023年利润表", "表.xlsx", "砚川精工"),
        (
            [["单位：万元"]],
            ["项目", "本期金额", "上期金额"],
            "利润表",
            "砚川精工_2023年度利润表.xlsx",
            "砚川精工",
        ),
    ],
)
def test_titles_sheets_and_file_names_say_whose_and_when(
    tmp_path: Path, above: Rows, head: list[object], sheet: str, name: str, entity: str
) -> None:
    found = known(tmp_path, [*above, head, *FIGURES], sheet=sheet, name=name)
    expected = {"2023": (entity, Decimal(12345000)), "2022": (entity, Decimal(11000000))}
    assert revenue(found) == expected
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["项目", "2023", "2022"], *FIGURES], "没有公司全称；没有写单位"),
        ([[f"{FULL}利润表"], ["单位：元"], ["项目", "本期", "上期"], *FIGURES], "没有写报告期"),
        ([[f"{FULL}2023年利润表"], ["项目", "本期", "上期"], *FIGURES], "没有写单位"),
        (
            [[f"{FULL} 2023年"], ["单位：元"], ["货号", "数量", "金额"], ["甲", 1, 2], ["乙", 3, 4]],
            "认不出是哪张报表",
        ),
    ],
)
def test_a_workbook_without_facts_says_what_is_missing(tmp_path: Path, rows: Rows, said: str) -> None:
    found = known(tmp_path, rows)
    assert found.facts == ()
    assert len(found.warnings) == 1
    assert said in found.warnings[0]
    assert "--mapping" in found.warnings[0]


def test_a_table_of_several_companies_is_nobodys(tmp_path: Path) -> None:
    rows: Rows = [["代码", "公司", "报告期", "营业收入(元)"]]
    rows += [[f"60000{n}", f"云{name}重工股份有限公司", "2023", 100 + n] for n, name in enumerate("帆岭屿")]
    found = known(tmp_path, rows)
    assert found.filing.issuer is None
    assert "--mapping" in found.warnings[0]


def test_facts_of_nobody_are_told(tmp_path: Path) -> None:
    found = known(tmp_path, [["2023年利润表"], ["单位：元"], ["项目", "2023年度", "2022年度"], *FIGURES])
    assert {entity for entity, _ in revenue(found).values()} == {"表.xlsx"}
    assert "没有公司全称，事实记在文件名之下" in found.warnings[0]


def test_words_without_figures_need_no_word(tmp_path: Path) -> None:
    assert known(tmp_path, [["问", "答"], ["什么是商誉？", "并购时付出的溢价。"]]).warnings == ()
