"""Reading statutes: history and dates, articles, repeals, norms."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caiwen.knowledge.filing import recognise
from caiwen.knowledge.policy import read_policy
from caiwen.knowledge.policy_norms import norms_of, quantities_in
from caiwen.records.policy import NormKind, PolicyDate
from tests.knowledge.policy_text import AMENDED_LATER, NEW, OLD, REPEALED, document, policy


def day(date: PolicyDate | None) -> tuple[str, str] | None:
    return (date.day, date.source.value) if date else None


def test_who_made_what() -> None:
    law = policy(NEW)
    assert (law.title, law.key, law.kind) == ("中华人民共和国样票法", "样票法", "法律")
    assert law.issuer == "全国人民代表大会常务委员会"
    rule = policy(REPEALED, "样票保管办法.md")
    assert (rule.kind, rule.issuer) == ("规章", "中国人民银行")
    assert rule.number == "中国人民银行令第7号"


def test_history() -> None:
    events = [(e.day, e.action) for e in policy(NEW).revisions]
    assert events == [
        ("1996-05-08", "passed"),
        ("2005-08-28", "revised"),
        ("2012-10-26", "amended"),
        ("2021-03-01", "revised"),
    ]


def test_a_revised_text_states_its_own_day() -> None:
    law = policy(NEW)
    assert day(law.version) == ("2021-03-01", "head")
    assert day(law.effective) == ("2021-09-01", "text")


def test_an_amended_text_keeps_the_day_of_an_earlier_one() -> None:
    """The last article still speaks of the revision of 2005; from when the amendment holds is assumed, and said."""
    law = policy(OLD)
    assert day(law.stated) == ("2006-01-01", "text")
    assert day(law.effective) == ("2012-10-26", "assumed")
    assert law.effective is not None
    assert "2006-01-01" in law.effective.how
    assert "假定" in law.effective.how
    assert day(law.first_effective) == ("1996-05-08", "assumed")


def test_the_first_day_is_the_stated_one_where_nothing_but_the_enactment_lies_before() -> None:
    law = policy(AMENDED_LATER, "灯塔法.md")
    assert day(law.first_effective) == ("1990-07-01", "text")
    assert day(law.effective) == ("2018-06-30", "assumed")


def test_from_the_day_of_promulgation() -> None:
    rule = policy(REPEALED, "样票保管办法.md")
    assert day(rule.effective) == ("1999-03-01", "text")


def test_the_file_name_gives_a_later_day_only() -> None:
    later = policy(AMENDED_LATER, "灯塔法(2020-04-29).md")
    assert day(later.version) == ("2020-04-29", "file_name")
    assert later.effective is not None
    assert later.effective.assumed
    earlier = policy(AMENDED_LATER, "灯塔法(2011-01-01).md")
    assert day(earlier.version) == ("2018-06-30", "head")


def test_a_file_name_after_the_stated_day_is_the_publication_where_nothing_was_changed() -> None:
    notice = (
        "# 财政部关于样票税收问题的通知\n\n一、税率问题\n\n样票按3%征税。\n\n本通知自1994年1月1日起施行。\n"
    )
    found = policy(notice, "财政部关于样票税收问题的通知(1994-02-22).md")
    assert day(found.effective) == ("1994-01-01", "text")
    assert [a.label for a in found.articles] == ["一、"]


def test_the_preamble_tells_dates_of_others() -> None:
    text = (
        "# 最高人民法院关于适用《样票法》若干问题的规定（一）\n\n2022年3月27日 最高人民法院审判委员会第1382次会议通过\n\n"
        "2022年5月9日 施行\n\n为正确适用2021年3月1日修订的样票法，制定本规定。\n\n第一条 样票纠纷由法院受理。\n\n"
        "第二条 本规定自公布之日起施行。\n"
    )
    found = policy(text, "规定一.md")
    assert [e.day for e in found.revisions] == ["2022-03-27"]
    assert day(found.effective) == ("2022-05-09", "head")


def test_the_sidecar_goes_first() -> None:
    told = {
        "effective": "2013-01-01",
        "first_effective": "1997-01-01",
        "number": "主席令第68号",
        "repeals": ["旧法"],
    }
    law = policy(OLD, sidecar=told)
    assert day(law.effective) == ("2013-01-01", "sidecar")
    assert day(law.first_effective) == ("1997-01-01", "sidecar")
    assert law.number == "主席令第68号"
    assert [r.key for r in law.repeals] == ["旧法"]


def test_what_it_abolishes() -> None:
    (repeal,) = policy(NEW).repeals
    assert (repeal.title, repeal.key, repeal.article) == ("样票保管办法", "样票保管办法", "第五条")


def test_what_conflicts_is_no_title_abolished() -> None:
    text = NEW.replace("《样票保管办法》同时废止", "各地办法与《样票法》相抵触的，同时停止执行")
    assert policy(text).repeals == ()


def test_articles_have_number_chapter_and_text() -> None:
    articles = policy(OLD).articles
    assert [a.label for a in articles] == ["第一条", "第二条", "第三条", "第四条"]
    assert articles[2].path == ("第二章 样票的保存".replace(" ", ""),)
    assert articles[2].text.split("\n")[-1] == "（二）底册不全的。"


def test_a_citation_at_the_start_of_a_line_is_no_article() -> None:
    text = OLD.replace("违反前款规定的", "第四条规定的情形除外。\n\n第九十条第一款不适用。\n\n违反前款规定的")
    assert [a.label for a in policy(text).articles] == ["第一条", "第二条", "第三条", "第四条"]


def test_articles_inserted_later() -> None:
    text = OLD.replace("## 第二章", "第二条之一 样票公司应当设账。\n\n## 第二章")
    assert [a.label for a in policy(text).articles][:3] == ["第一条", "第二条", "第二条之一"]


def test_no_record_of_a_document_that_is_no_policy() -> None:
    news = document("# 样票市场周报\n\n记者讯：样票上涨。\n", "周报.md")
    assert read_policy(news, recognise(news)) is None


# --- norms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "kind", "subject"),
    [
        ("样票公司应当每年报告一次。", NormKind.OBLIGATION, "样票公司"),
        ("任何单位和个人不得伪造样票。", NormKind.PROHIBITION, "任何单位和个人"),
        ("经国务院批准，样票公司可以发行样票。", NormKind.PERMISSION, "样票公司"),
        ("违反本法规定的，处以五万元以下的罚款。", NormKind.PENALTY, ""),
        ("本法所称样票，是指应当登记的票证。", NormKind.DEFINITION, ""),
        ("发起设立样票公司的，股东应当按期缴款。", NormKind.OBLIGATION, "股东"),
    ],
)
def test_kinds_and_subjects(sentence: str, kind: NormKind, subject: str) -> None:
    (norm,) = norms_of(sentence)
    assert norm.kind is kind
    if subject:
        assert norm.subject == subject


def test_a_following_sentence_keeps_the_subject_and_items_their_opener() -> None:
    norms = list(
        norms_of("样票公司应当设账；并应当每年报告。\n有下列行为之一的，处五万元以上罚款：\n（一）不设账的；")
    )
    assert [n.subject for n in norms[:2]] == ["样票公司", "样票公司"]
    assert norms[3].kind is NormKind.PENALTY
    assert norms[3].text == "（一）不设账的；"


@pytest.mark.parametrize(
    ("text", "value", "unit", "sign"),
    [
        ("处五万元以上的罚款", "50000", "元", ">="),
        ("不超过百分之三十", "30", "%", "<="),
        ("三分之二以上表决权", "66.6667", "%", ">="),
        ("应当在十五日内公告", "15", "日", "<="),
        ("注册资本不得低于1亿元", "100000000", "元", ">="),
        ("超过200人的", "200", "人", ">"),
        ("五个工作日内", "5", "工作日", "<="),
        ("违法所得一倍以上", "1", "倍", ">="),
        ("比例为10%", "10", "%", ""),
    ],
)
def test_quantities(text: str, value: str, unit: str, sign: str) -> None:
    (found,) = quantities_in(text)
    assert (found.value, found.unit, found.sign) == (Decimal(value), unit, sign)


def test_ranges_give_both_bounds() -> None:
    found = [(q.value, q.sign) for q in quantities_in("处十万元以上五十万元以下的罚款")]
    assert found == [(Decimal(100_000), ">="), (Decimal(500_000), "<=")]


@pytest.mark.parametrize("text", ["自2021年9月1日起", "第十五日", "第三款规定", "2020年度"])
def test_dates_and_ordinals_are_no_quantities(text: str) -> None:
    assert list(quantities_in(text)) == []
