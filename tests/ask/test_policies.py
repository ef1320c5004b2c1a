"""Questions about statutes: the right text for the day, articles, days, standing; and when to say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from caiwen.ask import Asker
from caiwen.ask.answer import Answer
from caiwen.ask.policies import read_moment
from caiwen.config import SearchSettings
from caiwen.knowledge import understand
from caiwen.store import SearchIndex, Source, Store
from tests.knowledge.policy_text import NEW, OLD, REPEALED, document

TODAY = date(2024, 5, 6)
LAW = "中华人民共和国样票法"


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    folder = tmp_path_factory.mktemp("policies")
    with Store.open("sqlite:///p.db", folder=folder) as store:
        for name, text in (("旧.md", OLD), ("新.md", NEW), ("样票保管办法.md", REPEALED)):
            read = document(text, name)
            known = understand(read)
            place = Source(str(folder / name), 1, 1)
            store.add(read, known.filing, known.facts, known.passages, source=place, policy=known.policy)
        index = SearchIndex.open(folder / "index", store, SearchSettings())
        index.sync()
        yield Asker(store, index, today=TODAY)


def first(answer: Answer) -> tuple[str | None, str | None, str | None]:
    value = answer.values[0]
    assert value.role == "answer"
    return value.item, value.reported_in, value.value


@pytest.mark.parametrize(
    ("question", "item", "version", "said"),
    [
        ("样票法第二条规定了什么？", "第二条", "2021-03-01", "五十个以下"),
        ("2015年时样票法第二条怎么规定？", "第二条", "2012-10-26", "三十个以下"),
        ("2021年8月31日，样票法第二条是什么内容", "第二条", "2012-10-26", "三十个以下"),
        ("2021年9月1日，样票法第二条是什么内容", "第二条", "2021-03-01", "五十个以下"),
        ("样票法（2012年修正）第3条第二款第（一）项", "第三条第二款第（一）项", "2012-10-26", "没有底册"),
        ("新样票法第3条", "第三条", "2021-03-01", "电子样票"),
        ("旧样票法第3条第一款", "第三条第一款", "2012-10-26", "不少于五年"),
        ("2021年修订的样票法对底册保存期限怎么规定", "第四条", "2021-03-01", "不少于十年"),
        ("样票法对底册保存多少年？", "第四条", "2021-03-01", "不少于十年"),
        ("样票公司保存样票底册的期限是多久？", "第四条", "2021-03-01", "不少于十年"),
    ],
)
def test_articles(asker: Asker, question: str, item: str, version: str, said: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered"
    assert first(answer)[:2] == (item, version)
    assert said in answer.answer
    assert answer.citations[0].article is not None
    assert item.startswith(answer.citations[0].article)
    assert "文本" in answer.answer


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("现行样票法何时施行？", "2021-09-01"),
        ("2012年修正的样票法何时施行", "2012-10-26"),
        ("2018年适用的是哪个版本的样票法", "2012-10-26"),
        ("样票法修改过几次", "3"),
        ("样票法最初是什么时候通过的", "1996-05-08"),
        ("样票法共有多少条", "5"),
        ("样票法由谁制定", "全国人民代表大会常务委员会"),
        ("样票保管办法的文号是什么", "中国人民银行令第7号"),
        ("样票法废止了哪些文件", "样票保管办法"),
        ("样票保管办法什么时候被废止的", "2021-09-01"),
        ("样票保管办法还有效吗", "false"),
        ("2020年样票保管办法是否有效", "true"),
    ],
)
def test_about_the_instrument(asker: Asker, question: str, value: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered"
    assert first(answer)[2] == value


def test_assumed_days_say_so(asker: Asker) -> None:
    assert "假定" in asker.ask("2012年修正的样票法何时施行").answer


def test_both_texts_side_by_side(asker: Asker) -> None:
    answer = asker.ask("样票法新旧两版对底册保存期限的规定有何不同")
    assert [v.reported_in for v in answer.values] == ["2021-03-01", "2012-10-26"]
    assert "不少于十年" in answer.answer
    assert "不少于五年" in answer.answer


def test_a_year_in_which_the_text_changed_gives_both(asker: Asker) -> None:
    answer = asker.ask("2021年时样票法第二条怎么规定")
    assert [v.reported_in for v in answer.values] == ["2021-03-01", "2012-10-26"]
    assert "2021年9月1日之前" in answer.answer


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("样票法第五十条", "最后一条是第五条"),
        ("2001年时样票法第二条怎么规定", "库中没有"),
        ("民法典第十条规定了什么", "库中没有《民法典》"),
        ("样票法对火箭发射怎么规定", "未找到"),
    ],
)
def test_what_is_not_there(asker: Asker, question: str, said: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "not_found"
    assert said in answer.answer
    assert not [v for v in answer.values if v.role == "answer"]


@pytest.mark.parametrize(
    "question", ["海王星股份2020年营业收入是多少", "今天天气怎么样", "样票法定代表人是谁"]
)
def test_other_questions_are_not_answered_from_rules(asker: Asker, question: str) -> None:
    answer = asker.ask(question)
    assert not any(c.article for c in answer.citations)


def test_glossary_terms_are_explained_without_any_report(asker: Asker) -> None:
    answer = asker.ask("什么是拨备覆盖率？")
    assert answer.status == "answered"
    assert first(answer)[0] == "拨备覆盖率"
    assert "不良贷款" in answer.answer


def test_within_leaves_the_other_files_out(asker: Asker) -> None:
    answer = asker.ask("样票法第二条规定了什么", within=["旧.md"])
    assert first(answer)[1] == "2012-10-26"


@pytest.mark.parametrize(
    ("text", "kind", "day", "year"),
    [
        ("2018年时□第五条", "year", None, 2018),
        ("2018年□", "edition", None, 2018),
        ("□2018年修正第五条", "edition", None, 2018),
        ("2020年2月□", "day", "2020-02-29", None),
        ("2019年底□", "day", "2019-12-31", None),
        ("2024年7月1日前□", "day", "2024-06-30", None),
        ("去年□", "year", None, 2023),
        ("2023年修订前的□", "older", None, 2023),
        ("现行□", "current", None, None),
        ("新□", "newer", None, None),
        ("2024年6月30日前登记设立的公司", None, None, None),
    ],
)
def test_moments(text: str, kind: str | None, day: str | None, year: int | None) -> None:
    moment, _ = read_moment(text, TODAY)
    assert (moment.kind, moment.day, moment.year) == (kind, day, year)
