"""The annual report of 砚川精工装备股份有限公司, a company that does not exist. All text is written for caiwen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from forms import BALANCE, CASH, INCOME, Line, parent_lines
from layout import Fonts, TableStyle, Writer
from ledger import Drivers, Year, accounts, money

NAME, SHORT, CODE = "砚川精工装备股份有限公司", "砚川精工", "609937"
GROUP = Drivers(7, (164230577342, 187316420981, 213894466257, 241562310874), 2020, 412560000, 0.04, (0, 18, 20, 22))
PARENT = Drivers(11, (121830441276, 139204418803, 157740932915, 176003218466), 2020, 412560000, 0.0, (0, 18, 20, 22))
DEFERRED_TAX_2022 = 386241537
"""What the 2023 report adds to both deferred tax lines of 2022 (解释第16号), in 分."""

PRODUCTS = (("精密传动部件", 0.46, 0.484), ("智能装配单元", 0.33, 0.331), ("工业检测设备", 0.15, 0.112))
REGIONS = (("华东", 0.41, 0.417), ("华南", 0.22, 0.231), ("华北", 0.14, 0.143), ("境外", 0.17, 0.148))
"""Name, share of revenue, share of cost."""
NOTES = {"货币资金": "七、1", "应收账款": "七、5", "存货": "七、9", "固定资产": "七、21", "营业收入": "七、61", "研发费用": "七、65"}


@dataclass(frozen=True)
class Report:
    """One year's report: the accounts by year as this report states them, and what it disclosed beside them."""

    year: int
    group: dict[int, Year]
    parent: dict[int, Year]
    restated: bool
    people: dict[str, int]

    @property
    def now(self) -> Year:
        return self.group[self.year]

    @property
    def before(self) -> Year:
        return self.group[self.year - 1]


def report(year: int) -> Report:
    group, parent = accounts(GROUP), accounts(PARENT)
    original = {y: dict(a.balance) for y, a in group.items()}
    if year >= 2023:
        restate(group[2022], original[2022])
    grown = year - 2022
    people = {"母公司": 1124 + 37 * grown, "子公司": 865 + 52 * grown, "退休": 18 + 3 * grown}
    return Report(year, group, parent, year >= 2023, people)


def restate(target: Year, original: dict[str, int]) -> None:
    """Gross up deferred tax assets and liabilities; profit and equity stay as they were."""
    for name in ("递延所得税资产", "非流动资产合计", "资产总计", "递延所得税负债", "非流动负债合计", "负债合计", "负债和所有者权益总计"):
        target.balance[name] = original[name] + DEFERRED_TAX_2022


# -- figures -------------------------------------------------------------------------------------
def figures(year: Year, shares: int) -> dict[str, str]:
    """Every printed amount of a year by key, with per-share figures rounded as reports do."""
    cents = {**year.balance, **year.income, **year.cash}
    cents["归母综合收益"] = year.income["归母净利润"] + year.income["其他综合收益"]
    out = {name: money(amount) for name, amount in cents.items()}
    out["每股收益"] = f"{year.income['归母净利润'] / 100 / shares:.2f}"
    return out


def growth(now: int, before: int) -> str:
    return f"{(now - before) / abs(before) * 100:.2f}"


def percent(piece: int, whole: int) -> str:
    return f"{piece / whole * 100:.2f}"


def split(total: int, shares: tuple[tuple[str, float], ...], rest: str) -> list[tuple[str, int]]:
    rows = [(name, round(total * share)) for name, share in shares]
    return [*rows, (rest, total - sum(amount for _, amount in rows))]


# -- pages ---------------------------------------------------------------------------------------
def write(path: Path, fonts: Fonts, year: int) -> None:
    """Typesets the report twice: the second pass knows the number of pages for its footers."""
    total = 0
    for _ in range(2):
        w = Writer(path, fonts, "", f"{NAME}{year} 年年度报告", watermark="样例文件")
        w.total = total
        compose(w, report(year))
        total = w.save()


