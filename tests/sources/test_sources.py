"""Structured sources: mappings, quirks of real exports, provenance."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import create_engine, text

from caiwen.errors import ConfigError, DocumentError
from caiwen.records import Fact, Scope, Span, Status
from caiwen.sources import Mapping, load_mapping, open_source, preset_names
from caiwen.sources.reading import read_directory
from caiwen.store import FactFilter
from caiwen.workspace import Workspace

HEAD = ["代码", "简称", "年份", "营业收入", "净利润", "基本每股收益", "资产总计", "负债合计"]
WIDE = {"code": "代码", "short_name": "简称", "period": "年份", "missing": ["-1.0"]}


def mapping(**table: object) -> Mapping:
    return Mapping.model_validate({"name": "测试源", "tables": [table]})


def workbook(path: Path, rows: list[list[object]], sheet: str = "数据") -> Path:
    book = Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def read(path: Path | str, source: Mapping) -> tuple[list[Fact], list[str]]:
    reading = open_source(path, source)
    return list(reading.facts()), reading.warnings


def value(facts: list[Fact], code: str, item: str, period: str) -> Decimal | None:
    found = [f.value for f in facts if (f.code, f.item, f.period) == (code, item, period)]
    assert len(found) <= 1
    return found[0] if found else None


def test_a_wide_table_gives_exact_values_with_their_place(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", [HEAD, ["2099", "甲药业", 2021, "12345678901234.56", -0.1, 0.3, 5, "3"]]
    )
    facts, _ = read(path, mapping(**WIDE))
    revenue = next(f for f in facts if f.item == "营业收入")
    assert (revenue.code, revenue.value, revenue.unit, revenue.span) == (
        "002099",
        Decimal("12345678901234.56"),
        "元",
        Span.YTD,
    )
    place = revenue.observation
    assert (place.sheet, place.row, place.column, place.label) == ("数据", 1, 3, "营业收入")
    assert value(facts, "002099", "净利润", "2021") == Decimal("-0.1")
    assert next(f for f in facts if f.item == "资产总计").span is Span.INSTANT
    assert next(f for f in facts if f.item == "基本每股收益").unit == "元/股"


def test_a_sentinel_is_missing_unless_the_row_says_it_is_a_loss(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["600001", "乙", 2020, -1.0, 500, -1.0, -1, 3],
        ["600002", "丙", 2020, 9, "-777.5", "-1.0", 8, 2],
    ]
    columns = {
        "基本每股收益": {"item": "基本每股收益", "missing": [{"value": "-1", "unless_negative": "净利润"}]}
    }
    facts, _ = read(workbook(tmp_path / "a.xlsx", rows), mapping(**WIDE, columns=columns))
    assert value(facts, "600001", "营业收入", "2020") is None
    assert value(facts, "600001", "基本每股收益", "2020") is None
    assert value(facts, "600001", "资产总计", "2020") is None
    assert value(facts, "600002", "基本每股收益", "2020") == -1


def test_a_row_on_the_wrong_scale_is_flagged_and_kept(tmp_path: Path) -> None:
    good = [5_000_000_000, 300_000_000, 1.2, 9_000_000_000, 4_000_000_000]
    small = [620_000, 35_000, 1.4, 1_000_000, 410_000]
    rows = [
        HEAD,
        ["300750", "丁", 2020, *good],
        ["300750", "丁", 2021, *small],
        ["600003", "戊", 2021, *good],
    ]
    facts, warnings = read(workbook(tmp_path / "a.xlsx", rows), mapping(**WIDE))
    flagged = [f for f in facts if f.status is Status.CONFLICT]
    assert {(f.code, f.period) for f in flagged} == {("300750", "2021")}
    assert all("万元" in check for f in flagged for check in f.checks)
    assert "基本每股收益" not in {f.item for f in flagged}
    assert any("量级可疑" in line and "第 3 行" in line for line in warnings)


def test_a_single_row_far_too_small_is_flagged_when_the_mapping_says_how_small(tmp_path: Path) -> None:
    rows = [HEAD, ["600941", "己", 2021, 848258, 116148, 5.67, 1841327, 600000]]
    path = workbook(tmp_path / "a.xlsx", rows)
    assert not [f for f in read(path, mapping(**WIDE))[0] if f.status is Status.CONFLICT]
    assert [f for f in read(path, mapping(**WIDE, smallest_row=5_000_000))[0] if f.status is Status.CONFLICT]


def test_repeated_company_years_count_once_when_equal_and_conflict_when_not(tmp_path: Path) -> None:
    row = ["600001", "乙", 2020, 10, 2, 0.1, 20, 5]
    rows = [HEAD, row, row, ["600002", "丙", 2020, 1, 2, 3, 4, 5], ["600002", "丙", 2020, 7, 2, 3, 4, 5]]
    facts, warnings = read(workbook(tmp_path / "a.xlsx", rows), mapping(**WIDE))
    assert value(facts, "600001", "营业收入", "2020") == 10
    both = [f for f in facts if f.code == "600002" and f.item == "营业收入"]
    assert {f.value for f in both} == {1, 7}
    assert all(f.status is Status.CONFLICT for f in both)
    assert any("多行" in line for line in warnings)


def test_words_and_amounts_in_number_cells(tmp_path: Path) -> None:
    rows = [HEAD, ["600001", "乙", "2020年报", "1,234.50", "约三亿", "0.5", "12.3亿元", "(1,000)"]]
    facts, warnings = read(workbook(tmp_path / "a.xlsx", rows), mapping(**WIDE, unit="万元"))
    assert value(facts, "600001", "营业收入", "2020") == Decimal("12345000")
    assert value(facts, "600001", "资产总计", "2020") == Decimal("1230000000")
    assert value(facts, "600001", "负债合计", "2020") == Decimal("-10000000")
    assert value(facts, "600001", "基本每股收益", "2020") == Decimal("0.5")
    assert value(facts, "600001", "净利润", "2020") is None
    assert any("不是数字" in line and "约三亿" in line for line in warnings)


def test_a_long_table_with_its_own_units_and_scopes(tmp_path: Path) -> None:
    lines = [
        "代码,期间,口径,指标,数值,单位",
        "600001,2023-12-31,A,营业收入,12.5,万元",
        "600001,20231231,B,营业收入,7,万元",
        "600001,2023Q3,A,毛利率,31.2,%",
    ]
    path = tmp_path / "long.csv"
    path.write_bytes("\n".join(lines).encode("gb18030"))
    table = {
        "layout": "long",
        "code": "代码",
        "period": "期间",
        "scope": "口径",
        "item": "指标",
        "value": "数值",
        "unit_column": "单位",
    }
    facts, _ = read(path, mapping(**table, values={"口径": {"A": "consolidated", "B": "parent"}}))
    found = {(f.item, f.period, f.scope): (f.value, f.unit) for f in facts}
    assert found[("营业收入", "2023", Scope.CONSOLIDATED)] == (Decimal(125000), "元")
    assert found[("营业收入", "2023", Scope.PARENT)] == (Decimal(70000), "元")
    assert found[("毛利率", "2023Q3", Scope.CONSOLIDATED)] == (Decimal("31.2"), "%")


def test_headers_that_carry_period_and_unit(tmp_path: Path) -> None:
    head = [
        "证券代码",
        "证券简称",
        "营业收入\n[报告期] 2022年报\n[单位] 亿元",
        "营业收入\n[报告期] 2021年报\n[单位] 亿元",
        "所属行业",
    ]
    path = workbook(tmp_path / "wind.xlsx", [head, ["600001.SH", "乙", 3.25, 2.5, "医药"]])
    facts, _ = read(path, load_mapping("wind"))
    assert value(facts, "600001", "营业收入", "2022") == Decimal("325000000")
    assert value(facts, "600001", "营业收入", "2021") == Decimal("250000000")


def test_vendor_headers_in_one_line_or_three(tmp_path: Path) -> None:
    head = [
        "证券代码",
        "证券名称",
        "营业收入(万元)2022.12.31",
        "净利润\n单位:元\n报告期:2021年年报",
        "净资产收益率(%)2022.12.31",
    ]
    path = workbook(tmp_path / "ths.xlsx", [head, ["600001.SH", "乙", 3.25, "--", 7.5]])
    facts, _ = read(path, load_mapping("ifind"))
    assert value(facts, "600001", "营业收入", "2022") == Decimal("32500")
    assert value(facts, "600001", "净利润", "2021") is None


def test_field_codes_with_two_lines_below_them(tmp_path: Path) -> None:
    head = ["Stkcd", "ShortName", "Accper", "Typrep", "B001101000", "B003000000"]
    rows = [
        head,
        ["证券代码", "简称", "截止日期", "报表类型", "营业收入", "基本每股收益"],
        ["没有单位", "", "", "", "元", "元"],
    ]
    rows += [
        ["000001", "乙", "2022-12-31", "A", "500", "1.1"],
        ["000001", "乙", "2022-12-31", "B", "400", ""],
    ]
    facts, _ = read(workbook(tmp_path / "FS.xlsx", rows), load_mapping("csmar"))
    assert {(f.scope, f.value) for f in facts if f.item == "营业收入"} == {
        (Scope.CONSOLIDATED, 500),
        (Scope.PARENT, 400),
    }


def test_a_database_gives_facts_and_a_dead_one_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("create table 利润表 (代码 text, 年份 integer, 营业收入 text, 净利润 real)"))
        connection.execute(text("insert into 利润表 values ('600001', 2023, '12345678901234567.89', 0.1)"))
    source = mapping(table="利润表", code="代码", period="年份")
    facts, _ = read(url, source)
    assert value(facts, "600001", "营业收入", "2023") == Decimal("12345678901234567.89")
    assert facts[0].observation.sheet == "利润表"
    with pytest.raises(DocumentError, match="认不出这个数据库地址") as caught:
        read("postgresql+nodriver://u:secret@localhost:1/x", source)
    assert "secret" not in str(caught.value)
    with pytest.raises(DocumentError, match="数据库里没有表「没有这张表」"):
        read(url, mapping(table="没有这张表", code="代码", period="年份"))
    with pytest.raises(DocumentError, match="没有这个数据库文件"):
        read(f"sqlite:///{tmp_path / 'none.db'}", source)
    assert not (tmp_path / "none.db").exists()


def test_an_empty_table_beside_others_is_told_and_passed_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with create_engine(url).begin() as connection:
        connection.execute(text("create table 空 (代码 text, 年份 integer, 营业收入 text)"))
        connection.execute(text("create table 满 (代码 text, 年份 integer, 营业收入 text)"))
        connection.execute(text("insert into 满 values ('600001', 2023, '5')"))
    tables = [{"table": name, "code": "代码", "period": "年份"} for name in ("空", "满")]
    facts, warnings = read(url, Mapping.model_validate({"name": "库", "tables": tables}))
    assert len(facts) == 1
    assert "表里没有数据行" in warnings[0]


def test_units_mixed_in_one_column_are_told(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["600001", "甲", 2020, "12.3亿元", 1, 1, 1, 1],
        ["600001", "甲", 2021, "1300000000", 1, 1, 1, 1],
    ]
    facts, warnings = read(workbook(tmp_path / "a.xlsx", rows), mapping(**WIDE))
    assert value(facts, "600001", "营业收入", "2020") == 1230000000
    assert any("营业收入（第 2 行 12.3亿元，第 3 行 1300000000）" in line for line in warnings)


def test_the_report_of_a_dead_database_hides_its_password(tmp_path: Path) -> None:
    made = Workspace.init(tmp_path / "w")
    path = tmp_path / "m.yaml"
    path.write_text("name: x\ntables: [{table: t, code: c, period: p}]\n", encoding="utf-8")
    (failure,) = made.ingest(["postgresql+nodriver://u:secret@localhost:1/x"], mapping=path).failures
    assert "secret" not in str(failure)


def test_full_names_come_from_a_directory_table(tmp_path: Path) -> None:
    directory = workbook(
        tmp_path / "名录.xlsx",
        [
            ["code", "full", "short", "year"],
            ["600001", "乙甲股份有限公司", "乙甲", 2020],
            ["600001", "新乙股份有限公司", "新乙", 2021],
        ],
    )
    data = workbook(
        tmp_path / "数.xlsx",
        [HEAD, ["600001", "乙甲", 2020, 10, 2, 0.1, 20, 5], ["600001", "新乙", 2021, 10, 2, 0.1, 20, 5]],
    )
    source = Mapping.model_validate(
        {
            "name": "测试",
            "tables": [
                {
                    "file": "名录*",
                    "layout": "companies",
                    "code": "code",
                    "entity": "full",
                    "short_name": "short",
                    "period": "year",
                },
                {"file": "*", **WIDE},
            ],
        }
    )
    names = read_directory([directory, data], source)
    reading = open_source(data, source, directory=names)
    facts = list(reading.facts())
    assert reading.names == {("600001", "乙甲"), ("600001", "新乙")}
    assert {(f.period, f.entity) for f in facts} == {
        ("2020", "乙甲股份有限公司"),
        ("2021", "新乙股份有限公司"),
    }


@pytest.mark.parametrize(
    "given",
    [{"codes": "代码"}, {"code": "代码", "header": {"pattern": "("}}, {"code": "代码", "header_row": 0}],
)
def test_a_wrong_mapping_is_refused(given: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    import yaml

    path.write_text(yaml.safe_dump({"name": "x", "tables": [given]}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_mapping(path)
    assert str(path) in str(caught.value)
    if "codes" in given:
        assert "是不是 code" in str(caught.value)


def test_missing_columns_are_all_named_and_empty_sheets_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ["600001", "乙", 2020, 10, 2, 0.1, 20, 5]])
    with pytest.raises(ConfigError, match="没有的列、也没有"):
        read(path, mapping(code="代码", period="年份", columns={"没有的列": "营业收入", "也没有": "净利润"}))
    with pytest.raises(DocumentError, match="没有数据行"):
        read(workbook(tmp_path / "b.xlsx", [HEAD]), mapping(**WIDE))
    with pytest.raises(DocumentError, match="没有工作表"):
        read(path, mapping(**WIDE, sheet="别的"))


def test_every_preset_loads() -> None:
    assert {"finglm", "wind", "ifind", "csmar"} <= set(preset_names())
    for name in preset_names():
        assert load_mapping(name).tables


def test_a_directory_table_gives_the_names_as_facts(tmp_path: Path) -> None:
    table = workbook(
        tmp_path / "名录.xlsx",
        [
            ["code", "full", "short", "year", "file"],
            ["1", "乙甲股份有限公司", "乙甲", 2020, "年报"],
            ["1", "乙甲股份有限公司", "乙甲", 2020, "更正后的年报"],
            ["2", "丙丁股份有限公司", "丙丁", 2020, "年报"],
            ["2", "丙丁股份有限公司", "丙戊", 2020, "更正后的年报"],
        ],
    )
    named = {"layout": "companies", "code": "code", "entity": "full", "short_name": "short", "period": "year"}
    source = Mapping.model_validate({"name": "测试", "tables": [named]})
    reading = open_source(table, source)
    facts = list(reading.facts())
    first = {f.item: f.text for f in facts if f.code == "000001"}
    assert first == {"股票代码": "1", "公司名称": "乙甲股份有限公司", "股票简称": "乙甲"}
    assert len([f for f in facts if f.code == "000001"]) == 3
    assert {f.status for f in facts if f.code == "000001"} == {Status.UNVERIFIED}
    assert {f.status for f in facts if f.code == "000002"} == {Status.CONFLICT}
    assert reading.names == {("000001", "乙甲"), ("000002", "丙丁"), ("000002", "丙戊")}


def test_reading_the_folder_again_keeps_what_a_mapping_read(tmp_path: Path) -> None:
    made = Workspace.init(tmp_path / "w")
    table = tmp_path / "材料" / "营收.csv"
    table.parent.mkdir()
    table.write_text("代码,简称,年份,营业收入\n600001,甲乙股份,2020,1200000\n", encoding="utf-8")
    path = tmp_path / "m.yaml"
    path.write_text(
        "name: x\ntables: [{file: '*.csv', code: 代码, short_name: 简称, period: 年份}]\n", encoding="utf-8"
    )
    made.ingest([table], mapping=path)
    for force in (False, True):
        made.ingest([table.parent], force=force)
        assert [fact.value for fact in made.store.facts(FactFilter())] == [1200000]

    table.write_text("代码,简称,年份,营业收入\n600001,甲乙股份,2020,1300000\n", encoding="utf-8")
    (told,) = made.ingest([table.parent]).files
    assert "--mapping" in told.reason
    assert [fact.value for fact in made.store.facts(FactFilter())] == [1200000]
    made.ingest([table], mapping=path)
    assert [fact.value for fact in made.store.facts(FactFilter())] == [1300000]
