"""A number of the passage under another year or item is no verified number."""

from __future__ import annotations

import pytest

from caiwen.dataset.records import Draft, Evidence, PairStatus
from caiwen.dataset.verify import verify

TITLE = "《山海冷链设备股份有限公司2020年年度报告》第四节 / 一、概述"
PASSAGE = (
    "报告期内公司实现营业收入15.82亿元，较上年同期增长40.3%；归属于上市公司股东的净利润4.06亿元，上年同期为2.21亿元。"
    "2018年公司营业收入为9.75亿元。2016年3月5日公司发行优先股7.3亿元。研发人员312人，占比14.5%。"
    "设备投资为3,250万元，安装工程费为1,550万元；已改造超过9,000家存量门店，打造超过6,000家标杆店。"
    "2019年、2020年研发投入分别为1.12亿元、1.35亿元。"
)


def status(
    answer: str, question: str = "山海冷链2020年经营情况如何？", model: str = "m"
) -> tuple[PairStatus, str]:
    draft = Draft(
        question,
        answer,
        "text",
        "text.summary",
        Evidence(texts=(f"{TITLE}\n{PASSAGE}",)),
        (),
        ("passage|a|1",),
        companies=(("600001", "山海冷链"),),
        model=model,
    )
    pair = verify(draft)
    return pair.status, "；".join(pair.reasons)


@pytest.mark.parametrize(
    "answer",
    [
        "2020年营业收入为15.82亿元，增长40.3%。",
        "营业收入15.82亿元，归母净利润4.06亿元，上年同期为2.21亿元。",
        "2019年归属于上市公司股东的净利润为2.21亿元。",
        "2018年营业收入为9.75亿元。",
        "公司于2016年发行优先股7.3亿元。",
        "研发人员有312人，占比为14.5%。",
        "2020年研发投入为1.35亿元。",
        "2019年和2020年的研发投入分别为1.12亿元和1.35亿元。",
        "设备投资3,250万元，工程安装费用1,550万元，超过9,000家门店得到改造。",
        "公司营业收入增长，盈利能力提高。",
    ],
)
def test_what_the_passage_says(answer: str) -> None:
    assert status(answer) == (PairStatus.VERIFIED, "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("2019年营业收入为15.82亿元。", "15.82亿元：period，最近的是 原文：2020年 营业收入 15.82亿元"),
        ("2020年营业收入为9.75亿元。", "9.75亿元：period，最近的是 原文：2018年 营业收入 9.75亿元"),
        ("2020年归属于上市公司股东的净利润为2.21亿元。", "2.21亿元：period，最近的是 原文：2019年"),
        ("2020年净资产收益率高，营业收入为4.06亿元。", "4.06亿元：item，最近的是 原文："),
        ("公司于2020年发行优先股7.3亿元。", "7.3亿元：period，最近的是 原文：2016年"),
        ("设备投资为1,550万元，安装工程费为3,250万元。", "1,550万元：item，最近的是 原文："),
        ("已改造超过6,000家存量门店，打造超过9,000家标杆店。", "9,000家：item，最近的是 原文："),
        ("2019年和2020年的研发投入分别为1.35亿元和1.12亿元。", "1.12亿元：item，最近的是 原文："),
        ("公司在2022年继续推进项目，设备投资为3,250万元。", "2022年：原文没有说到这一年"),
        ("2020年营业收入为15.28亿元。", "15.28亿元：unknown"),
    ],
)
def test_what_it_does_not_say(answer: str, reason: str) -> None:
    found, reasons = status(answer)
    assert found is PairStatus.UNVERIFIED
    assert reason in reasons


def test_the_year_of_the_question_counts_where_the_answer_names_none() -> None:
    assert status("营业收入为15.82亿元。", "山海冷链2019年营业收入怎样？")[0] is PairStatus.UNVERIFIED
    assert status("营业收入为15.82亿元。", "山海冷链2020年营业收入怎样？")[0] is PairStatus.VERIFIED


def test_a_number_of_the_question_needs_support_too() -> None:
    found, reasons = status("营业收入为99.5亿元。", "为什么山海冷链营业收入达到99.5亿元？")
    assert found is PairStatus.UNVERIFIED
    assert "问题里的 99.5亿元" in reasons
    assert (
        status("主要因为销量增长。", "为什么山海冷链2020年营业收入达到15.82亿元？")[0] is PairStatus.VERIFIED
    )


def test_pairs_of_other_generators_are_left_as_they_are() -> None:
    assert status("2019年营业收入为15.82亿元。", model="")[0] is PairStatus.VERIFIED
