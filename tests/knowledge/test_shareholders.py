"""Shareholders: counts, the two lists, a list over a page break, the shares in issue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caiwen.knowledge import shareholders
from caiwen.records import Document
from tests.knowledge.paper import ANNUAL, paper, table

HEAD = ["股东名称（全称）", "报告期内增减", "期末持股数量", "比例(%)", "持有有限售条件股份数量", "股东性质"]


def values(document: Document) -> dict[str, Decimal | None]:
    return {f.item + "".join(f.dimensions.values()): f.value for f in shareholders.extract(document, ANNUAL)}


def test_counts_in_rows_and_in_pairs() -> None:
    shanghai = table(
        [
            ["截止报告期末普通股股东总数(户)", "40,654"],
            ["年度报告披露日前上一月末的普通股股东总数(户)", "55,256"],
        ]
    )
    assert values(paper(shanghai)) == {"股东总数": 40654, "披露前上月末股东总数": 55256}
    shenzhen = table([["报告期末普通股股东总数", "6,087", "年度报告披露日前上一月末普通股股东总数", "6,036"]])
    assert values(paper(shenzhen)) == {"股东总数": 6087, "披露前上月末股东总数": 6036}


def test_a_count_in_prose_belongs_to_its_date() -> None:
    now = "截至2020年12月31日，普通股股东总数430,711名。"
    later = "截至2021年2月28日，普通股股东总数313,211名。"
    assert values(paper(later, now)) == {"股东总数": 430711}


def test_the_list_and_the_free_list_are_told_apart() -> None:
    rows = [
        ["前十名股东持股情况", "<", "<", "<", "<", "<"],
        HEAD,
        ["甲控股有限公司", "0", "122,304,000", "10.86", "1,000", "境内非国有法人"],
        ["张三", "-242,356", "26,108,640", "2.32", "", "境内自然人"],
        ["前十名无限售条件股东持股情况", "<", "<", "<", "<", "<"],
        ["股东名称", "持有无限售条件流通股的数量", "<", "<", "股份种类", "数量"],
        ["甲控股有限公司", "122,303,000", "<", "<", "人民币普通股", "122,303,000"],
        ["上述股东关联关系的说明", "张三为甲控股有限公司股东。", "<", "<", "<", "<"],
    ]
    assert values(paper(table(rows, unit="单位:股"))) == {
        "持股数量甲控股有限公司": 122304000, "持股比例甲控股有限公司": Decimal("10.86"),
        "持股数量张三": 26108640, "持股比例张三": Decimal("2.32"), "持有无限售条件股份数量甲控股有限公司": 122303000,
    }  # fmt: skip


def test_a_list_goes_on_in_a_table_of_another_grid() -> None:
    first = table(
        [
            ["前十名股东持股情况", "<", "<", "<", "<", "<"],
            HEAD,
            ["张三", "0", "2,000,000", "2.00", "", "自然人"],
        ]
    )
    second = table([["李四", "0", "1,000,000", "1.00", "", "", "自然人"]], page=2)
    found = values(paper(first, second))
    assert (found["持股数量李四"], found["持股比例李四"]) == (1000000, 1)


def test_tables_elsewhere_do_not_continue_it() -> None:
    first = table(
        [
            ["前十名股东持股情况", "<", "<", "<", "<", "<"],
            HEAD,
            ["张三", "0", "2,000,000", "2.00", "", "自然人"],
        ]
    )
    other = table([["李四", "0", "1,000,000", "1.00", "", "任职"]])
    assert "持股数量李四" not in values(paper(first, "董事持股变动情况", other))


def test_preference_shares_are_passed_over() -> None:
    rows = [
        ["前十名优先股股东持股情况", "<", "<"],
        ["股东名称", "期末持股数量", "比例(%)"],
        ["丙基金", "1,000,000", "5.00"],
    ]
    assert values(paper(table(rows))) == {}


def test_shares_in_issue_after_the_change() -> None:
    rows = [
        ["", "本次变动前", "<", "本次变动后", "<"],
        ["", "数量", "比例（%）", "数量", "比例（%）"],
        ["一、有限售条件股份", "1,000", "0.01", "2,000", "0.02"],
        ["三、股份总数", "21,000", "100.00", "22,000", "100.00"],
    ]
    assert values(paper(table(rows, unit="单位：万股"))) == {"总股本": 220000000}
    assert replace(ANNUAL).period == "2020"


def test_latin_names_keep_their_spaces() -> None:
    rows = [
        ["前十名股东持股情况", "<", "<", "<", "<", "<"],
        HEAD,
        ["EXAMPLE ALPHA PTE\nLTD", "0", "1,000,000", "1.00", "", "境外法人"],
        ["甲资产－ 乙 3 号\n基金-005L\n-CT001沪", "0", "2,000,000", "2.00", "", "其他"],
    ]
    assert set(values(paper(table(rows)))) == {
        "持股数量EXAMPLE ALPHA PTE LTD", "持股比例EXAMPLE ALPHA PTE LTD",
        "持股数量甲资产-乙3号基金-005L-CT001沪", "持股比例甲资产-乙3号基金-005L-CT001沪",
    }  # fmt: skip
