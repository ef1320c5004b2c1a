"""Pairs from statutes, terms, formulas and the compliance policy; tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.dataset.generators import concepts, refusals, relations
from caiwen.dataset.generators.concepts import defined
from caiwen.dataset.generators.wording import Wordings, drafts, templates
from caiwen.dataset.records import Draft, PairStatus
from caiwen.dataset.tagging import tagged
from caiwen.dataset.verify import verify
from caiwen.finance.formulas import formulas
from caiwen.finance.glossary import terms
from caiwen.finance.knowledge_points import points
from caiwen.guard import Guard
from caiwen.workspace import Workspace
from tests.dataset.making import draft

WORDINGS = Wordings(templates(), per_thing=2, held=1)
LAW = """# 冷链设备管理条例

（{day}冷链部第3次部务会议{how}）

第一条 为了规范冷链设备的使用，制定本条例。

第二条 生产企业应当每年检修冷链设备{times}次，并保存记录。

第三条 任何单位不得使用未经检验的冷链设备。

第四条 违反本条例第三条规定的，由监督管理部门处一万元以上五万元以下罚款。

第五条 本条例自{effect}起施行。
"""
OLD = {"day": "2015年3月1日", "how": "通过", "times": "一", "effect": "2015年5月1日"}
NEW = {"day": "2021年6月1日", "how": "修订", "times": "两", "effect": "2021年9月1日"}


def laws(folder: Path, *editions: dict[str, str]) -> tuple[Workspace, list[Draft]]:
    made = Workspace.init(folder / "w")
    for edition in editions:
        path = folder / f"冷链设备管理条例({edition['day'][:4]}).md"
        path.write_text(LAW.format(**edition), encoding="utf-8")
        made.ingest([path])
    found = []
    for policy in made.store.policies():
        articles = made.store.articles(policy.document)
        for thing in relations.things(policy, articles, "条例.md", several=len(editions) > 1):
            found += drafts(thing, WORDINGS, {})
    return made, found


def test_statutes_are_quoted_with_article_and_date_and_verified(tmp_path: Path) -> None:
    _, found = laws(tmp_path, OLD)
    assert found
    for one in found:
        assert verify(one).status is PairStatus.VERIFIED, (one.answer, verify(one).reasons)
    quoted = [d.answer for d in found if d.template.startswith("article")]
    assert any("第二条规定：“生产企业应当每年检修冷链设备一次" in a and "2015年3月1日" in a for a in quoted)
    assert any("自2015年5月1日起施行" in d.answer for d in found)


def test_a_changed_number_or_article_of_a_statute_is_found(tmp_path: Path) -> None:
    from dataclasses import replace

    _, found = laws(tmp_path, OLD)
    one = next(d for d in found if d.template.startswith("article") and "五万元" in d.answer)
    for wrong in (one.answer.replace("五万元", "九万元"), one.answer.replace("第四条规定", "第五条规定")):
        assert verify(replace(one, answer=wrong)).status is not PairStatus.VERIFIED


def test_duties_name_whom_they_bind_and_never_an_action(tmp_path: Path) -> None:
    _, found = laws(tmp_path, OLD)
    asked = [d.question for d in found if d.template.startswith("norm")]
    assert any("生产企业" in q for q in asked)
    assert all("第" in q and "条" in q for q in asked)
    assert not relations._parties().fullmatch("处五十万元以上罚款")
    assert not relations._parties().fullmatch("违反规定的企业")
    for party in ("证券登记结算机构", "有限责任公司", "被保险人", "当事人", "个人信息处理者", "自律组织"):
        assert relations._parties().fullmatch(party), party


def test_several_editions_are_told_apart_in_the_question(tmp_path: Path) -> None:
    _, found = laws(tmp_path, OLD, NEW)
    second = [d for d in found if d.template.startswith("article") and "检修" in d.answer]
    by_answer = {("一次" in d.answer): d.question for d in second if not d.held_out}
    assert len(by_answer) == 2
    assert "（2015年通过）" in by_answer[True]
    assert "（2021年修订）" in by_answer[False]
    assert len({d.question for d in found}) == len(found)


def test_every_term_and_formula_makes_a_verified_pair_with_its_point() -> None:
    names = {p.name for p in points()}
    glossary, table = list(concepts.of_glossary()), list(concepts.of_formulas())
    assert len(glossary) == len(terms())
    assert len(table) == len(formulas().all)
    for thing in (*glossary[::7], *table[::5]):
        for one in drafts(thing, WORDINGS, {}):
            assert verify(one).status is PairStatus.VERIFIED, (one.answer, verify(one).reasons)
    assert all(set(thing.points) <= names and thing.points for thing in glossary)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("净利润", "利润总额减去所得税费用后的余额。", "净利润是指利润总额减去所得税费用后的余额。"),
        ("净利润", "净利润是余额。", "净利润是余额。"),
        ("净利润", "指余额。", "净利润指余额。"),
        ("北京证券交易所", "服务中小企业的交易所。", "北京证券交易所是服务中小企业的交易所。"),
    ],
)
def test_definitions_are_sentences_about_their_term(name: str, text: str, expected: str) -> None:
    assert defined(name, text) == expected


def test_refusals_are_what_the_policy_refuses_in_its_own_words() -> None:
    guard = Guard()
    made = list(refusals.refusals(guard, ["山海冷链"], held=True))
    assert len({d.template for d in made}) >= 18
    for one in made:
        decision = guard.check(one.question, "question")
        assert decision.decision == "refuse"
        assert one.answer.startswith(decision.text)
    held = [d for d in made if d.held_out]
    assert held
    assert made[-len(held) :] == held


def test_points_come_from_facts_and_questions_and_not_from_words_in_answers() -> None:
    plain = draft("教教我怎么做？", "可以查询营业收入、净利润、现金流量。", facts=[])
    assert tagged(plain).points == ()
    asked = draft("什么是不良贷款率？", "答。", facts=[])
    assert tagged(asked).points == ("资产质量",)
    assert tagged(asked).stage == "bank"
    own = draft("转股价是多少？", "答。", facts=[], points=("可转换债券",))
    assert tagged(own).points == ("可转换债券",)


def test_financial_companies_make_their_own_stage_and_dialogues_are_harder() -> None:
    one = draft("某行净利润？", "答。", facts=[])
    assert tagged(one, "bank").stage == "bank"
    assert tagged(one, "insurer").stage == "insurance"
    talk = draft("比上年呢？", "答。", facts=[], history=(("问", "答"),))
    assert (tagged(one).difficulty, tagged(talk).difficulty) == (1, 2)
