"""The configuration of a build: every option is declared once, here. Unknown keys are refused, all errors told at once."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from caiwen.engines.settings import EngineSettings
from caiwen.errors import ConfigError, system_words
from caiwen.finance.knowledge_points import points

Kind = Literal["lookup", "member", "text", "multi", "change", "trend", "share", "compare"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Select(_Section):
    """哪些材料"""

    companies: list[str] = Field(default=[], description="公司（简称、全称或代码）；不写为全部")
    documents: list[str] = Field(default=[], description="文件名；不写为全部")
    periods: list[str] = Field(default=[], description="期间，如 2020；不写为全部")
    points: list[str] = Field(default=[], description="知识点；不写为全部")
    verified_only: bool = Field(default=False, description="只用经过核对（勾稽或另一处印证）的事实")

    @field_validator("points")
    @classmethod
    def _known_points(cls, value: list[str]) -> list[str]:
        known = [point.name for point in points()]
        for name in value:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
                raise ValueError(f"没有名为“{name}”的知识点" + (f"，是不是“{near[0]}”？" if near else ""))
        return value


class Facts(_Section):
    """事实问答：单项、多项、变动、趋势、占比、比较"""

    kinds: list[Kind] = Field(default=list(get_args(Kind)), description="要哪几类")
    wordings: int = Field(default=1, ge=1, le=10, description="每条事实进入训练的问法数")


class Formulas(_Section):
    """用公司自己的数字计算财务指标，写出步骤"""

    wordings: int = Field(default=1, ge=1, le=4, description="每个指标的问法数")


class Exercises(_Section):
    """自带数字的计算题：时间价值、估值、债券、可转债、贷款、银行与保险指标"""

    count: int = Field(default=300, ge=1, le=1_000_000, description="大约多少题")


class Relations(_Section):
    """法规条文、日期、约束对象"""

    wordings: int = Field(default=1, ge=1, le=3, description="每条的问法数")


class Concepts(_Section):
    """概念与公式的定义"""

    wordings: int = Field(default=1, ge=1, le=3, description="每个概念的问法数")


class Refusals(_Section):
    """合规策略拒答的问题"""

    companies: int = Field(default=5, ge=1, description="用多少家公司的名字造句")


class Turns(_Section):
    """多轮追问（省略主语、指代）"""


class Text(EngineSettings):
    """由语言模型依据原文片段写的问答（OpenAI 兼容接口，或本机模型）"""

    prompts: list[str] = Field(default=["explain", "summary", "analysis"], description="用哪些提示词模板")
    own_prompts: dict[str, str] = Field(
        default={},
        description="自己的提示词模板：名字与内容（可用 {passage}、{document}、{section}、{company}、{period}）",
    )
    passages: int = Field(default=100, ge=1, description="最多用多少段原文，每段请求一次")
    per_point: int = Field(
        default=0, ge=0, description="每个知识点至少要有多少对：不够的，先选讲到它的片段；0 为不管"
    )
    min_chars: int = Field(default=80, ge=1, description="短于这个字数的片段不用")
    tries: int = Field(default=3, ge=1, le=10, description="回答不能用（不是 JSON、被截断）时一共最多问几次")
    temperature: float = Field(default=0.3, ge=0, le=2, description="采样温度")
    max_tokens: int = Field(default=1024, ge=16, description="回答最多的 token 数；被截断时加倍再问")


class Generators(_Section):
    """生成器；不写的不用"""

    facts: Facts | None = None
    formulas: Formulas | None = None
    exercises: Exercises | None = None
    relations: Relations | None = None
    concepts: Concepts | None = None
    refusals: Refusals | None = None
    turns: Turns | None = None
    text: Text | None = None


class Checks(_Section):
    """去重、长度、语言、去污染"""

    jaccard: float = Field(
        default=0.8, gt=0, le=1, description="同一事实的两个问法，5 字片段的 Jaccard 达到它即为近似重复"
    )
    min_chars: int = Field(default=4, ge=0, description="问题最短的字数")
    max_chars: int = Field(default=4000, ge=10, description="问答合计最长的字数")
    chinese: float = Field(default=0.2, ge=0, le=1, description="问题里汉字至少占的比例")
    decontaminate: list[str] = Field(
        default=[], description="评测集文件（JSON、JSONL、CSV）：与其中题目重合的问答去掉"
    )


class Split(_Section):
    """留出：换说法（同样的事实）与新证据（没见过的事实）"""

    wording: int = Field(default=1, ge=0, le=3, description="每条事实另留几种训练没有的问法")
    evidence: float = Field(default=0.05, ge=0, lt=0.9, description="留作新证据测试的比例")
    unit: Literal["auto", "company", "item"] = Field(
        default="auto", description="按公司还是按科目留出；auto 为公司满十家时按公司"
    )


class Coverage(_Section):
    """知识点覆盖"""

    least: int = Field(
        default=0, ge=0, le=1000, description="每个知识点至少多少对；不够的用术语、公式与计算题补；0 为不补"
    )


class Corpus(_Section):
    """同样的知识写成纯文本（继续预训练用）：corpus.jsonl"""

    generators: list[Literal["facts", "formulas", "exercises", "relations", "concepts", "text"]] = Field(
        default=["formulas", "exercises", "relations", "concepts"], description="取哪些生成器的内容"
    )
    max_chars: int = Field(default=2000, ge=200, description="一段文本最多的字数")


class DatasetConfig(_Section):
    """caiwen dataset build 的配置"""

    name: str = Field(min_length=1, pattern=r"^[\w\-]+$", description="数据集名字，也是文件名")
    output: str = Field(default="datasets", description="写到哪个文件夹（相对路径从工作区算起）")
    seed: int = Field(default=1, description="随机种子")
    limit: int | None = Field(default=None, ge=1, description="最多多少对；不写为不限")
    system: str = Field(default="", description="每条问答的 system 提示")
    select: Select = Select()
    generators: Generators = Generators()
    templates: dict[str, dict[str, list[str]]] = Field(default={}, description="自己的问法，按模板类别")
    checks: Checks = Checks()
    split: Split = Split()
    coverage: Coverage = Coverage()
    corpus: Corpus | None = None


def load(path: Path) -> DatasetConfig:
    """ConfigError lists every wrong key with the nearest known one."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"配置文件读不出来（{system_words(error)}）", where=str(path)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError("配置文件不是合法的 YAML", where=str(path), hint="检查缩进、冒号和引号") from error
    return parse(data, str(path))


