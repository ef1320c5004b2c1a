"""What words in questions bind to: shares, staff, several figures under one name, quarter ends, methods."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from caiwen.ask import Answer, Asker
from caiwen.records import Span
from caiwen.store import SearchIndex, Store
from tests.ask import firm
from tests.ask.make import Filler


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    store, index = firm.filers(tmp_path_factory.mktemp("firm"))
    with store:
        yield Asker(store, index, today=date(2024, 12, 1))


def told(answer: Answer) -> list[tuple[str | None, str | None]]:
    """Item and value of every answering value, in order."""
    return [(v.item, v.value) for v in answer.values if v.role == "answer"]


def values(answer: Answer) -> list[str | None]:
    return [value for _, value in told(answer)]


SHARES = [
    ("衡川机械2023年应收账款和存货占总资产的比例", ["15.00", "10.00"]),
    ("衡川机械2023年应收账款、存货分别占总资产的比例是多少", ["15.00", "10.00"]),
    ("衡川机械2023年应收账款与存货之和占总资产的比例", ["25.00"]),
    ("衡川机械2023年前五大客户销售额是多少，占比多少？", ["700.00", "35.00"]),
    ("衡川机械2023年前五名供应商采购额及占比", ["300.00", "25.00"]),
    ("衡川机械2023年研发人员数量及占比", ["120", "12.00"]),
    ("衡川机械2023年存货是多少，占总资产的比例是多少", ["400.00", "10.00"]),
    ("衡川机械2023年前五大客户销售额占比", ["35.00"]),
]


@pytest.mark.parametrize(("question", "expected"), SHARES)
def test_shares(asker: Asker, question: str, expected: list[str]) -> None:
    assert values(asker.ask(question)) == expected


STAFF = [
    ("衡川机械2023年员工中硕士多少人", [("硕士", "50")]),
    ("衡川机械2023年员工里本科学历的有多少人", [("本科", "300")]),
    ("衡川机械2023年研发人员数量及占比，本科学历多少人", [("研发人员", "120"), ("研发人员占比", "12.00"), ("本科：研发人员", "80")]),
    ("衡川机械2023年研发人员中硕士有多少人", [("硕士研究生：研发人员", "30")]),
    ("衡川机械2023年研发人员的学历构成", [("硕士研究生：研发人员", "30"), ("本科：研发人员", "80")]),
    ("衡川机械2023年专业构成", [("生产人员", "600"), ("销售人员", "150"), ("技术人员", "200"), ("其他：在职员工人数", "50")]),
    ("衡川机械2023年员工学历结构", [("硕士", "50"), ("本科", "300"), ("大专", "250"), ("高中及以下：在职员工人数", "400")]),
    ("衡川机械2023年有多少员工", [("在职员工人数", "1000")]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "expected"), STAFF)
def test_staff(asker: Asker, question: str, expected: list[tuple[str, str]]) -> None:
    assert told(asker.ask(question)) == expected


def test_a_plan_of_dividends_is_its_figures(asker: Asker) -> None:
    expected = [("每10股派息", "1.50"), ("每10股转增", "4"), ("现金分红总额", "66.00")]
    for words in ("分红方案是什么", "利润分配预案", "怎么分红的"):
        assert told(asker.ask(f"衡川机械2023年{words}")) == expected


def test_customers_and_suppliers_at_once(asker: Asker) -> None:
    assert values(asker.ask("衡川机械2023年前五大客户及供应商占比")) == ["35.00", "25.00"]


def test_a_bundle_of_formulas(asker: Asker) -> None:
    answer = asker.ask("衡川机械2023年偿债能力指标")
    assert told(answer) == [("资产负债率", "40.00")]
    assert "流动比率" in answer.answer


def test_balances_are_told_at_the_end_of_the_quarter(asker: Asker) -> None:
    for words in ("三季度末总资产", "三季度总资产", "第三季度末的总资产"):
        answer = asker.ask(f"衡川机械2024年{words}")
        assert values(answer) == ["4300.00"]
        assert "2024年三季度末资产总计为4,300.00元" in answer.answer
    assert "2024年三季度末资产负债率为40.00%" in asker.ask("衡川机械2024年三季度末资产负债率").answer
    assert "2024年前三季度营业收入" in asker.ask("衡川机械2024年前三季度营业收入").answer


def test_the_regulatory_method_goes_first_and_is_named(asker: Asker) -> None:
    answer = asker.ask("汀州银行2023年资本充足率是多少")
    assert told(answer) == [("高级法：资本充足率", "17.88")]
    assert "17.88%（高级法）" in answer.answer
    assert "权重法为14.96%" in answer.answer
    assert values(asker.ask("汀州银行2023年权重法资本充足率")) == ["14.96"]
    assert values(asker.ask("汀州银行2023年资本充足率比上年提高了多少个百分点")) == ["0.38"]


def test_two_terms_are_told_apart(asker: Asker) -> None:
    answer = asker.ask("市盈率和市净率有什么区别")
    assert answer.status == "answered"
    assert [v.item for v in answer.values] == ["市盈率", "市净率"]
    assert answer.answer.index("市盈率") < answer.answer.index("市净率（PB）")


@pytest.mark.parametrize(
    "question", ["商业银行的流动性比例是什么", "券商的风险覆盖率是什么意思", "保险公司的综合成本率是什么"]
)
def test_a_kind_of_company_is_no_company(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered"
    assert "库中没有" not in answer.answer


def test_a_rule_for_a_kind_of_company_is_not_invented(asker: Asker) -> None:
    answer = asker.ask("上市公司应当在什么时候披露年度报告")
    assert answer.status == "not_found"
    assert "应当”的材料" not in answer.answer


def test_a_name_before_a_kind_of_company_is_a_name(asker: Asker) -> None:
    answer = asker.ask("泸州商业银行2023年净利润是多少")
    assert (answer.status, answer.values) == ("not_found", [])
    assert "泸州" in answer.answer


SECTORS = [
    ("行业为银行的公司里2023年净利润最高的是哪家", "601301"),
    ("所属行业为食品制造业的公司里2023年营业收入最高的是哪家", "600302"),
    ("食品制造业公司中2023年营业收入最高的", "600302"),
    ("2023年银行业营业收入最高的是哪家公司", "601301"),
]


@pytest.mark.parametrize(("question", "code"), SECTORS)
def test_sectors(asker: Asker, question: str, code: str) -> None:
    answer = asker.ask(question)
    assert [v.code for v in answer.values if v.role == "answer"] == [code], answer.answer


def test_which_company_is_no_item(asker: Asker) -> None:
    answer = asker.ask("2023年营业收入最高的是哪家公司")
    assert [v.item for v in answer.values if v.role == "answer"] == ["营业收入"]
    assert "公司名称" not in answer.answer


def test_a_conversation_leans_on_the_whole_question_before(asker: Asker) -> None:
    first = asker.ask("衡川机械2023年营业收入是多少")
    second = asker.ask("那净利润呢？", previous=first.context)
    third = asker.ask("2022年呢？", previous=second.context)
    assert told(second)[0] == ("净利润", "200.00")
    assert told(third)[0] == ("净利润", "260.00")
    assert third.plan is not None
    assert "2022年" in third.plan["context"]


@pytest.mark.parametrize(
    "part",
    [
        "应收账款前五名合计占比",
        "前五名客户应收账款合计",
        "1年以内应收账款",
        "应收账款账龄1年以内的金额",
        "固定资产累计折旧",
        "末应收账款账面余额",
        "固定资产本期增加额",
        "大专以下多少人",
        "本科以上学历员工人数",
    ],
)
def test_the_whole_line_does_not_answer_for_a_part_of_it(asker: Asker, part: str) -> None:
    answer = asker.ask(f"衡川机械2023年{part}")
    assert answer.values == []
    assert not re.search("600|1,000|300|250", answer.answer)


def test_a_member_named_like_a_part_is_answered(tmp_path: Path) -> None:
    made = Filler("衡川机械_2023年年度报告.pdf", firm.MILL, "2023").add("应收账款", "600.00")
    made.add("大专", "250", scale="人", span=Span.INSTANT, source="people")
    kind = {"教育程度": "大专以下"}
    made.add("在职员工人数", "400", scale="人", span=Span.INSTANT, dimensions=kind, source="people")
    with Store.open("sqlite:///store.db", folder=tmp_path) as store:
        made.write(store)
        asker = Asker(store, SearchIndex.open(tmp_path / "index", store), today=date(2024, 12, 1))
        assert values(asker.ask("衡川机械2023年大专以下多少人")) == ["400"]
        assert values(asker.ask("衡川机械2023年应收账款")) == ["600.00"]
