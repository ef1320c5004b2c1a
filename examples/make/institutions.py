"""Reports of a bank, an insurer and a broker that do not exist, in the statutory forms of their trades.

Their statements are written as small tables of (label, rule): a number is a share of the entity's size, a
string of signed labels is a sum, ``"?"`` is what is left to make the balance sheet close, None is a heading.
"""

from __future__ import annotations

import html
import random
import re
from dataclasses import dataclass
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from layout import Fonts, TableStyle, Writer

Rule = float | str | None
Form = tuple[tuple[str, Rule], ...]
Values = dict[str, int]
TERM = re.compile(r"([+-])([^+-]+)")


@dataclass(frozen=True)
class Entity:
    """``size``: what the shares of the forms refer to, in the printed unit (分 when ``decimals`` is 2)."""

    name: str
    short: str
    code: str
    kind: str
    representative: str
    address: str
    size: int
    seed: int
    unit: str
    decimals: int


def compute(form: Form, size: int, rng: random.Random, given: Values | None = None) -> Values:
    """Values by label. Shares first, then sums in as many passes as they need, then the closing line."""
    values: Values = dict(given or {})
    for label, rule in form:
        if isinstance(rule, float):
            values[label] = round(size * rule * rng.uniform(0.97, 1.03))
    open_sums = {label: rule for label, rule in form if isinstance(rule, str) and rule != "?"}
    closing = next((label for label, rule in form if rule == "?"), None)
    for _ in range(len(form)):
        for label, rule in list(open_sums.items()):
            terms = TERM.findall(rule)
            if closing and closing not in values and label == "资产总计":
                total = values.get("负债及股东权益总计")
                if total is not None:
                    values[closing] = total - sum(sign_of(s) * values[t] for s, t in terms if t != closing)
            if all(t in values for _, t in terms):
                values[label] = sum(sign_of(s) * values[t] for s, t in terms)
                del open_sums[label]
    if open_sums:
        raise ValueError(f"sums that cannot be computed: {sorted(open_sums)}")
    return values


def sign_of(sign: str) -> int:
    return 1 if sign == "+" else -1


def printed(amount: int | None, decimals: int) -> str:
    if amount is None:
        return ""
    digits = f"{abs(amount) / 10**decimals:,.{decimals}f}"
    return f"({digits})" if amount < 0 else digits


BANK_BALANCE: Form = (
    ("资产", None), ("现金及存放中央银行款项", "?"), ("存放同业款项", 0.03), ("拆出资金", 0.025), ("衍生金融资产", 0.002),
    ("买入返售金融资产", 0.03), ("发放贷款和垫款", 0.52), ("金融投资：", None), ("交易性金融资产", 0.06), ("债权投资", 0.16),
    ("其他债权投资", 0.07), ("其他权益工具投资", 0.001), ("长期股权投资", 0.002), ("固定资产", 0.006), ("使用权资产", 0.001),
    ("递延所得税资产", 0.007), ("其他资产", 0.004),
    ("资产总计", "+现金及存放中央银行款项+存放同业款项+拆出资金+衍生金融资产+买入返售金融资产+发放贷款和垫款+交易性金融资产+债权投资+其他债权投资+其他权益工具投资+长期股权投资+固定资产+使用权资产+递延所得税资产+其他资产"),
    ("负债", None), ("向中央银行借款", 0.03), ("同业及其他金融机构存放款项", 0.06), ("拆入资金", 0.015), ("衍生金融负债", 0.002),
    ("卖出回购金融资产款", 0.02), ("吸收存款", 0.68), ("应付职工薪酬", 0.003), ("应交税费", 0.002), ("租赁负债", 0.001),
    ("应付债券", 0.11), ("其他负债", 0.008),
    ("负债合计", "+向中央银行借款+同业及其他金融机构存放款项+拆入资金+衍生金融负债+卖出回购金融资产款+吸收存款+应付职工薪酬+应交税费+租赁负债+应付债券+其他负债"),
    ("股东权益", None), ("股本", 0.004), ("其他权益工具", 0.008), ("资本公积", 0.007), ("其他综合收益", 0.001), ("盈余公积", 0.006),
    ("一般风险准备", 0.012), ("未分配利润", 0.04),
    ("归属于本行股东权益合计", "+股本+其他权益工具+资本公积+其他综合收益+盈余公积+一般风险准备+未分配利润"), ("少数股东权益", 0.001),
    ("股东权益合计", "+归属于本行股东权益合计+少数股东权益"), ("负债及股东权益总计", "+负债合计+股东权益合计"),
)  # fmt: skip

