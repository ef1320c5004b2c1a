"""What a document is, from made-up covers of many kinds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caiwen.knowledge.filing import recognise
from caiwen.records import Document, FilingKind, Paragraph
from tests.knowledge.paper import paper, table

OATH = "本公司董事会保证年度报告内容的真实、准确、完整，不存在虚假记载、误导性陈述或重大遗漏。"


def cover(*lines: str, name: str = "x.pdf", oath: bool = True) -> Document:
    return replace(paper(*lines, *([OATH] if oath else [])), name=name)


@pytest.mark.parametrize(
    ("lines", "kind", "period"),
    [
        (("山河机械股份有限公司", "2021 年年度报告"), FilingKind.ANNUAL, "2021"),
        (("山河机械股份有限公司2021年度报告",), FilingKind.ANNUAL, "2021"),
        (("山河机械股份有限公司", "年度报告", "年度报告2021"), FilingKind.ANNUAL, "2021"),
        (("山河机械股份有限公司", "二〇二一年年度报告"), FilingKind.ANNUAL, "2021"),
        (("山河机械股份有限公司", "2021年年度报告摘要"), FilingKind.ANNUAL_SUMMARY, "2021"),
        (("山河机械股份有限公司2021年年度报告全文（修订版）",), FilingKind.ANNUAL, "2021"),
        (("山河机械股份有限公司", "2022 年半年度报告"), FilingKind.INTERIM, "2022H1"),
        (("山河机械股份有限公司", "2022年半年度报告摘要"), FilingKind.INTERIM_SUMMARY, "2022H1"),
        (("山河机械股份有限公司", "2022 年第一季度报告"), FilingKind.Q1, "2022Q1"),
        (("山河机械股份有限公司", "2022年三季度报告"), FilingKind.Q3, "2022Q3"),
        (
            ("SHANHE MACHINERY CO., LTD.", "山河机械股份有限公司", "Annual Report 2021"),
            FilingKind.ANNUAL,
            "2021",
        ),
    ],
)
def test_reports(lines: tuple[str, ...], kind: FilingKind, period: str) -> None:
    filing = recognise(cover(*lines))
    assert (filing.kind, filing.period, filing.issuer) == (kind, period, "山河机械股份有限公司")


def test_a_cover_run_into_one_line() -> None:
    text = "2023年年度报告公司代码：600999公司简称：三川重工三川重工股份有限公司2023 年年度报告1 / 247"
    filing = recognise(cover(text))
    assert (filing.issuer, filing.short_name, filing.code) == ("三川重工股份有限公司", "三川重工", "600999")


def test_the_corrected_reissue_says_so() -> None:
    assert "更正" in recognise(cover("山河机械股份有限公司", "2021年年度报告（更正后）")).title


@pytest.mark.parametrize(
    "line",
    [
        "关于2021年年度报告的更正公告",
        "关于对山河机械股份有限公司2021年年度报告的问询函",
        "山河机械股份有限公司2021年年度报告业绩说明会",
    ],
)
def test_speaking_about_a_report_is_no_report(line: str) -> None:
    assert recognise(cover(line, oath=False)).kind not in (FilingKind.ANNUAL, FilingKind.ANNUAL_SUMMARY)


def test_a_news_item_that_mentions_a_report() -> None:
    text = (
        "财联社4月1日电，山河机械披露2021年年度报告，公司全年实现营业收入30亿元，同比增长12%，拟每10股派2元。"
    )
    assert recognise(replace(paper(text), format="html")).kind is FilingKind.NEWS


def test_the_code_stands_in_the_table_and_the_a_share_goes_first() -> None:
    shares = table(
        [
            ["股票种类", "股票上市交易所", "股票简称", "股票代码"],
            ["B股", "上海证券交易所", "山河B股", "900999"],
            ["A股", "上海证券交易所", "山河机械", "600999"],
        ]
    )
    filing = recognise(paper("山河机械股份有限公司", "2021年年度报告", OATH, shares))
    assert filing.code == "600999"


def test_the_legal_name_beside_its_label_beats_the_cover() -> None:
    about = table([["公司的中文名称", "山河机械（集团）股份有限公司"], ["公司的中文简称", "山河机械"]])
    filing = recognise(paper("山河机械股份公司", "2021年年度报告", OATH, about))
    assert (filing.issuer, filing.short_name) == ("山河机械（集团）股份有限公司", "山河机械")


def test_prospectus_without_its_sponsor() -> None:
    sheet = [["项目", "2020年12月31日", "2019年12月31日"], ["资产总计", "10", "9"]]
    filing = recognise(
        paper(
            "山河机械股份有限公司", "首次公开发行股票招股说明书", "保荐人（主承销商）", "远山证券股份有限公司",
            *[table(sheet) for _ in range(3)],
        )
    )  # fmt: skip
    assert (filing.kind, filing.issuer, filing.period) == (
        FilingKind.PROSPECTUS,
        "山河机械股份有限公司",
        "2020",
    )


def test_dates_of_publication() -> None:
    assert (
        recognise(cover("山河机械股份有限公司", "2021年年度报告", "2022 年 4 月 19 日")).published
        == "2022-04-19"
    )
    assert (
        recognise(cover("山河机械股份有限公司", "2021年年度报告", "二〇二二年四月十九日")).published
        == "2022-04-19"
    )
    assert (
        recognise(cover("甲股份有限公司", "2021年年度报告", name="600999_20220420_AB.pdf")).published
        == "2022-04-20"
    )
    assert (
        recognise(cover("甲股份有限公司", "2021年年度报告", name="600999_20210420_AB.pdf")).published is None
    )


def test_statutes_and_their_last_amendment() -> None:
    law = paper(
        "中华人民共和国山河法",
        "1999年1月1日第一届全国人民代表大会通过",
        "2020年3月4日修订",
        "2021年1月1日 施行",
        "第一条 依法公开募集的，应当报送招股说明书。",
    )
    filing = recognise(law)
    assert (filing.kind, filing.published) == (FilingKind.POLICY, "2020-03-04")
    newer = recognise(replace(law, name="山河法(2023-05-06).md"))
    assert newer.published == "2023-05-06"


def test_other_kinds() -> None:
    assert recognise(replace(paper("基金讲义"), format="md")).kind is FilingKind.TEXTBOOK
    assert recognise(paper("远山证券研究报告", "投资评级：买入", "分析师声明")).kind is FilingKind.RESEARCH
    assert recognise(replace(paper(), format="xlsx")).kind is FilingKind.DATA
    assert recognise(paper()).kind is FilingKind.OTHER


@pytest.mark.parametrize(
    ("issuer", "sector"),
    [
        ("山河银行股份有限公司", "bank"),
        ("山河人寿保险股份有限公司", "insurer"),
        ("山河证券股份有限公司", "broker"),
        ("山河银行卡制造股份有限公司", "general"),
    ],
)
def test_sector_by_name(issuer: str, sector: str) -> None:
    assert recognise(cover(issuer, "2021年年度报告")).sector == sector


def test_sector_by_lines_with_figures_only() -> None:
    lines = ["已赚保费", "保险业务收入", "赔付支出", "保户质押贷款", "存出资本保证金"]
    filled = table([["项目", "2021年"], *([line, "1,000.00"] for line in lines)])
    blank = table([["项目", "2021年"], *([line, ""] for line in lines)])
    assert recognise(paper("山河控股股份有限公司", "2021年年度报告", OATH, filled)).sector == "insurer"
    assert recognise(paper("山河控股股份有限公司", "2021年年度报告", OATH, blank)).sector == "general"


def test_the_file_name_fills_gaps_only_where_it_fits() -> None:
    lines = ("深圳山河生物医疗电子股份有限公司", "2021年年度报告")
    filing = recognise(cover(*lines, name="300999_山河医疗_2021.pdf"))
    assert (filing.code, filing.short_name) == ("300999", "山河医疗")
    other = recognise(cover(*lines, name="300999_远山科技_2021.pdf"))
    assert (other.code, other.short_name) == (None, None)


def test_nothing_at_all_is_no_error() -> None:
    assert recognise(paper(Paragraph(""))).kind is FilingKind.OTHER