def compose(w: Writer, r: Report) -> None:
    cover(w, r)
    notice(w, r)
    terms(w)
    company(w, r)
    key_figures(w, r)
    quarters(w, r)
    discussion(w, r)
    staff(w, r)
    shareholders(w, r)
    financial_report(w, r)
    notes(w, r)


def cover(w: Writer, r: Report) -> None:
    w.line(f"公司代码：{CODE}{' ' * 40}公司简称：{SHORT}", 11)
    w.y -= 170
    w.line(NAME, 22, "c", 2)
    w.line(f"{r.year} 年年度报告", 22, "c", 2)
    w.y -= 120
    w.line(f"{r.year + 1} 年 4 月", 14, "c")
    w.new_page()


def notice(w: Writer, r: Report) -> None:
    w.chapter("重要提示")
    w.paragraph("一、本公司董事会、监事会及董事、监事、高级管理人员保证年度报告内容的真实性、准确性、完整性，并承担个别和连带的法律责任。")
    w.paragraph("二、公司全体董事出席董事会会议。")
    w.paragraph("三、砥明会计师事务所（特殊普通合伙）为本公司出具了标准无保留意见的审计报告。")
    w.paragraph("四、公司负责人沈知远、主管会计工作负责人陆允恭及会计机构负责人（会计主管人员）闻静秋声明：保证年度报告中财务报告的真实、准确、完整。")
    w.paragraph("五、董事会决议通过的本报告期利润分配预案或公积金转增股本预案")
    per_ten, total = dividend(r.year)
    w.paragraph(
        f"公司拟以实施权益分派股权登记日的总股本 412,560,000 股为基数，向全体股东每10股派发现金红利{per_ten}元（含税），"
        f"合计拟派发现金红利 {total} 元（含税），不送红股，不以公积金转增股本。"
    )
    w.paragraph("六、本报告为 caiwen 项目的样例材料，公司、人物与数字均为虚构，与任何真实主体无关。")
    w.new_page()
    w.line("目 录", 15, "c", 2.2)
    chapters = ("第一节 释义", "第二节 公司简介和主要财务指标", "第三节 管理层讨论与分析", "第四节 公司治理", "第七节 股份变动及股东情况", "第十节 财务报告")
    for k, title in enumerate(chapters):
        w.line(f"{title}{'.' * (78 - 2 * len(title))}{4 + 3 * k}", 10.5)


def dividend(year: int) -> tuple[str, str]:
    per_share = GROUP.dividend_per_share[min(year - GROUP.first_year + 1, len(GROUP.dividend_per_share) - 1)]
    return f"{per_share / 10:.2f}", money(per_share * GROUP.shares)


def terms(w: Writer) -> None:
    w.new_page()
    w.chapter("第一节 释义")
    w.heading("一、释义")
    w.line("在本报告书中，除非文义另有所指，下列词语具有如下含义：")
    rows = [["常用词语释义", "<", "<"], [f"公司、本公司、{SHORT}", "指", NAME], ["砚川检测", "指", "砚川检测技术有限公司，公司的控股子公司"], ["临溪传动", "指", "临溪传动科技有限公司，公司的全资子公司"], ["砚川控股", "指", "砚川控股集团有限公司，公司的控股股东"], ["报告期", "指", "本报告所述年度的1月1日至12月31日"]]
    w.table(rows, TableStyle((150, 30, 270), "lcl", 10))