BANK_INCOME: Form = (
    ("利息收入", 0.038), ("利息支出", -0.019), ("利息净收入", "+利息收入+利息支出"), ("手续费及佣金收入", 0.005),
    ("手续费及佣金支出", -0.001), ("手续费及佣金净收入", "+手续费及佣金收入+手续费及佣金支出"), ("投资收益", 0.003),
    ("公允价值变动损益", 0.0004), ("汇兑收益", 0.0002), ("其他业务收入", 0.0001),
    ("一、营业收入", "+利息净收入+手续费及佣金净收入+投资收益+公允价值变动损益+汇兑收益+其他业务收入"),
    ("税金及附加", -0.0003), ("业务及管理费", -0.0075), ("信用减值损失", -0.0062), ("其他业务成本", -0.0001),
    ("二、营业支出", "+税金及附加+业务及管理费+信用减值损失+其他业务成本"), ("三、营业利润", "+一、营业收入+二、营业支出"),
    ("加：营业外收入", 0.0001), ("减：营业外支出", -0.0001),
    ("四、利润总额", "+三、营业利润+加：营业外收入+减：营业外支出"), ("减：所得税费用", -0.0014),
    ("五、净利润", "+四、利润总额+减：所得税费用"), ("归属于本行股东的净利润", "+五、净利润-少数股东损益"), ("少数股东损益", 0.0001),
)  # fmt: skip

INSURER_BALANCE: Form = (
    ("资产：", None), ("货币资金", "?"), ("买入返售金融资产", 0.01), ("应收保费", 0.02), ("应收利息", 0.01), ("应收分保账款", 0.01),
    ("保户质押贷款", 0.05), ("定期存款", 0.08), ("可供出售金融资产", 0.3), ("持有至到期投资", 0.25), ("长期股权投资", 0.06),
    ("存出资本保证金", 0.005), ("固定资产", 0.02), ("独立账户资产", 0.003), ("其他资产", 0.02),
    ("资产总计", "+货币资金+买入返售金融资产+应收保费+应收利息+应收分保账款+保户质押贷款+定期存款+可供出售金融资产+持有至到期投资+长期股权投资+存出资本保证金+固定资产+独立账户资产+其他资产"),
    ("负债：", None), ("卖出回购金融资产款", 0.04), ("预收保费", 0.01), ("应付手续费及佣金", 0.005), ("应付赔付款", 0.02),
    ("应付保单红利", 0.02), ("保户储金及投资款", 0.12), ("未到期责任准备金", 0.01), ("未决赔款准备金", 0.01), ("寿险责任准备金", 0.55),
    ("长期健康险责任准备金", 0.06), ("独立账户负债", 0.003), ("其他负债", 0.02),
    ("负债合计", "+卖出回购金融资产款+预收保费+应付手续费及佣金+应付赔付款+应付保单红利+保户储金及投资款+未到期责任准备金+未决赔款准备金+寿险责任准备金+长期健康险责任准备金+独立账户负债+其他负债"),
    ("股东权益：", None), ("股本", 0.01), ("资本公积", 0.03), ("其他综合收益", 0.01), ("盈余公积", 0.01), ("一般风险准备", 0.01),
    ("未分配利润", 0.04), ("归属于母公司股东权益合计", "+股本+资本公积+其他综合收益+盈余公积+一般风险准备+未分配利润"),
    ("少数股东权益", 0.002), ("股东权益合计", "+归属于母公司股东权益合计+少数股东权益"), ("负债及股东权益总计", "+负债合计+股东权益合计"),
)  # fmt: skip

