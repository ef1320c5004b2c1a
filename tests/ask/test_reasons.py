"""为什么: how the figure moved, and the reason that the filing itself gives for it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from caiwen.ask import Answer, Asker
from caiwen.store import SearchIndex, Store
from tests.ask import firm, make
from tests.ask.make import Filler


def filler() -> Filler:
    made = Filler("衡川机械_2023年年度报告.pdf", firm.MILL, "2023")
    for item, now, before in (
        ("营业收入", "2,000.00", "2,500.00"),
        ("净利润", "-30.00", "260.00"),
        ("销售费用", "90.00", "60.00"),
    ):
        made.add(item, now).add(item, before, "2022")
    made.passage(
        "第三节 管理层讨论与分析 / 主营业务分析",
        "营业收入变动原因说明：主要系下游需求放缓，订单减少所致。",
        12,
    )
    made.passage(
        "第三节 管理层讨论与分析 / 费用",
        "销售费用：本期数 90.00；上期数 60.00；变动原因 主要系参加展会增加所致\n管理费用：本期数 5.00；上期数 4.00；变动原因 不适用",
        14,
        "table",
    )
    made.passage("第十节 财务报告 / 关键审计事项", "净利润是关键业绩指标，由于其波动可能存在错报风险。", 60)
    made.passage("第十节 财务报告 / 股份支付", "由于2023年净利润增长率没有达到30%，冲回已确认的费用。", 140)
    return made


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    folder: Path = tmp_path_factory.mktemp("reasons")
    with Store.open("sqlite:///store.db", folder=folder) as store:
        filler().write(store)
        make.others()[0].write(store)
        yield Asker(store, SearchIndex.open(folder / "index", store), today=date(2024, 12, 1))


def told(answer: Answer) -> list[str | None]:
    return [v.value for v in answer.values if v.kind == "number" and v.role == "answer"]


@pytest.mark.parametrize("words", ["营业收入为什么下降", "营业收入下降的原因是什么", "营收为何减少了"])
def test_the_change_and_the_reason_on_its_page(asker: Asker, words: str) -> None:
    answer = asker.ask(f"衡川机械2023年{words}？")
    assert answer.status == "answered"
    assert told(answer)[0] == "-20.00"
    assert "主要系下游需求放缓，订单减少所致" in answer.answer
    assert 12 in [c.page for c in answer.citations]


def test_of_a_table_only_the_row(asker: Asker) -> None:
    answer = asker.ask("衡川机械2023年销售费用增加的原因")
    assert told(answer) == ["50.00", "30.00"]
    assert "参加展会增加所致" in answer.answer
    assert "管理费用" not in answer.answer


@pytest.mark.parametrize("words", ["净利润为什么下降", "为什么亏损"])
def test_no_reason_is_made_up(asker: Asker, words: str) -> None:
    answer = asker.ask(f"衡川机械2023年{words}")
    assert told(answer)[0] == "-111.54"
    assert "没有找到对净利润变动原因的说明" in answer.answer
    assert "错报风险" not in answer.answer
    assert "冲回" not in answer.answer