def company(w: Writer, r: Report) -> None:
    w.chapter("第二节 公司简介和主要财务指标")
    pair = TableStyle((170, 280), "ll", 10, header_rows=0)
    w.heading("一、公司信息")
    w.table([["公司的中文名称", NAME], ["公司的中文简称", SHORT], ["公司的外文名称", "Yanchuan Precision Equipment Co., Ltd."], ["公司的法定代表人", "沈知远"]], pair)
    w.heading("二、联系人和联系方式")
    w.table([["", "董事会秘书", "证券事务代表"], ["姓名", "顾明谦", "祝以宁"], ["联系地址", "江苏省砚川市临溪区工坊路66号", "江苏省砚川市临溪区工坊路66号"], ["电话", "0599-8800166", "0599-8800167"], ["电子信箱", "dsh@yanchuan.example", "zq@yanchuan.example"]], TableStyle((90, 180, 180), "lll", 10))
    w.heading("三、基本情况简介")
    w.table([["公司注册地址", "江苏省砚川市临溪区工坊路66号"], ["公司注册地址的历史变更情况", "不适用"], ["公司办公地址", "江苏省砚川市临溪区工坊路66号砚川精工科技园A座"], ["公司办公地址的邮政编码", "219966"], ["公司网址", "www.yanchuan.example"], ["电子信箱", "ir@yanchuan.example"]], pair)
    w.heading("五、公司股票简况")
    w.table([["公司股票简况", "<", "<", "<", "<"], ["股票种类", "股票上市交易所", "股票简称", "股票代码", "变更前股票简称"], ["A股", "上海证券交易所", SHORT, CODE, "无"]], TableStyle((80, 110, 80, 80, 100), "ccccc", 10, header_rows=3))
    w.heading("六、其他相关资料")
    w.table([["公司聘请的会计师事务所（境内）", "名称", "砥明会计师事务所（特殊普通合伙）"], ["", "办公地址", "江苏省砚川市中山路8号"], ["", "签字会计师姓名", "罗书衡、葛清扬"]], TableStyle((120, 110, 220), "lll", 10, header_rows=0))


