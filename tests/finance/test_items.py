"""Printed labels and spoken names to canonical items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caiwen.finance.items import Item, normalise_label, taxonomy

BS, IS, CF, CFS, KEY, REG = (
    "balance_sheet",
    "income_statement",
    "cash_flow",
    "cash_flow_supplement",
    "key_indicators",
    "regulatory",
)


def name_of(item: Item | None) -> str | None:
    return item.name if item else None


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("一、营业总收入", "营业总收入"),
        ("其中：营业收入", "营业收入"),
        ("减：营业成本", "营业成本"),
        ("加：公允价值变动收益（损失以“－”号填列）", "公允价值变动收益"),
        ("三、营业利润（亏损以“－”号填列）", "营业利润"),
        ("（一）按经营持续性分类", "按经营持续性分类"),
        ("1．持续经营净利润(净亏损以“-”号填列)", "持续经营净利润"),
        ("（2）权益法下不能转损益的其他综合收益", "权益法下不能转损益的其他综合收益"),
        ("△结算备付金", "结算备付金"),
        ("☆应收款项融资", "应收款项融资"),
        ("其中:", ""),
        ("  资 产 总 计  ", "资产总计"),
        ("归属于上市公司股东的净利润（元）", "归属于上市公司股东的净利润"),
        ("基本每股收益（元/股）", "基本每股收益"),
        ("加权平均净资产收益率（%）", "加权平均净资产收益率"),
        ("货币资金（附注五、1）", "货币资金"),
        ("1年内到期的非流动资产", "1年内到期的非流动资产"),
        ("一年内到期的非流动资产", "一年内到期的非流动资产"),
        ("2 将重分类进损益的其他综合收益", "将重分类进损益的其他综合收益"),
        ("-归属于银行股东的净利润", "归属于银行股东的净利润"),
        ("Ⅱ、其他业务收入", "其他业务收入"),
        ("五、净利润(净亏损以“-”号填列", "净利润"),
        ("客户存款（1）", "客户存款"),
    ],
)
def test_normalise_label(label: str, name: str) -> None:
    assert normalise_label(label) == name


@given(st.text(max_size=40))
def test_normalise_label_is_idempotent(label: str) -> None:
    assert normalise_label(normalise_label(label)) == normalise_label(label)


@pytest.mark.parametrize(
    ("label", "statement", "name"),
    [
        ("资产总计", BS, "资产总计"),
        ("总资产（元）", KEY, "资产总计"),
        ("资产总额", BS, "资产总计"),
        ("归属于母公司所有者权益（或股东权益）合计", BS, "归属于母公司所有者权益合计"),
        ("归属于上市公司股东的净资产（元）", KEY, "归属于母公司所有者权益合计"),
        ("归属于本行股东权益合计", BS, "归属于母公司所有者权益合计"),
        ("归属于银行股东权益合计", BS, "归属于母公司所有者权益合计"),
        ("所有者权益（或股东权益）合计", BS, "所有者权益合计"),
        ("负债及股东权益总计", BS, "负债和所有者权益总计"),
        ("实收资本（或股本）", BS, "实收资本"),
        ("股本", BS, "实收资本"),
        ("减：库存股", BS, "库存股"),
        ("五、净利润（净亏损以“－”号填列）", IS, "净利润"),
        ("归属于母公司股东的净利润", IS, "归属于母公司所有者的净利润"),
        ("归属于上市公司股东的净利润", KEY, "归属于母公司所有者的净利润"),
        ("归属于本行股东的净利润", KEY, "归属于母公司所有者的净利润"),
        (
            "归属于上市公司股东的扣除非经常性损益的净利润（元）",
            KEY,
            "归属于上市公司股东的扣除非经常性损益的净利润",
        ),
        ("扣除非经常性损益后归属于本行股东的净利润", KEY, "归属于上市公司股东的扣除非经常性损益的净利润"),
        ("归属于本行普通股股东的净利润", KEY, "归属于母公司普通股股东的净利润"),
        ("营业税金及附加", IS, "税金及附加"),
        ("资产处置收益（损失以“-”号填列）", IS, "资产处置收益"),
        ("投资收益/（损失）", IS, "投资收益"),
        ("（亏损）/利润总额", IS, "利润总额"),
        ("六、其他综合收益的税后净额", IS, "其他综合收益的税后净额"),
        ("其他综合收益", IS, "其他综合收益的税后净额"),
        ("其他综合收益", BS, "其他综合收益"),
        ("基本及稀释每股收益（人民币元）", IS, "基本及稀释每股收益"),
        ("收到的其他与经营活动有关的现金", CF, "收到其他与经营活动有关的现金"),
        ("支付给职工及为职工支付的现金", CF, "支付给职工以及为职工支付的现金"),
        (
            "购建固定资产、无形资产和其他长期资产所支付的现金",
            CF,
            "购建固定资产、无形资产和其他长期资产支付的现金",
        ),
        ("经营活动产生/（所用）的现金流量净额", CF, "经营活动产生的现金流量净额"),
        ("筹资活动 (所用) / 产生的现金流量净额", CF, "筹资活动产生的现金流量净额"),
        ("五、现金及现金等价物净（减少）/增加额", CF, "现金及现金等价物净增加额"),
        ("加：期 / 年初现金及现金等价物余额", CF, "期初现金及现金等价物余额"),
        ("六、现金及现金等价物—年末余额", CF, "期末现金及现金等价物余额"),
        ("财务费用（收益以“－”号填列）", CFS, "补充资料中的财务费用"),
        ("财务费用", IS, "财务费用"),
        ("信用减值损失", CFS, "补充资料中的信用减值损失"),
        ("信用减值损失（损失以“-”号填列）", IS, "信用减值损失"),
        ("在职员工的数量合计", "people", "在职员工人数"),
        ("研发投入合计", "research", "研发投入"),
        ("每10股派息数（元）（含税）", "dividends", "每10股派息"),
    ],
)
def test_labels_of_general_enterprises(label: str, statement: str, name: str) -> None:
    assert name_of(taxonomy().match(label, statement=statement, sector="general")) == name


@pytest.mark.parametrize(
    ("label", "statement", "sector", "name"),
    [
        ("现金及存放中央银行款项", BS, "bank", "现金及存放中央银行款项"),
        ("存放同业及其他金融机构款项", BS, "bank", "存放同业款项"),
        ("发放贷款及垫款", BS, "bank", "发放贷款和垫款"),
        ("同业和其他金融机构存放款项", BS, "bank", "同业及其他金融机构存放款项"),
        ("卖出回购金融资产款", BS, "bank", "卖出回购金融资产款"),
        ("客户存款", BS, "bank", "吸收存款"),
        ("以摊余成本计量的金融投资", BS, "bank", "债权投资"),
        ("指定以公允价值计量且其变动计入其他综合收益的权益工具投资", BS, "bank", "其他权益工具投资"),
        ("利息净收入", IS, "bank", "利息净收入"),
        ("净利息收入", KEY, "bank", "利息净收入"),
        ("业务及管理费", IS, "bank", "业务及管理费"),
        ("拨备覆盖率（%）", REG, "bank", "拨备覆盖率"),
        ("净利息收益率", REG, "bank", "净息差"),
        ("吸收存款净增加额", CF, "bank", "吸收存款净增加额"),
        ("偿付租赁负债的本金和利息支付的现金", CF, "bank", "偿还租赁负债支付的现金"),
        ("已赚保费", IS, "insurer", "已赚保费"),
        ("减：分出保费", IS, "insurer", "分出保费"),
        ("提取保险责任准备金", IS, "insurer", "提取保险责任准备金"),
        ("保户质押贷款", BS, "insurer", "保户质押贷款"),
        ("保险服务收入", IS, "insurer", "保险服务收入"),
        ("减：承保财务损失", IS, "insurer", "承保财务损失"),
        ("保险合同负债", BS, "insurer", "保险合同负债"),
        ("综合偿付能力充足率", REG, "insurer", "综合偿付能力充足率"),
        ("经纪业务手续费净收入", IS, "broker", "经纪业务手续费净收入"),
        ("代理买卖证券款", BS, "broker", "代理买卖证券款"),
        ("融出资金", BS, "broker", "融出资金"),
        ("净资本", REG, "broker", "净资本"),
        ("净资产", REG, "broker", "母公司净资产"),
        ("净资产", REG, "bank", "所有者权益合计"),
    ],
)
def test_labels_of_financial_companies(label: str, statement: str, sector: str, name: str) -> None:
    assert name_of(taxonomy().match(label, statement=statement, sector=sector)) == name


@pytest.mark.parametrize(
    ("label", "statement", "parent", "name"),
    [
        ("其中：优先股", BS, "应付债券", "应付债券中的优先股"),
        ("永续债", BS, "其他权益工具", "其他权益工具中的永续债"),
        ("永续债", BS, ["优先股", "其中：", "应付债券"], "应付债券中的永续债"),
        ("优先股", BS, None, None),
        ("其中：利息收入", IS, "财务费用", "利息收入"),
        ("利息收入", IS, "一、营业总收入", "营业总收入中的利息收入"),
        ("其中：利息支出", IS, "财务费用", "利息费用"),
        ("利息支出", IS, "二、营业总成本", "利息支出"),
        ("其中：应收利息", BS, "其他应收款", "应收利息"),
        ("现金流入小计", CF, "二、投资活动产生的现金流量：", "投资活动现金流入小计"),
        ("现金流入小计", CF, None, None),
        ("小计", IS, "一、营业收入", "营业收入"),
        ("小计", IS, "二、营业支出", "营业支出"),
        ("小计", IS, None, None),
        ("本行股东", IS, "净利润归属于：", "归属于母公司所有者的净利润"),
        ("本行股东", IS, "综合收益总额归属于：", "归属于母公司所有者的综合收益总额"),
        ("少数股东", IS, "归属于：", "少数股东损益"),
        ("其他", IS, None, None),
        ("客户资金存款", BS, "货币资金", "客户资金存款"),
        ("财务费用", None, None, "财务费用"),
        ("公允价值变动收益", None, None, "公允价值变动收益"),
        ("公允价值变动收益", CFS, None, "公允价值变动损失"),
    ],
)
def test_lines_that_their_parent_decides(
    label: str, statement: str | None, parent: str | list[str] | None, name: str | None
) -> None:
    assert name_of(taxonomy().match(label, statement=statement, parent=parent)) == name


@pytest.mark.parametrize(
    ("label", "statement"),
    [
        ("资产总计", CF),
        ("净利润", BS),
        ("营业收入", BS),
        ("现金及现金等价物净减少额", CF),
        ("随便一行", BS),
        ("", BS),
        ("合计", BS),
        ("项目", IS),
    ],
)
def test_what_does_not_belong_is_not_matched(label: str, statement: str) -> None:
    assert taxonomy().match(label, statement=statement) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("净利润", "归属于母公司所有者的净利润"),
        ("营业收入", "营业总收入"),
        ("归属于母公司所有者的净利润", "归属于上市公司股东的扣除非经常性损益的净利润"),
        ("所有者权益合计", "归属于母公司所有者权益合计"),
        ("营业成本", "营业总成本"),
        ("固定资产", "固定资产合计"),
    ],
)
def test_look_alikes_are_different_items(left: str, right: str) -> None:
    assert taxonomy().get(left) is not taxonomy().get(right)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("2019年归母净利润是多少", ["归属于母公司所有者的净利润"]),
        ("扣非净利润和净利润", ["归属于上市公司股东的扣除非经常性损益的净利润", "净利润"]),
        ("营业总收入和营业收入分别是多少", ["营业总收入", "营业收入"]),
        ("非流动资产与流动资产", ["非流动资产合计", "流动资产合计"]),
        ("总资产、总负债、净资产", ["资产总计", "负债合计", "所有者权益合计"]),
        ("其他非流动金融资产", ["其他非流动金融资产"]),
        ("归属于本行股东的净利润", ["归属于母公司所有者的净利润"]),
        ("归属于母公司股东权益", ["归属于母公司所有者权益合计"]),
        ("职工总人数和博士及以上的员工人数", ["在职员工人数", "博士及以上"]),
        ("股本", ["实收资本"]),
        ("销售商品提供劳务收到的现金", ["销售商品、提供劳务收到的现金"]),
        ("今天天气如何", []),
    ],
)
def test_items_named_in_a_question(question: str, names: list[str]) -> None:
    mentions = taxonomy().find_in(question)
    assert [m.item.name for m in mentions] == names
    assert all(0 <= m.start < m.end <= len(question) for m in mentions)


def test_every_item_is_well_formed() -> None:
    units = {"money", "percent", "per_share", "shares", "people", "count", "ratio", "text", "date"}
    sectors = {"general", "bank", "insurer", "broker"}
    names = {item.name for item in taxonomy().all}
    for item in taxonomy().all:
        assert item.kind in {"instant", "flow"}, item.name
        assert item.unit in units, item.name
        assert set(item.sectors) <= sectors, item.name
        assert set(item.covers) <= names, item.name
        assert item.id.isascii(), item.name


def test_every_item_finds_itself_in_its_own_statement() -> None:
    for item in taxonomy().all:
        parent = item.parents[0] if item.parents else None
        sector = "general" if "general" in item.sectors else item.sectors[0]
        found = taxonomy().match(item.name, statement=item.statement, sector=sector, parent=parent)
        assert found is item, item.name


def test_every_alias_finds_its_item() -> None:
    """An alias may be shared on purpose, but never by two items of one statement and sector without a parent."""
    for item in taxonomy().all:
        for alias in (*item.aliases, *item.labels):
            sector = "general" if "general" in item.sectors else item.sectors[0]
            found = taxonomy().match(alias, statement=item.statement, sector=sector, parent=item.parents[:1])
            assert found is item, f"{item.name}: {alias} → {found and found.name}"


def test_a_line_of_the_sectors_own_format_beats_a_foreign_one() -> None:
    found = taxonomy().match("利息收入", statement=IS, sector="bank", parent="一、营业收入")
    assert name_of(found) == "利息收入"