INSURER_INCOME: Form = (
    ("一、营业收入", "+已赚保费+投资收益+公允价值变动损益+汇兑损益+其他业务收入"), ("已赚保费", "+保险业务收入-减：分出保费-提取未到期责任准备金"),
    ("保险业务收入", 0.2), ("其中：分保费收入", 0.0002), ("减：分出保费", 0.003), ("提取未到期责任准备金", 0.0006), ("投资收益", 0.045),
    ("其中：对联营企业和合营企业的投资收益", 0.002), ("公允价值变动损益", 0.001), ("汇兑损益", 0.0002), ("其他业务收入", 0.002),
    ("二、营业支出", "+退保金+赔付支出-减：摊回赔付支出+提取保险责任准备金-减：摊回保险责任准备金+保单红利支出+税金及附加+手续费及佣金支出+业务及管理费-减：摊回分保费用+其他业务成本+资产减值损失"),
    ("退保金", 0.02), ("赔付支出", 0.04), ("减：摊回赔付支出", 0.001), ("提取保险责任准备金", 0.12), ("减：摊回保险责任准备金", 0.0005),
    ("保单红利支出", 0.008), ("税金及附加", 0.0004), ("手续费及佣金支出", 0.018), ("业务及管理费", 0.016), ("减：摊回分保费用", 0.0004),
    ("其他业务成本", 0.006), ("资产减值损失", 0.002), ("三、营业利润", "+一、营业收入-二、营业支出"), ("加：营业外收入", 0.0002),
    ("减：营业外支出", 0.0001), ("四、利润总额", "+三、营业利润+加：营业外收入-减：营业外支出"), ("减：所得税费用", 0.0021),
    ("五、净利润", "+四、利润总额-减：所得税费用"), ("归属于母公司股东的净利润", "+五、净利润-少数股东损益"), ("少数股东损益", 0.0003),
)  # fmt: skip

BROKER_BALANCE: Form = (
    ("资产：", None), ("货币资金", "?"), ("其中：客户资金存款", 0.14), ("结算备付金", 0.05), ("其中：客户备付金", 0.04), ("融出资金", 0.16),
    ("衍生金融资产", 0.002), ("存出保证金", 0.02), ("应收款项", 0.01), ("买入返售金融资产", 0.05), ("金融投资：", None),
    ("交易性金融资产", 0.28), ("债权投资", 0.01), ("其他债权投资", 0.1), ("其他权益工具投资", 0.01), ("长期股权投资", 0.02),
    ("固定资产", 0.01), ("使用权资产", 0.003), ("无形资产", 0.002), ("商誉", 0.001), ("递延所得税资产", 0.004), ("其他资产", 0.005),
    ("资产总计", "+货币资金+结算备付金+融出资金+衍生金融资产+存出保证金+应收款项+买入返售金融资产+交易性金融资产+债权投资+其他债权投资+其他权益工具投资+长期股权投资+固定资产+使用权资产+无形资产+商誉+递延所得税资产+其他资产"),
    ("负债：", None), ("应付短期融资款", 0.04), ("拆入资金", 0.03), ("交易性金融负债", 0.01), ("衍生金融负债", 0.002),
    ("卖出回购金融资产款", 0.18), ("代理买卖证券款", 0.21), ("应付职工薪酬", 0.01), ("应交税费", 0.002), ("应付款项", 0.03),
    ("应付债券", 0.2), ("租赁负债", 0.003), ("递延所得税负债", 0.001), ("其他负债", 0.01),
    ("负债合计", "+应付短期融资款+拆入资金+交易性金融负债+衍生金融负债+卖出回购金融资产款+代理买卖证券款+应付职工薪酬+应交税费+应付款项+应付债券+租赁负债+递延所得税负债+其他负债"),
    ("所有者权益：", None), ("股本", 0.04), ("资本公积", 0.09), ("其他综合收益", 0.002), ("盈余公积", 0.012), ("一般风险准备", 0.03),
    ("未分配利润", 0.06), ("归属于母公司所有者权益合计", "+股本+资本公积+其他综合收益+盈余公积+一般风险准备+未分配利润"),
    ("少数股东权益", 0.003), ("所有者权益合计", "+归属于母公司所有者权益合计+少数股东权益"), ("负债及股东权益总计", "+负债合计+所有者权益合计"),
)  # fmt: skip

