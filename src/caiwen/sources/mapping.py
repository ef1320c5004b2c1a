"""What a mapping file may say. Unknown keys are refused; all errors are reported at once."""

from __future__ import annotations

import difflib
import re
from fnmatch import fnmatch
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from caiwen.errors import ConfigError


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Missing(Strict):
    """A cell text that stands for "no value"."""

    value: str = Field(description="代表缺失的单元格内容，如 -1.0")
    unless_negative: str | None = Field(
        None, description="当这一列为负数时不算缺失（每股亏损正好 1.00 元的情形）"
    )


def _missing(given: Any) -> Any:
    """``"-1.0"`` is short for ``{value: "-1.0"}``; numbers are taken as their text."""
    return given if isinstance(given, dict | Missing) else {"value": str(given)}


MissingRule = Annotated[Missing, BeforeValidator(_missing)]


class ColumnMapping(Strict):
    """One column: which item it holds, and how its cells are to be read."""

    item: str | None = Field(None, description="标准项目名；省略时按列名查项目分类表")
    unit: str | None = Field(
        None, description="这一列的单位（元、万元、%、股……）；省略时按列名、表、项目依次推定"
    )
    missing: list[MissingRule] | None = Field(None, description="这一列的缺失标记；给出时代替表的缺失标记")
    scope: Literal["consolidated", "parent"] | None = Field(None, description="合并或母公司")
    dimensions: dict[str, str] = Field(default_factory=dict, description="维度，如 {分地区: 境外}")


class Header(Strict):
    """How to read column names that carry more than the item, as vendors' wide exports do."""

    pattern: str = Field(description="正则，命名组 item 必有，period、unit、scope 可有")
    separator: str = Field("\n", description="列名中的换行统一成的字符")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            compiled = re.compile(value)
        except re.error as error:
            raise ValueError(f"正则写错了：{error}") from error
        if "item" not in compiled.groupindex:
            raise ValueError("正则里要有命名组 (?P<item>…)")
        return value


class TableMapping(Strict):
    """One table: a sheet, a CSV or Parquet file, an SQL table or query."""

    file: str = Field("*", description="文件名或通配符；只对文件有意义")
    sheet: str | None = Field(None, description="工作表名；省略为第一张有内容的")
    table: str | None = Field(None, description="SQL 表名")
    query: str | None = Field(None, description="SQL 查询（只读）")
    layout: Literal["wide", "long", "companies", "series"] = Field(
        "wide",
        description="wide 一行一个公司一期；long 一行一个数；companies 公司名录，提供全称、简称、代码；series 宏观数据",
    )
    header_row: int = Field(1, ge=1, description="列名所在行，从 1 数")
    skip_rows: int = Field(0, ge=0, description="列名之后跳过的行数（如单位行）")
    code: str | None = Field(None, description="股票代码列")
    entity: str | None = Field(None, description="公司全称列")
    short_name: str | None = Field(None, description="公司简称列")
    period: str | None = Field(None, description="报告期列")
    fixed_period: str | None = Field(None, description="整张表同一个报告期时写在这里，如 2023")
    scope: str | None = Field(None, description="合并/母公司列")
    item: str | None = Field(None, description="long 表的项目列")
    value: str | None = Field(None, description="long 表的数值列")
    unit_column: str | None = Field(None, description="long 表的单位列")
    region: str | None = Field(None, description="宏观数据的地区列")
    published: str | None = Field(None, description="宏观数据的公布日期列；修订的数与最初公布的数以它分开")
    form: str | None = Field(None, description="宏观数据的口径列：当期值、同比、环比、累计值、累计同比")
    frequency: str | None = Field(None, description="宏观数据的频率列：日、月、季、年")
    fixed_item: str | None = Field(None, description="整张宏观数据表同一个指标时写在这里，如 CPI同比")
    fixed_region: str | None = Field(None, description="整张宏观数据表同一个地区时写在这里；不写为全国")
    fixed_published: str | None = Field(None, description="整张宏观数据表同一天公布时写在这里，如 2024-04-11")
    unit: str = Field("元", description="金额列的单位")
    header: Header | None = Field(None, description="列名里带报告期、单位时的读法")
    missing: list[MissingRule] = Field(default_factory=list, description="整张表的缺失标记")
    columns: dict[str, ColumnMapping | None] = Field(
        default_factory=dict, description="列名 → 项目；写 null 表示不要这一列"
    )
    optional_columns: bool = Field(False, description="columns 里的列可以不在表里（供各种导出共用的映射）")
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="列 → 原值到新值的替换，如 {Typrep: {A: consolidated}}"
    )
    check_scale: bool = Field(True, description="与同一公司其他期间比较，找出量级不对的行")
    smallest_row: int | None = Field(
        None, description="一行里最大的金额（元）低于它时视为量级可疑；上市公司的表可写 5000000"
    )

    @field_validator("columns", mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        """``营业收入: 营业收入`` is short for ``营业收入: {item: 营业收入}``."""
        if not isinstance(given, dict):
            return given
        return {str(k): {"item": v} if isinstance(v, str) else v for k, v in given.items()}


class Mapping(Strict):
    """A source: its name (printed in citations) and its tables."""

    name: str = Field(description="来源名称，出现在引文里")
    tables: list[TableMapping] = Field(min_length=1, description="各表的映射")

    def tables_for(self, file_name: str) -> list[TableMapping]:
        """Tables whose pattern names this file; those for any file (``*``) only when none does. SQL tables are none."""
        files = [table for table in self.tables if not (table.table or table.query)]
        named = [table for table in files if table.file != "*" and fnmatch(file_name, table.file)]
        return named or [table for table in files if table.file == "*"]


def preset_names() -> list[str]:
    """The mappings that ship with caiwen, by name."""
    folder = resources.files("caiwen.sources") / "presets"
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def load_mapping(ref: str | Path) -> Mapping:
    """A preset by name, or a YAML file. ConfigError names every wrong key at once."""
    where = str(ref)
    path = Path(ref)
    if where in preset_names():
        text = (resources.files("caiwen.sources") / "presets" / f"{where}.yaml").read_text(encoding="utf-8")
    elif path.is_file():
        text = path.read_text(encoding="utf-8")
    else:
        hint = f"写 YAML 文件的路径，或预设之一：{'、'.join(preset_names())}"
        raise ConfigError("找不到这份映射", where=where, hint=hint)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"不是合法的 YAML：{error}", where=where) from error
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise ConfigError(_tell(error), where=where, hint="各键的含义见 docs/howto/sources.md") from error


def _tell(error: ValidationError) -> str:
    lines = []
    for one in error.errors():
        place = ".".join(str(part) for part in one["loc"])
        if one["type"] == "extra_forbidden":
            known = {*TableMapping.model_fields, *ColumnMapping.model_fields, *Mapping.model_fields}
            close = difflib.get_close_matches(str(one["loc"][-1]), known, 1)
            lines.append(f"{place} 不是已知的键" + (f"，是不是 {close[0]}？" if close else ""))
        else:
            lines.append(f"{place}：{one['msg']}")
    return "；".join(lines)
