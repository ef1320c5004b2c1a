"""Employees: grids of both exchanges, banks' tables, prose."""

from __future__ import annotations

from decimal import Decimal

from caiwen.knowledge import people
from caiwen.records import Document, Fact, Filing, Status
from tests.knowledge.paper import ANNUAL, BANK, paper, table


def counts(facts: list[Fact]) -> dict[str, Decimal | None]:
    return {f.item + "".join(f.dimensions.values()): f.value for f in facts}


def found(document: Document, filing: Filing = ANNUAL) -> dict[str, Decimal | None]:
    return counts(people.extract(document, filing))


GRID = [
    ["母公司在职员工的数量", "42"],
    ["主要子公司在职员工的数量", "1,402"],
    ["在职员工的数量合计", "1,444"],
    ["母公司及主要子公司需承担费用的离退休职工人数", "19"],
    ["专业构成", "<"],
    ["专业构成类别", "专业构成人数"],
    ["生产人员", "900"],
    ["销售人员", "300"],
    ["职能人员", "244"],
    ["合计", "1,444"],
    ["教育程度", "<"],
    ["教育程度类别", "数量（人）"],
    ["硕士及以上", "44"],
    ["大专以下", "1,400"],
    ["合计", "1,444"],
]


def test_one_grid_with_banners() -> None:
    facts = people.extract(paper(table(GRID)), ANNUAL)
    assert counts(facts) == {
        "母公司在职员工人数": 42, "主要子公司在职员工人数": 1402, "在职员工人数": 1444, "离退休职工人数": 19,
        "生产人员": 900, "销售人员": 300, "在职员工人数职能人员": 244, "硕士及以上": 44, "在职员工人数大专以下": 1400,
    }  # fmt: skip
    assert {f.unit for f in facts} == {"人"}
    assert {f.period for f in facts} == {"2020"}
    assert next(f for f in facts if f.item == "生产人员").status is Status.VERIFIED


def test_parts_that_do_not_sum_are_kept_unverified() -> None:
    rows = [*GRID[:6], ["生产人员", "901"], ["销售人员", "300"], ["合计", "1,444"]]
    facts = people.extract(paper(table(rows)), ANNUAL)
    assert next(f for f in facts if f.item == "生产人员").status is Status.UNVERIFIED


def test_prior_year_and_share_columns() -> None:
    rows = [
        ["教育程度", "2020年", "占比", "2019年"],
        ["本科", "80", "80%", "70"],
        ["大专", "20", "20%", "25"],
    ]
    facts = people.extract(paper(table(rows, caption="员工教育程度")), ANNUAL)
    assert {(f.item, f.period, f.value) for f in facts} == {
        ("本科", "2020", 80), ("本科", "2019", 70), ("大专", "2020", 20), ("大专", "2019", 25),
    }  # fmt: skip


def test_a_bank_states_the_total_in_its_breakdown() -> None:
    rows = [
        ["", "员工数量", "占比(%)"],
        ["零售业务", "60", "60.00"],
        ["公司业务", "40", "40.00"],
        ["合计", "100", "100.00"],
    ]
    assert found(paper(table(rows, caption="本行员工职能划分情况")), BANK) == {
        "在职员工人数零售业务": 60, "在职员工人数公司业务": 40, "在职员工人数": 100,
    }  # fmt: skip


def test_prose_where_no_table_states_it() -> None:
    assert found(paper("截至报告期末，本行共有员工12,345人，其中本科以上占八成。"), BANK) == {
        "在职员工人数": 12345
    }
    assert found(paper("近三年末，本公司在册员工人数分别为100人、200人及300人。")) == {}


def test_research_staff_is_not_the_company() -> None:
    rows = [["研发人员学历结构", "<"], ["教育程度类别", "数量"], ["本科", "12"]]
    assert found(paper(table([["公司研发人员数量", "12"], *rows]))) == {}


def test_nothing_is_nothing() -> None:
    assert found(paper("公司重视员工培训。", table([["项目", "金额"], ["应付职工薪酬", "12"]]))) == {}


def test_of_several_days_in_prose_the_periods_own_counts() -> None:
    text = (
        "2018年12月31日，本公司在册员工人数为256人；2019年12月31日，本公司员工人数为323人；"
        "截至2020年12月31日，本公司员工总人数为458人，员工专业结构如下。"
    )
    assert found(paper(text)) == {"在职员工人数": 458}
    assert found(paper(text.split("截至")[0])) == {}


def test_the_mark_of_a_footnote_is_no_digit_of_the_head_count() -> None:
    rows = [["在职员工的数量合计", "14,449"] if r[0] == "在职员工的数量合计" else r for r in GRID]
    assert found(paper(table(rows)))["在职员工人数"] == 1444
    rows = [["在职员工的数量合计", "1,450"] if r[0] == "在职员工的数量合计" else r for r in GRID]
    assert found(paper(table(rows)))["在职员工人数"] == 1450