BROKER_INCOME: Form = (
    ("一、营业总收入", "+利息净收入+手续费及佣金净收入+投资收益+其他收益+公允价值变动收益+汇兑收益+其他业务收入"),
    ("利息净收入", "+其中：利息收入-利息支出"), ("其中：利息收入", 0.02), ("利息支出", 0.016),
    ("手续费及佣金净收入", "+其中：经纪业务手续费净收入+投资银行业务手续费净收入+资产管理业务手续费净收入+其他手续费净收入"),
    ("其中：经纪业务手续费净收入", 0.012), ("投资银行业务手续费净收入", 0.005), ("资产管理业务手续费净收入", 0.003), ("其他手续费净收入", 0.0005),
    ("投资收益", 0.011), ("其中：对联营企业和合营企业的投资收益", 0.001), ("其他收益", 0.0002), ("公允价值变动收益", 0.002),
    ("汇兑收益", 0.0001), ("其他业务收入", 0.004), ("二、营业总支出", "+税金及附加+业务及管理费+信用减值损失+其他业务成本"),
    ("税金及附加", 0.0003), ("业务及管理费", 0.02), ("信用减值损失", 0.0009), ("其他业务成本", 0.0036),
    ("三、营业利润", "+一、营业总收入-二、营业总支出"), ("加：营业外收入", 0.0001), ("减：营业外支出", 0.0001),
    ("四、利润总额", "+三、营业利润+加：营业外收入-减：营业外支出"), ("减：所得税费用", 0.003), ("五、净利润", "+四、利润总额-减：所得税费用"),
    ("（一）归属于母公司所有者的净利润", "+五、净利润-（二）少数股东损益"), ("（二）少数股东损益", 0.0002),
)  # fmt: skip

BANK = Entity("澜屿银行股份有限公司", "澜屿银行", "609951", "bank", "纪怀瑾", "福建省澜屿市港前大道1号", 486213, 21, "人民币百万元", 0)
INSURER = Entity("恒穗人寿保险股份有限公司", "恒穗人寿", "609962", "insurer", "邵景行", "四川省恒穗市锦屏路18号", 31870422500000, 22, "元", 2)
BROKER = Entity("星垣岭证券股份有限公司", "星垣岭证券", "609973", "broker", "温以衡", "湖北省星垣市珞珈街9号", 9842251700000, 23, "元", 2)
FORMS = {"bank": (BANK_BALANCE, BANK_INCOME), "insurer": (INSURER_BALANCE, INSURER_INCOME), "broker": (BROKER_BALANCE, BROKER_INCOME)}
INDICATORS = {
    "bank": (("资本充足率（%）", "14.26", "13.91"), ("一级资本充足率（%）", "11.83", "11.52"), ("核心一级资本充足率（%）", "9.74", "9.48"), ("不良贷款率（%）", "1.13", "1.21"), ("拨备覆盖率（%）", "268.40", "251.75"), ("净息差（%）", "1.92", "2.07"), ("成本收入比（%）", "27.35", "27.90")),
    "insurer": (("核心偿付能力充足率（%）", "142.6", "150.3"), ("综合偿付能力充足率（%）", "208.9", "221.4")),
    "broker": (("净资本（元）", "12,804,331,905.17", "11,962,774,038.52"), ("风险覆盖率（%）", "231.44", "219.08"), ("资本杠杆率（%）", "17.62", "18.05"), ("流动性覆盖率（%）", "186.37", "172.90"), ("净稳定资金率（%）", "148.25", "151.66")),
}  # fmt: skip


def columns(entity: Entity) -> dict[str, list[Values]]:
    """``balance`` and ``income``: [this year, last year] of the group, then of the parent."""
    rng = random.Random(entity.seed)
    sheets, flows = FORMS[entity.kind]
    out: dict[str, list[Values]] = {"balance": [], "income": []}
    for share in (1.0, 0.92, 0.96, 0.885):
        size = round(entity.size * share)
        out["balance"].append(compute(sheets, size, rng))
        out["income"].append(compute(flows, size, rng))
    return out


def rows(form: Form, values: list[Values], decimals: int) -> list[list[str]]:
    return [[label, *(printed(v.get(label), decimals) for v in values)] for label, _ in form]


def profile(e: Entity) -> list[list[str]]:
    return [["公司的中文名称", e.name], ["公司的中文简称", e.short], ["法定代表人", e.representative], ["注册地址", e.address], ["股票简称", e.short], ["股票代码", e.code], ["会计师事务所", "砥明会计师事务所（特殊普通合伙）"]]