def key_figures(w: Writer, r: Report) -> None:
    w.heading("七、近三年主要会计数据和财务指标")
    w.heading("(一)主要会计数据")
    w.line("单位：元  币种：人民币", 9, "r")
    y, years = r.year, [r.group[r.year - k] for k in range(3)]
    old = accounts(GROUP)[2022].balance
    flows = (("营业收入", "营业收入"), ("归属于上市公司股东的净利润", "归母净利润"), ("归属于上市公司股东的扣除非经常性损益的净利润", "扣非净利润"), ("经营活动产生的现金流量净额", "经营净额"))
    stocks = (("归属于上市公司股东的净资产", "归母权益"), ("总资产", "资产总计"))
    change = "本期比上年同期增减(%)"

    def amount(year: Year, key: str) -> int:
        return core_profit(year) if key == "扣非净利润" else {**year.balance, **year.income, **year.cash}.get(key, 0)

    def row(label: str, key: str, balance: bool) -> list[str]:
        now, before, earlier = (amount(a, key) for a in years)
        cells = [label, money(now), money(before), growth(now, before), money(earlier) if earlier else "不适用"]
        if r.restated:
            original = old[key] if balance else before
            cells[2:3] = [money(before), money(original)]
        return cells

    if r.restated:
        style = TableStyle((96, 86, 86, 86, 44, 86), "lrrrrr", 7.8, header_rows=2)
        head = [["主要会计数据", f"{y}年", f"{y - 1}年", "<", change, f"{y - 2}年"], ["", "", "调整后", "调整前", "", ""]]
        tail = [["", f"{y}年末", f"{y - 1}年末", "<", "本期末比上年同期末增减（%）", f"{y - 2}年末"], ["", "", "调整后", "调整前", "", ""]]
    else:
        style = TableStyle((130, 96, 96, 50, 96), "lrrrr", 8.4)
        head = [["主要会计数据", f"{y}年", f"{y - 1}年", change, f"{y - 2}年"]]
        tail = [["", f"{y}年末", f"{y - 1}年末", "本期末比上年同期末增减（%）", f"{y - 2}年末"]]
    w.table([*head, *(row(a, b, False) for a, b in flows), *tail, *(row(a, b, True) for a, b in stocks)], style)
    w.heading("(二)主要财务指标")
    eps = [f"{a.income['归母净利润'] / 100 / GROUP.shares:.2f}" for a in years]
    core = [f"{core_profit(a) / 100 / GROUP.shares:.2f}" for a in years]
    roe = [percent(a.income["归母净利润"], a.balance["归母权益"] - a.income["归母净利润"] // 2) for a in years]
    def points(now: str, before: str) -> str:
        delta = round(float(now) - float(before), 2)
        return f"{'增加' if delta >= 0 else '减少'}{abs(delta):.2f}个百分点"
    rows = [["主要财务指标", f"{y}年", f"{y - 1}年", change, f"{y - 2}年"]]
    rows += [[label, v[0], v[1], f"{(float(v[0]) / float(v[1]) - 1) * 100:.2f}", v[2]] for label, v in (("基本每股收益（元／股）", eps), ("稀释每股收益（元／股）", eps), ("扣除非经常性损益后的基本每股收益（元／股）", core))]
    rows.append(["加权平均净资产收益率（%）", roe[0], roe[1], points(roe[0], roe[1]), roe[2]])
    w.table(rows, TableStyle((150, 80, 80, 70, 80), "lrrrr", 9))
    w.line("报告期末公司前三年主要会计数据和财务指标的说明")
    if r.restated:
        w.paragraph("公司自2023年1月1日起执行《企业会计准则解释第16号》关于单项交易产生的资产和负债相关的递延所得税的规定，对2022年末递延所得税资产和递延所得税负债作追溯调整，不影响净利润与净资产。")
    else:
        w.not_applicable()


def core_profit(year: Year) -> int:
    """归母净利润 less non-recurring gains, as in the table of 非经常性损益."""
    return year.income["归母净利润"] - sum(amount for _, amount in non_recurring(year))


def non_recurring(year: Year) -> list[tuple[str, int]]:
    i = year.income
    items = [("非流动性资产处置损益", i["资产处置收益"]), ("计入当期损益的政府补助", round(i["其他收益"] * 0.8)), ("除上述各项之外的其他营业外收入和支出", i["营业外收入"] - i["营业外支出"])]
    tax = -round(sum(a for _, a in items) * 0.15)
    return [*items, ("所得税影响额", tax), ("少数股东权益影响额（税后）", -round(i["少数股东损益"] * 0.02))]


def quarters(w: Writer, r: Report) -> None:
    w.heading(f"九、{r.year}年分季度主要财务数据")
    w.line("单位：元  币种：人民币", 9, "r")
    rows = [["", "第一季度\n（1-3月份）", "第二季度\n（4-6月份）", "第三季度\n（7-9月份）", "第四季度\n（10-12月份）"]]
    weights = (0.21, 0.25, 0.25, 0.29)
    for label, total in (("营业收入", r.now.income["营业收入"]), ("归属于上市公司股东的净利润", r.now.income["归母净利润"]), ("归属于上市公司股东的扣除非经常性损益后的净利润", core_profit(r.now)), ("经营活动产生的现金流量净额", r.now.cash["经营净额"])):
        parts = [round(total * share) for share in weights[:3]]
        rows.append([label, *(money(p) for p in [*parts, total - sum(parts)])])
    w.table(rows, TableStyle((110, 86, 86, 86, 86), "lrrrr", 8.4))
    w.line("季度数据与已披露定期报告数据差异说明")
    w.not_applicable()
    w.heading("十、非经常性损益项目和金额")
    w.line("√适用 □不适用")
    w.line("单位：元  币种：人民币", 9, "r")
    now, before = dict(non_recurring(r.now)), dict(non_recurring(r.before))
    rows = [["非经常性损益项目", f"{r.year}年金额", "附注（如适用）", f"{r.year - 1}年金额"]]
    rows += [[name, money(now[name]), "", money(before[name])] for name in now]
    rows += [["委托他人投资或管理资产的损益", "", "", ""], ["合计", money(sum(now.values())), "", money(sum(before.values()))]]
    w.table(rows, TableStyle((190, 100, 60, 100), "lrcr", 9))


def discussion(w: Writer, r: Report) -> None:
    i, b = r.now.income, r.before.income
    w.new_page()
    w.chapter("第三节 管理层讨论与分析")
    w.heading("一、经营情况讨论与分析")
    w.paragraph(f"{r.year}年，公司围绕“精密、智能、可靠”的产品主线组织生产，全年实现营业收入{money(i['营业收入'])}元，比上年增长{growth(i['营业收入'], b['营业收入'])}%；归属于上市公司股东的净利润{money(i['归母净利润'])}元，比上年变动{growth(i['归母净利润'], b['归母净利润'])}%。")
    w.paragraph("报告期内，公司完成临溪二期厂房的搬迁与设备联调，精密传动部件的交付周期由四十五天缩短到三十二天；智能装配单元进入三家家电客户的批量采购名录；工业检测设备完成第二代视觉算法的现场验证。")
    w.heading("二、报告期内公司所处行业情况")
    w.paragraph("精密传动部件处在装备制造链条的中段，上游为特种钢材与轴承，下游为机器人、家电产线与新能源装备。行业的竞争由价格转向交付与一致性，客户对单件追溯的要求逐年提高。")
    w.heading("三、报告期内公司从事的业务情况")
    w.paragraph("公司以销定产，以直销为主、经销为辅。大客户按年签订框架协议，按月下达订单；海外业务以美元结算，收汇周期约七十五天。")
    w.heading("四、可能面对的风险")
    w.paragraph("1、原材料价格波动风险。特种钢材占产品成本的比重较高，价格上涨而售价不能同步调整时，毛利率会受到影响。公司与两家钢厂签订了年度锁价协议。")
    w.paragraph("2、应收账款回收风险。公司应收账款随收入增长而增加，若主要客户经营恶化，将增加坏账损失。公司对超过信用期的客户停止发货。")
    w.paragraph("3、汇率波动风险。公司境外收入以美元结算，人民币升值会减少折算收入。公司以远期结汇对冲约一半的敞口。")
    w.heading("五、报告期内主要经营情况")
    w.heading("(一)主营业务分析")
    w.heading("1.利润表及现金流量表相关科目变动分析表")
    w.line("单位：元  币种：人民币", 9, "r")
    rows = [["科目", "本期数", "上年同期数", "变动比例（%）"]]
    rows += [[k, money(i[k]), money(b[k]), growth(i[k], b[k])] for k in ("营业收入", "营业成本", "销售费用", "管理费用", "财务费用", "研发费用")]
    for label, key in (("经营活动产生的现金流量净额", "经营净额"), ("投资活动产生的现金流量净额", "投资净额"), ("筹资活动产生的现金流量净额", "筹资净额")):
        rows.append([label, money(r.now.cash[key]), money(r.before.cash[key]), growth(r.now.cash[key], r.before.cash[key])])
    w.table(rows, TableStyle((150, 110, 110, 80), "lrrr", 9))
    segments(w, r)
    concentration(w, r)
    research(w, r)


def segments(w: Writer, r: Report) -> None:
    i, b = r.now.income, r.before.income
    w.heading("2.收入和成本分析")
    w.heading("(1).主营业务分行业、分产品、分地区、分销售模式情况")
    w.line("单位：元  币种：人民币", 9, "r")
    head = ["营业收入", "营业成本", "毛利率\n（%）", "营业收入比上年增减（%）", "营业成本比上年增减（%）", "毛利率比上年增减（%）"]
    rows: list[list[str]] = []
    for banner, label, parts, rest in (("主营业务分产品情况", "分产品", PRODUCTS, "其他"), ("主营业务分地区情况", "分地区", REGIONS, "其他地区")):
        rows += [[banner, "<", "<", "<", "<", "<", "<"], [label, *head]]
        by_income = tuple((n, share + 0.004 * (r.year - 2022) * (1 - 2 * (k % 2))) for k, (n, share, _) in enumerate(parts))
        was_income, by_cost = tuple((n, s) for n, s, _ in parts), tuple((n, s) for n, _, s in parts)
        incomes, costs = split(i["营业收入"], by_income, rest), split(i["营业成本"], by_cost, rest)
        before_i, before_c = dict(split(b["营业收入"], was_income, rest)), dict(split(b["营业成本"], by_cost, rest))
        for (name, revenue), (_, cost) in zip(incomes, costs, strict=True):
            margin = round((1 - cost / revenue) * 100, 2)
            old = round((1 - before_c[name] / before_i[name]) * 100, 2)
            step = f"{'增加' if margin >= old else '减少'}{abs(margin - old):.2f}个百分点"
            rows.append([name, money(revenue), money(cost), f"{margin:.2f}", growth(revenue, before_i[name]), growth(cost, before_c[name]), step])
    w.table(rows, TableStyle((80, 92, 92, 42, 54, 54, 60), "lrrrrrr", 8.2, header_rows=2))


def concentration(w: Writer, r: Report) -> None:
    i = r.now.income
    sales = [round(i["营业收入"] * s) for s in (0.071, 0.052, 0.044, 0.031, 0.027)]
    buys = [round(i["营业成本"] * s) for s in (0.083, 0.061, 0.037, 0.03, 0.024)]
    w.heading("(7).主要销售客户及主要供应商情况")
    w.heading("A.公司主要销售客户情况")
    top, base = sum(sales), i["营业收入"]
    w.paragraph(f"前五名客户销售额{top / 1000000:,.2f}万元，占年度销售总额{percent(top, base)}%；其中前五名客户销售额中关联方销售额0万元，占年度销售总额0%。")
    w.line("单位：万元  币种：人民币", 9, "r")
    rows = [["序号", "客户名称", "销售额", "占年度销售总额比例（%）"]]
    rows += [[str(k + 1), f"客户{'甲乙丙丁戊'[k]}", f"{a / 1000000:,.2f}", percent(a, base)] for k, a in enumerate(sales)]
    w.table([*rows, ["合计", "", f"{top / 1000000:,.2f}", percent(top, base)]], TableStyle((50, 150, 120, 130), "clrr", 9, borders="three"))
    w.heading("B.公司主要供应商情况")
    top, base = sum(buys), i["营业成本"]
    w.paragraph(f"前五名供应商采购额{top / 1000000:,.2f}万元，占年度采购总额{percent(top, base)}%；其中前五名供应商采购额中关联方采购额0万元，占年度采购总额0%。")


def research(w: Writer, r: Report) -> None:
    spent, capital = r.now.income["研发费用"], round(r.now.income["研发费用"] * 0.08)
    w.heading("4.研发投入")
    w.heading("(1).研发投入情况表")
    w.line("√适用 □不适用")
    w.line("单位：元", 9, "r")
    rows = [["本期费用化研发投入", money(spent)], ["本期资本化研发投入", money(capital)], ["研发投入合计", money(spent + capital)], ["研发投入总额占营业收入比例（%）", percent(spent + capital, r.now.income["营业收入"])], ["研发投入资本化的比重（%）", percent(capital, spent + capital)]]
    w.table(rows, TableStyle((250, 160), "lr", 9.5, header_rows=0))
    w.heading("(2).研发人员情况表")
    total = r.people["母公司"] + r.people["子公司"]
    number = 300 + 24 * (r.year - 2022)
    w.table([["公司研发人员的数量", str(number)], ["研发人员数量占公司总人数的比例（%）", percent(number, total)]], TableStyle((250, 160), "lr", 9.5, header_rows=0))


def staff(w: Writer, r: Report) -> None:
    w.chapter("第四节 公司治理")
    w.heading("十、报告期末母公司和主要子公司的员工情况")
    w.heading("(一)员工情况")
    p = r.people
    total = p["母公司"] + p["子公司"]
    def rows_of(parts: tuple[tuple[str, float], ...], rest: str) -> list[list[str]]:
        counted = [(n, round(total * s)) for n, s in parts]
        counted.append((rest, total - sum(c for _, c in counted)))
        return [[n, f"{c:,}"] for n, c in counted] + [["合计", f"{total:,}"]]
    rows = [["母公司在职员工的数量", f"{p['母公司']:,}"], ["主要子公司在职员工的数量", f"{p['子公司']:,}"], ["在职员工的数量合计", f"{total:,}"], ["母公司及主要子公司需承担费用的离退休职工人数", str(p["退休"])], ["专业构成", "<"], ["专业构成类别", "专业构成人数"]]
    rows += rows_of((("生产人员", 0.58), ("销售人员", 0.09), ("技术人员", 0.21), ("财务人员", 0.03)), "行政人员")
    rows += [["教育程度", "<"], ["教育程度类别", "数量（人）"]]
    rows += rows_of((("博士", 0.01), ("硕士", 0.11), ("本科", 0.38), ("大专", 0.27)), "高中及以下")
    w.table(rows, TableStyle((250, 160), "lr", 10, header_rows=0))


def shareholders(w: Writer, r: Report) -> None:
    w.chapter("第七节 股份变动及股东情况")
    w.heading("三、股东和实际控制人情况")
    w.heading("(一)股东总数")
    w.table([["截至报告期末普通股股东总数(户)", f"{23418 + 1207 * (r.year - 2022):,}"], ["年度报告披露日前上一月末的普通股股东总数(户)", f"{22964 + 1107 * (r.year - 2022):,}"]], TableStyle((300, 110), "lr", 10, header_rows=0))
    w.heading("(二)截至报告期末前十名股东、前十名流通股东（或无限售条件股东）持股情况表")
    w.line("单位:股", 9, "r")
    w.new_page(wide=True)
    rows = [["前十名股东持股情况（不含通过转融通出借股份）", "<", "<", "<", "<", "<", "<"], ["股东名称\n（全称）", "报告期内增减", "期末持股数量", "比例(%)", "持有有限售条件股份数量", "质押、标记或冻结情况", "股东性质"]]
    holders = (("砚川控股集团有限公司", 148521600, "无", "境内非国有法人"), ("沈知远", 24753600, "质押", "境内自然人"), ("临溪创业投资合伙企业（有限合伙）", 16502400, "无", "其他"), ("陆允恭", 8251200, "无", "境内自然人"), ("顾明谦", 4125600, "无", "境内自然人"))
    rows += [[n, "0", f"{q:,}", percent(q, GROUP.shares), "0", s, k] for n, q, s, k in holders]
    w.table(rows, TableStyle((190, 80, 100, 60, 100, 80, 80), "lrrrrcc", 9.5, header_rows=2))
    w.new_page()
    w.heading("四、控股股东及实际控制人情况")
    pair = TableStyle((170, 280), "ll", 10, header_rows=0)
    w.line("(一)控股股东情况")
    w.table([["名称", "砚川控股集团有限公司"], ["单位负责人或法定代表人", "沈知远"], ["成立日期", "2003年6月18日"], ["主要经营业务", "实业投资、股权管理"]], pair)
    w.line("(二)实际控制人情况")
    w.table([["姓名", "沈知远"], ["国籍", "中国"], ["是否取得其他国家或地区居留权", "否"], ["主要职业及职务", f"{NAME}董事长"]], pair)


def financial_report(w: Writer, r: Report) -> None:
    w.new_page()
    w.chapter("第十节 财务报告")
    w.heading("一、审计报告")
    w.paragraph(f"我们审计了{NAME}（以下简称“贵公司”）的财务报表，包括{r.year}年12月31日的合并及母公司资产负债表，{r.year}年度的合并及母公司利润表、合并及母公司现金流量表以及相关财务报表附注。我们认为，后附的财务报表在所有重大方面按照企业会计准则的规定编制。")
    w.heading("二、财务报表")
    now, before = f"{r.year}年12月31日", f"{r.year - 1}年12月31日"
    year, last = f"{r.year}年度", f"{r.year - 1}年度"
    group = (figures(r.now, GROUP.shares), figures(r.before, GROUP.shares))
    parent = (figures(r.parent[r.year], GROUP.shares), figures(r.parent[r.year - 1], GROUP.shares))
    for title, lines, own, heads, date in (
        ("合并资产负债表", BALANCE, group, (now, before), now), ("母公司资产负债表", parent_lines(BALANCE), parent, (now, before), now),
        ("合并利润表", INCOME, group, (year, last), f"{r.year}年1—12月"), ("母公司利润表", parent_lines(INCOME), parent, (year, last), f"{r.year}年1—12月"),
        ("合并现金流量表", CASH, group, (year, last), f"{r.year}年1—12月"), ("母公司现金流量表", parent_lines(CASH), parent, (year, last), f"{r.year}年1—12月"),
    ):  # fmt: skip
        statement(w, title, lines, own, heads, date)


def statement(w: Writer, title: str, lines: tuple[Line, ...], values: tuple[dict[str, str], dict[str, str]], heads: tuple[str, str], date: str) -> None:
    w.line(title, 11, "c", 2)
    w.line(date, 10, "c")
    w.line(f"编制单位: {NAME}", 9)
    w.line("单位:元  币种:人民币", 9, "r")
    seen: set[str] = set()
    rows = [["项目", "附注", *heads]]
    for label, key in lines:
        note = NOTES.get(key or "", "") if key not in seen else ""
        seen.add(key or "")
        rows.append([label, note, *((v.get(key, "") if key else "") for v in values)])
    w.table(rows, TableStyle((206, 44, 104, 104), "lcrr", 9))
    w.line("公司负责人：沈知远 主管会计工作负责人：陆允恭 会计机构负责人：闻静秋", 9)


def notes(w: Writer, r: Report) -> None:
    """Part of the notes: tables whose labels repeat those of the statements with other meanings."""
    w.heading("七、合并财务报表项目注释")
    w.heading("1、货币资金")
    w.line("√适用 □不适用")
    w.line("单位：元  币种：人民币", 9, "r")
    rows = [["项目", "期末余额", "期初余额"]]
    now, before = r.now, r.before
    for label, pick in (("库存现金", lambda a: 4183722), ("银行存款", lambda a: a.balance["货币资金"] - 4183722 - round(a.balance["应付票据"] * 0.3)), ("其他货币资金", lambda a: round(a.balance["应付票据"] * 0.3)), ("合计", lambda a: a.balance["货币资金"])):
        rows.append([label, money(pick(now)), money(pick(before))])
    w.table(rows, TableStyle((150, 130, 130), "lrr", 9))
    w.heading("5、应收账款")
    w.heading("(1).按账龄披露")
    w.line("单位：元  币种：人民币", 9, "r")
    base, reserve = r.now.balance["应收账款"], round(r.now.balance["应收账款"] * 0.06)
    ages = split(base + reserve, (("1年以内", 0.86), ("1至2年", 0.09), ("2至3年", 0.03)), "3年以上")
    w.table([["账龄", "期末账面余额"], *([a, money(v)] for a, v in ages), ["合计", money(base + reserve)], ["减：坏账准备", money(reserve)], ["账面价值", money(base)]], TableStyle((200, 150), "lr", 9))
    w.heading("61、营业收入和营业成本")
    w.line("单位：元  币种：人民币", 9, "r")
    i, b = r.now.income, r.before.income
    main = [round(x * 0.973) for x in (i["营业收入"], i["营业成本"], b["营业收入"], b["营业成本"])]
    total = [i["营业收入"], i["营业成本"], b["营业收入"], b["营业成本"]]
    w.table([["项目", "本期发生额", "<", "上期发生额", "<"], ["", "收入", "成本", "收入", "成本"], ["主营业务", *map(money, main)], ["其他业务", *(money(t - m) for t, m in zip(total, main, strict=True))], ["合计", *map(money, total)]], TableStyle((80, 94, 94, 94, 94), "lrrrr", 8.6, header_rows=2))
    w.heading("十六、承诺及或有事项")
    w.paragraph("截至资产负债表日，公司不存在需要披露的重要承诺事项和重大未决诉讼。")
