"""Open questions about a report: the right section, what it says, and what it says is not there."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from caiwen.ask import Asker
from caiwen.store import SearchIndex, Store
from tests.ask import firm, make
from tests.ask.make import Filler

FIVE = "第五节 重要事项"
TEN = "第十节 财务报告 / 七、合并财务报表项目注释"


def filler() -> Filler:
    made = Filler("衡川机械_2023年年度报告.pdf", firm.MILL, "2023").text("控股股东", "岑远")
    made.passage(
        f"{FIVE} / 十四、重大关联交易 / （一）与日常经营相关的关联交易 / 1、已披露且无进展的事项",
        "□适用 √不适用",
        30,
    )
    made.passage(
        f"{FIVE} / 十四、重大关联交易 / （二）资产收购的关联交易", "2、有后续进展的事项□适用 √不适用", 31
    )
    made.passage(f"{TEN} / 其他关联交易", "向关联方支付租金3万元。", 90)
    made.passage(f"{FIVE} / 十五、重大合同及其履行情况 / （二）担保情况", "√适用 □不适用", 32)
    made.passage(
        f"{FIVE} / 十五、重大合同及其履行情况 / （二）担保情况",
        "为子公司衡川铸造的贷款提供担保2,000万元。",
        32,
    )
    made.passage(f"{FIVE} / 七、面临退市风险的情况", "□适用 √不适用", 29)
    made.passage(
        f"{FIVE} / 九、重大诉讼、仲裁事项",
        "□本年度公司有重大诉讼、仲裁事项 √本年度公司无重大诉讼、仲裁事项",
        29,
    )
    made.passage(f"{FIVE} / 十七、积极履行社会责任的工作情况", "全年向学校捐赠图书1,200册。", 36)
    made.passage("第三节 管理层讨论与分析 / 六、可能面对的风险", "原材料价格波动可能影响成本。", 20)
    made.passage("第六节 股份变动及股东情况 / 二、股份质押、冻结情况", "岑远质押所持股份的百分之十。", 44)
    made.passage("第七节 董事、监事和员工情况 / （三）培训计划", "全年组织技能培训四期。", 50)
    made.passage("第四节 公司治理 / 八、内部控制自我评价报告", "详见披露的报告。", 52)
    made.passage(
        "第四节 公司治理 / 九、内部控制审计报告", "会计师认为公司在所有重大方面保持了有效的内部控制。", 52
    )
    return made


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    folder: Path = tmp_path_factory.mktemp("open")
    with Store.open("sqlite:///store.db", folder=folder) as store:
        filler().write(store)
        make.others()[0].write(store)
        yield Asker(store, SearchIndex.open(folder / "index", store), today=date(2024, 12, 1))


SAID = [
    ("对外担保情况", "衡川铸造", 32),
    ("社会责任履行情况", "捐赠图书", 36),
    ("面临哪些风险", "原材料价格波动", 20),
    ("控股股东股权质押情况", "质押所持股份", 44),
    ("员工培训计划", "技能培训四期", 50),
    ("内部控制情况", "有效的内部控制", 52),
]


@pytest.mark.parametrize(("about", "quoted", "page"), SAID)
def test_what_the_section_says(asker: Asker, about: str, quoted: str, page: int) -> None:
    answer = asker.ask(f"衡川机械2023年{about}")
    assert answer.status == "answered"
    assert quoted in answer.answer
    assert page in [c.page for c in answer.citations]


NOTHING = [
    ("重大关联交易", "十四、重大关联交易"),
    ("退市风险", "七、面临退市风险的情况"),
    ("重大诉讼", "九、重大诉讼、仲裁事项"),
]


@pytest.mark.parametrize(("about", "title"), NOTHING)
def test_what_the_section_denies(asker: Asker, about: str, title: str) -> None:
    answer = asker.ask(f"衡川机械2023年有没有{about}")
    assert f"在“{title}”一节写明没有此类情况" in answer.answer
    assert "租金" not in answer.answer


def test_what_no_section_tells_is_said_to_be_absent(asker: Asker) -> None:
    answer = asker.ask("衡川机械2023年股份回购情况")
    assert answer.status == "not_found"
    assert "未找到" in answer.answer
    assert not [v for v in answer.values if v.role == "answer"]