# -- bank: HTML, group and bank in one table -----------------------------------------------------
def write_bank(path: Path) -> None:
    e, c = BANK, columns(BANK)
    parts = [f"<h1>{e.name}</h1>", "<h1>2023年年度报告</h1>", "<h2>公司基本情况</h2>", table_html(profile(e), 0)]
    parts += ["<h2>会计数据和财务指标摘要</h2>", "<p>主要监管指标</p>", table_html([["项目", "2023年12月31日", "2022年12月31日"], *map(list, INDICATORS["bank"])], 1)]
    heads = {"balance": ("2023年12月31日", "2022年12月31日"), "income": ("2023年度", "2022年度")}
    for key, title, form in (("balance", "合并及银行资产负债表", BANK_BALANCE), ("income", "合并及银行利润表", BANK_INCOME)):
        date = "2023年12月31日" if key == "balance" else "2023年度"
        parts += [f"<h2>{title}</h2>", f"<p>{date}</p>", "<p>（除特别注明外，金额单位均为人民币百万元）</p>"]
        head = f"<tr><th rowspan='2'>项目</th><th colspan='2'>本集团</th><th colspan='2'>本行</th></tr><tr>{''.join(f'<th>{h}</th>' for h in heads[key] * 2)}</tr>"
        body = "".join("<tr>" + "".join(f"<td>{html.escape(t)}</td>" for t in row) + "</tr>" for row in rows(form, c[key], e.decimals))
        parts.append(f"<table>{head}{body}</table>")
    text = f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{e.name}2023年年度报告</title></head><body>{"".join(parts)}</body></html>'
    path.write_text(text, encoding="utf-8")


def table_html(body: list[list[str]], heads: int) -> str:
    def row(cells: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(t)}</{tag}>" for t in cells) + "</tr>"

    return "<table>" + "".join(row(r, "th" if k < heads else "td") for k, r in enumerate(body)) + "</table>"


# -- insurer: PDF --------------------------------------------------------------------------------
def write_insurer(path: Path, fonts: Fonts) -> None:
    total = 0
    for _ in range(2):
        w = Writer(path, fonts, "", f"{INSURER.name}　2022年年度报告")
        w.total = total
        compose_insurer(w)
        total = w.save()


def compose_insurer(w: Writer) -> None:
    e, c = INSURER, columns(INSURER)
    w.y -= 200
    w.line(e.name, 22, "c", 2)
    w.line("2022年年度报告", 20, "c", 2)
    w.new_page()
    w.chapter("第一节 公司简介")
    w.table(profile(e), TableStyle((150, 300), "ll", 10, header_rows=0))
    w.chapter("第二节 会计数据和财务指标摘要")
    w.heading("偿付能力")
    w.table([["项目", "2022年12月31日", "2021年12月31日"], *map(list, INDICATORS["insurer"])], TableStyle((190, 120, 120), "lrr", 9.5, borders="three"))
    w.new_page()
    w.chapter("第九节 财务报告")
    for k, who in ((0, "合并"), (2, "母公司")):
        for key, name, form, heads in (("balance", "资产负债表", INSURER_BALANCE, ("2022年12月31日", "2021年12月31日")), ("income", "利润表", INSURER_INCOME, ("2022年度", "2021年度"))):
            w.line(f"{who}{name}", 12, "c", 2)
            w.line("单位：人民币元", 9, "r")
            body = rows(form, c[key][k : k + 2], e.decimals)
            if k:
                body = [r for r in body if not r[0].startswith(("归属于母公司", "少数股东"))]
            w.table([["项目", *heads], *body], TableStyle((230, 110, 110), "lrr", 9, borders="three"))


# -- broker: DOCX --------------------------------------------------------------------------------
def write_broker(path: Path) -> None:
    e, c = BROKER, columns(BROKER)
    doc = Document()
    doc.add_heading(e.name, 0)
    doc.add_heading("2023年年度报告", 0)
    doc.add_heading("第二节 公司简介和主要财务指标", 1)
    add_table(doc, profile(e))
    doc.add_heading("母公司的净资本及风险控制指标", 2)
    add_table(doc, [["项目", "本报告期末", "上年度末"], *map(list, INDICATORS["broker"])])
    doc.add_heading("第十节 财务报告", 1)
    for k, who in ((0, "合并"), (2, "母公司")):
        for key, name, form, heads in (("balance", "资产负债表", BROKER_BALANCE, ("2023年12月31日", "2022年12月31日")), ("income", "利润表", BROKER_INCOME, ("2023年度", "2022年度"))):
            doc.add_heading(f"{who}{name}", 2)
            doc.add_paragraph("单位：元 币种：人民币").alignment = WD_ALIGN_PARAGRAPH.RIGHT
            body = rows(form, c[key][k : k + 2], e.decimals)
            if k:
                body = [r for r in body if "归属于母公司" not in r[0] and "少数股东" not in r[0]]
            add_table(doc, [["项目", *heads], *body])
    doc.save(str(path))


def add_table(doc: Document, body: list[list[str]]) -> None:
    table = doc.add_table(rows=0, cols=len(body[0]))
    table.style = "Table Grid"
    for row in body:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