def parse(data: Any, where: str) -> DatasetConfig:
    if not isinstance(data, dict):
        raise ConfigError("最外层应当是“名字: 值”的形式", where=where)
    generators = data.get("generators")
    if isinstance(generators, dict):  # ``facts:`` with nothing below it means its defaults
        data = {**data, "generators": {k: {} if v is None else v for k, v in generators.items()}}
    if "corpus" in data and data["corpus"] is None:
        data = {**data, "corpus": {}}
    try:
        config = DatasetConfig.model_validate(data)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors()]
        raise ConfigError("；".join(problems), where=where) from error
    if not any(getattr(config.generators, name) is not None for name in Generators.model_fields):
        known = "、".join(Generators.model_fields)
        raise ConfigError("没有启用任何生成器", where=where, hint=f"在 generators 下写出要用的：{known}")
    return config


def _problem(detail: Any) -> str:
    place = [str(part) for part in detail["loc"]]
    key = ".".join(place)
    if detail["type"] == "extra_forbidden":
        known = _fields_at(place[:-1])
        near = difflib.get_close_matches(place[-1], known, n=1)
        return f"{key} 不是已知的设置" + (
            f"，是不是 {near[0]}？" if near else f"（可以写：{'、'.join(known)}）"
        )
    if detail["type"] == "missing":
        return f"缺少 {key}"
    if detail["type"] == "value_error":
        return f"{key}：{detail['ctx']['error']}"
    return f"{key} 的值不对，现在是 {detail['input']!r}"


def _fields_at(place: list[str]) -> list[str]:
    model: Any = DatasetConfig
    for part in place:
        field = (
            model.model_fields.get(part) if isinstance(model, type) and issubclass(model, BaseModel) else None
        )
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())] if field else []
        model = next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)
        if model is None:
            return []
    return list(model.model_fields)
