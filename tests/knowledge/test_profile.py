"""Company information in the print of both exchanges, in prose and in prospectuses."""

from __future__ import annotations

from dataclasses import replace

from caiwen.knowledge import profile
from caiwen.records import Document, Filing, FilingKind
from tests.knowledge.paper import ANNUAL, paper, table


def said(document: Document, filing: Filing = ANNUAL) -> dict[str, str | None]:
    facts = profile.extract(document, filing)
    assert all(f.value is None and f.kind == "text" for f in facts)
    return {f.item + "".join(f.dimensions.values()): f.text for f in facts}


SHANGHAI = (
    table(
        [
            ["公司的中文名称", "甲乙股份有限公司"],
            ["公司的外文名称", "Jia Yi Co.,\nLtd."],
            ["公司的法定代表人", "张三"],
        ]
    ),
    table(
        [
            ["", "董事会秘书", "证券事务代表"],
            ["姓名", "李四", "王五"],
            ["电话", "010-1", "010-2"],
            ["电子信箱", "li@jia.cn", "wang@jia.cn"],
        ]
    ),
    table(
        [
            ["公司注册地址", "某省某市\n某路1号"],
            ["公司注册地址的邮政编码", "100000"],
            ["电子信箱", "ir@jia.cn"],
        ]
    ),
    table(
        [
            ["股票种类", "股票上市交易所", "股票简称", "股票代码", "变更前股票简称"],
            ["A股", "上海证券交易所", "甲乙股份", "600999", "甲乙科技"],
            ["H股", "香港联交所", "甲乙股份", "09999", "-"],
        ]
    ),
    table(
        [
            ["公司聘请的会计师事务所（境内）", "名称", "丙丁会计师事务所"],
            ["^", "办公地址", "某市会计路2号"],
            ["^", "签字会计师姓名", "赵六、钱七"],
        ]
    ),
)


def test_shanghai_print() -> None:
    found = said(paper(*SHANGHAI))
    assert found["公司名称"] == "甲乙股份有限公司"
    assert found["外文名称"] == "Jia Yi Co., Ltd."
    assert found["法定代表人"] == "张三"
    assert found["注册地址"] == "某省某市某路1号"
    assert found["注册地址邮政编码"] == "100000"
    assert (found["董事会秘书"], found["联系电话"]) == ("李四", "010-1")
    assert (found["电子信箱"], found["电子信箱董事会秘书"]) == ("ir@jia.cn", "li@jia.cn")
    assert (found["股票代码"], found["股票代码H股"]) == ("600999", "09999")
    assert found["变更前股票简称"] == "甲乙科技"
    assert (found["会计师事务所"], found["会计师事务所办公地址"]) == ("丙丁会计师事务所", "某市会计路2号")
    assert found["签字会计师"] == "赵六、钱七"
    assert "办公地址" not in found


def test_shenzhen_print_in_four_columns() -> None:
    about = table(
        [
            ["股票简称", "甲乙股份", "股票代码", "300999"],
            ["公司的中文名称", "甲乙股份有限公司", "<", "<"],
            ["公司的外文名称缩写（如有）", "", "<", "<"],
            ["办公地址", "某市某街3号", "<", "<"],
            ["公司网址", "http://www.jia.cn", "<", "<"],
        ]
    )
    sponsor = table(
        [
            ["保荐机构名称", "保荐机构办公地址", "保荐代表人姓名"],
            ["戊己证券股份有限公司", "某市某路4号", "孙八"],
        ],
        caption="公司聘请的报告期内履行持续督导职责的保荐机构",
    )
    found = said(paper(about, sponsor))
    assert (found["股票简称"], found["股票代码"]) == ("甲乙股份", "300999")
    assert found["公司网址"] == "http://www.jia.cn"
    assert found["保荐机构"] == "戊己证券股份有限公司"
    assert "外文名称缩写" not in found
    assert found["办公地址"] == "某市某街3号"


def test_prose_stops_at_the_next_label() -> None:
    text = (
        "1.1.1 法定中文名称：甲乙股份有限公司（简称：甲乙股份）法定英文名称：Jia Yi Co.1.1.2 法定代表人：张三授权代表：李四"
        "注册及办公地址：某市某路5号联系电话：010-3国内会计师事务所：丙丁会计师事务所办公地址：某市会计路2号"
    )
    found = said(paper(text))
    assert found["公司名称"] == "甲乙股份有限公司"
    assert found["法定代表人"] == "张三"
    assert found["注册地址"] == found["办公地址"] == "某市某路5号"
    assert found["会计师事务所"] == "丙丁会计师事务所"
    assert found["会计师事务所办公地址"] == "某市会计路2号"


def test_a_value_run_into_an_unknown_label_is_left_out() -> None:
    assert "法定代表人" not in said(paper("公司的中文名称：甲乙股份有限公司；法定代表人：张三某某部门：李四"))


def test_owners_by_column_by_section_and_by_note() -> None:
    base = table([["公司的中文名称", "甲乙股份有限公司"]])
    names = table(
        [["控股股东姓名", "国籍"], ["张三", "中国"], ["李四", "中国"], ["主要职业及职务", "张三任董事长。"]]
    )
    person = table([["姓名", "张三"], ["国籍", "中国"]])
    found = said(paper(base, names, "(二)实际控制人情况", "2 自然人", person))
    assert (found["控股股东"], found["实际控制人"]) == ("张三、李四", "张三")
    told = said(paper(base, "本企业最终控制方是某市国资委。"))
    assert told == {"公司名称": "甲乙股份有限公司", "实际控制人": "某市国资委"}


def test_a_company_without_owner_says_so() -> None:
    base = table([["公司的中文名称", "甲乙股份有限公司"]])
    found = said(
        paper(
            base, "(一)控股股东情况", "3 公司不存在控股股东情况的特别说明", "公司股权分散，不存在控股股东。"
        )
    )
    assert found["控股股东"] == "不存在控股股东"


def test_only_the_issuers_card_of_a_prospectus() -> None:
    filing = replace(ANNUAL, kind=FilingKind.PROSPECTUS, period="2019")
    found = said(
        paper(
            "（一）发行人", "名 称： 甲乙股份有限公司", "法定代表人： 张三", "住 所：某市某路6号", "互联网网址：http://www.jia.cn",
            "（二）保荐人", "名 称： 戊己证券股份有限公司", "法定代表人： 孙八",
        ),
        filing,
    )  # fmt: skip
    assert found == {
        "公司名称": "甲乙股份有限公司", "法定代表人": "张三", "注册地址": "某市某路6号", "公司网址": "http://www.jia.cn",
    }  # fmt: skip


def test_a_banks_grouped_cells() -> None:
    rows = [
        ["法定中文名称：", "甲乙银行股份有限公司（中文简称“甲乙银行”）"],
        ["董事会秘书：", "李四"],
        ["^", "联系电话： 010-5"],
        ["^", "E-mail： ir@jia.cn"],
        ["中国注册和办公地址：", "某市金融街 3号"],
        ["A股股票上市地点、简称、代码：", "股票代码： 601999"],
        ["H股股票上市地点、简称、代码：", "股票代码： 1999"],
        ["国内审计师：", "丙丁会计师事务所（特殊普通合伙）"],
        ["^", "办公地址： 某市会计路2号"],
        ["国际审计师：", "戊己会计师行"],
    ]
    found = said(paper(table(rows)))
    assert found["公司名称"] == "甲乙银行股份有限公司"
    assert (found["董事会秘书"], found["联系电话"]) == ("李四", "010-5")
    assert found["注册地址"] == found["办公地址"] == "某市金融街3号"
    assert (found["股票代码"], found["股票代码H股"]) == ("601999", "1999")
    assert (found["会计师事务所"], found["会计师事务所办公地址"]) == (
        "丙丁会计师事务所（特殊普通合伙）",
        "某市会计路2号",
    )


def test_auditors_at_home_and_abroad_with_run_together_cells() -> None:
    rows = [
        [
            "公司聘请的会计师事务所（境 内）",
            "名 称 办公地址",
            "丙丁会计师事务所（特殊普通合伙） 某市会计路 2号",
        ],
        ["", "签字会计师姓名", "赵六 钱七"],
        ["公司聘请的会计师事务所（境外）", "名称", "戊己会计师行"],
        ["", "办公地址", "香港"],
    ]
    found = said(paper(table([["公司的中文名称", "甲乙股份有限公司"]]), table(rows)))
    assert (found["会计师事务所"], found["会计师事务所办公地址"]) == (
        "丙丁会计师事务所（特殊普通合伙）",
        "某市会计路2号",
    )
    assert found["签字会计师"] == "赵六、钱七"
    assert "办公地址" not in found


def test_the_firm_keeps_its_form_when_two_labels_share_a_cell() -> None:
    auditor = table(
        [
            [
                "公司聘请的会计师事务所（境内）",
                "名称 办公地址",
                "甲乙会计师事务所 （特殊普通合伙） 某市某区某路1号 大楼17层",
            ],
            ["^", "签字会计师姓名", "张三 李四"],
        ]
    )
    found = said(paper(SHANGHAI[0], auditor))
    assert found["会计师事务所"] == "甲乙会计师事务所（特殊普通合伙）"
    assert found["会计师事务所办公地址"] == "某市某区某路1号大楼17层"


def test_a_card_gives_each_postcode_to_the_address_above_it() -> None:
    prospectus = replace(ANNUAL, kind=FilingKind.PROSPECTUS)
    lines = [
        "公司名称：甲乙股份有限公司",
        "英文名称：JIA YI CO.,LTD.注册资本：9,684万元",
        "住所：某市某路1号",
        "邮政编码：100000",
    ]
    found = said(paper(*lines), prospectus)
    assert found["外文名称"] == "JIA YI CO.,LTD."
    assert found["注册地址邮政编码"] == "100000"
    assert "办公地址邮政编码" not in found
    both = said(paper(*lines[:3], "办公地址：某市另路2号", "邮政编码：100001"), prospectus)
    assert both["办公地址邮政编码"] == "100001"


def test_an_address_glued_to_the_firm_is_no_part_of_its_name() -> None:
    company = table([["公司的中文名称", "戊己股份有限公司"], ["股票代码", "600999"]])

    def firm(text: str) -> str | None:
        return said(paper(company, table([["境内会计师事务所名称", text]])))["会计师事务所"]

    assert (
        firm("甲乙会计师事务所（特殊普通合伙） 某市某区某路1号大楼17层") == "甲乙会计师事务所（特殊普通合伙）"
    )
    assert firm("甲乙会计师事务所、丙丁会计师事务所") == "甲乙会计师事务所、丙丁会计师事务所"
