"""The settings of a workspace, ``caiwen.yaml``: every option is declared once, here.

A field's description is the comment that ``caiwen init`` writes, the help of the command line and the
text of the generated reference. Unknown keys are refused, and all errors of a file are reported at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from caiwen.errors import ConfigError, system_words

FILE_NAME = "caiwen.yaml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class IngestSettings(_Section):
    """读入材料（caiwen ingest）"""

    workers: int = Field(default=0, ge=0, le=1024, description="同时工作的进程数；0 表示用上全部核")
    memory_mb: int = Field(
        default=1200, ge=64, description="每个进程读文件时最多占用的内存（MB），超过的文件或页记为失败"
    )
    page_seconds: float = Field(
        default=10.0, gt=0, description="读一页最多用的时间（秒），超过的页记为读取失败"
    )
    file_seconds: float = Field(
        default=120.0, gt=0, description="读一个文件（PDF 为读完各页以后的整理）最多用的时间（秒）"
    )
    max_pages: int = Field(default=5000, ge=1, description="一个文件最多的页数，超过的文件不读")
    max_file_mb: int = Field(default=300, ge=1, description="一个文件最大的体积（MB），超过的文件不读")
    chunk_pages: int = Field(default=8, ge=1, le=200, description="PDF 每次交给一个进程的页数")
    near_duplicate: float = Field(
        default=0.85,
        ge=0.5,
        le=1.0,
        description="两份文件相似到多少算近似重复（0.5–1）；近似重复会注明，数字也全部相同的不重复存入",
    )


class StoreSettings(_Section):
    """事实库"""

    url: str = Field(
        default="sqlite:///store.db",
        min_length=1,
        description="SQLAlchemy 地址；相对路径从工作区算起。多机共用时可写 postgresql+psycopg://…",
    )
    busy_seconds: float = Field(default=30.0, ge=0, description="另一个进程正在写入时最多等多久（秒）")


class SearchSettings(_Section):
    """检索（caiwen search，以及问答时查找原文）"""

    k: int = Field(default=10, ge=1, le=1000, description="默认返回的条数")
    bigram_boost: float = Field(
        default=0.2, ge=0, description="两字片段的权重（词典里没有的新词靠它找到）；词的权重为 1"
    )
    section_boost: float = Field(default=0.1, ge=0, description="章节标题里出现问句中的词时的权重")
    filing_boost: float = Field(
        default=3.0,
        ge=0,
        description="文件的公司、报告期、类别里出现问句中的词时的权重（问句点明哪家公司、哪一年时靠它找到那一份）",
    )
    alias_boost: float = Field(
        default=0.2,
        ge=0,
        description="问句里报表项目的其他名称的权重（问归母净资产，也找归属于上市公司股东的净资产）",
    )
    table_boost: float = Field(
        default=1.0, gt=0, description="表格片段得分的倍数；小于 1 使正文优先，大于 1 使表格优先"
    )
    heading_boost: float = Field(default=0.5, gt=0, description="标题片段得分的倍数")
    heap_mb: int = Field(default=64, ge=16, description="建立索引时使用的内存（MB）")
    embedding: str | None = Field(
        default=None,
        description="向量检索用的模型：OpenAI 兼容接口写成 http://主机:端口/v1#模型名，本机模型写文件夹；不写就只按词检索",
    )
    embedding_key_env: str = Field(
        default="CAIWEN_EMBEDDING_KEY", description="存放向量接口密钥的环境变量名；密钥不写进文件"
    )
    embedding_batch: int = Field(default=32, ge=1, le=2048, description="一次请求向量化多少段文字")
    embedding_seconds: float = Field(default=30.0, gt=0, description="向量接口一次请求最多等多少秒")
    fusion_k: float = Field(
        default=60.0, gt=0, description="按词与按向量两个名次合并时的常数（倒数名次之和 1/(k+名次)）"
    )
    fusion_depth: int = Field(default=100, ge=1, le=1000, description="合并时两边各取前多少段")


class AskSettings(_Section):
    """问答（caiwen ask）"""

    passages: int = Field(default=5, ge=1, le=100, description="开放问题最多摘录的原文片段数")
    max_question_chars: int = Field(default=2000, ge=10, description="问题最长的字数，更长的问题会被退回")


class GuardSettings(_Section):
    """合规（回答前后的检查与提示）"""

    policy: str | None = Field(
        default=None, description="合规策略文件（YAML），相对路径从工作区算起；不写则用自带的策略"
    )


class Settings(_Section):
    """caiwen 工作区的设置。删掉任何一行，就用默认值。"""

    ingest: IngestSettings = IngestSettings()
    store: StoreSettings = StoreSettings()
    search: SearchSettings = SearchSettings()
    ask: AskSettings = AskSettings()
    guard: GuardSettings = GuardSettings()


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as the help and the reference show it. ``key``: section and name joined by a dot."""

    key: str
    type: str
    default: object
    description: str


def options() -> Iterator[Option]:
    for section, model in _sections().items():
        for name, info in model.model_fields.items():
            yield Option(f"{section}.{name}", _type_name(info), info.default, info.description or "")


def describe(key: str) -> str:
    """The description of ``section.name``: the help text of a command line option that sets it."""
    section, _, name = key.partition(".")
    return _sections()[section].model_fields[name].description or ""


def render_yaml(settings: Settings | None = None) -> str:
    """The whole file with comments, ready to be read by :func:`load`."""
    settings = settings or Settings()
    lines = [f"# {Settings.__doc__}"]
    for section, model in _sections().items():
        lines += ["", f"# {model.__doc__}", f"{section}:"]
        values = getattr(settings, section)
        for name, info in model.model_fields.items():
            lines += [f"  # {info.description}", f"  {name}: {_scalar(getattr(values, name))}"]
    return "\n".join(lines) + "\n"


def load(path: Path) -> Settings:
    """Read a settings file. Raises ConfigError that lists every wrong line."""
    found = read_yaml(path, "设置文件", missing="用 caiwen init 新建一个工作区")
    return _validate(found.data, where=str(path), lines=found.lines, extra=found.doubles)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """``lines``: the line of every key from 1, by its path; ``doubles``: what is wrong with keys written twice."""

    data: Any
    lines: Mapping[tuple[str, ...], int]
    doubles: list[str]


def read_yaml(
    path: Path, kind: str, *, missing: str | None = None, loader: type[yaml.SafeLoader] = yaml.SafeLoader
) -> YamlFile:
    """A YAML file that people write. ConfigError calls it ``kind`` and says what is wrong, in which line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"找不到{kind}", where=str(path), hint=missing) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{kind}不是 UTF-8 编码", where=str(path), hint="另存为 UTF-8 再试") from error
    except OSError as error:
        raise ConfigError(f"{kind}读不出来（{system_words(error)}）", where=str(path)) from error
    try:
        root = yaml.compose(text, Loader=loader)
        data = yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = f"第 {error.problem_mark.line + 1} 行" if error.problem_mark else "文件"
        raise ConfigError(f"{line}不是合法的 YAML", where=str(path), hint="检查缩进、冒号和引号") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError("文件不是合法的 YAML", where=str(path)) from error
    return YamlFile(data, dict(_lines(root)), _doubles(root))


def override(settings: Settings, changes: Mapping[str, object]) -> Settings:
    """The settings with ``{"ingest.workers": 2}`` put over them, checked like a file."""
    data = settings.model_dump()
    for key, value in changes.items():
        section, _, name = key.partition(".")
        data.setdefault(section, {})[name] = value
    return _validate(data, where="命令行")


def _sections() -> dict[str, type[BaseModel]]:
    found = {}
    for name, info in Settings.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            found[name] = info.annotation
    return found


def _type_name(info: FieldInfo) -> str:
    kinds = get_args(info.annotation) or (info.annotation,)
    names = {int: "整数", float: "数", str: "文字", bool: "true/false", type(None): "空"}
    return "或".join(names.get(kind, str(kind)) for kind in kinds)


def _scalar(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, width=1000).removesuffix("...\n").strip()


def _validate(
    data: object,
    *,
    where: str,
    lines: Mapping[tuple[str, ...], int] | None = None,
    extra: list[str] | None = None,
) -> Settings:
    problems = list(extra or [])
    settings = Settings()
    if data is not None and not isinstance(data, dict):
        problems.append("最外层应当是“名字: 值”的形式")
    else:
        # An empty section (``ask:`` with every line below it deleted) means its defaults.
        given = {key: {} if value is None else value for key, value in (data or {}).items()}
        try:
            settings = Settings.model_validate(given)
        except ValidationError as error:
            problems += [_problem(detail, lines or {}) for detail in error.errors()]
    if problems:
        count = f"有 {len(problems)} 处错误：" if len(problems) > 1 else ""
        raise ConfigError(count + "；".join(problems), where=where)
    return settings


_MESSAGES = {
    "int_type": "应当是整数",
    "int_from_float": "应当是整数",
    "float_type": "应当是数",
    "string_type": "应当是文字",
    "string_too_short": "不能为空",
    "model_type": "应当是一节“名字: 值”",
    "greater_than_equal": "应当不小于 {ge}",
    "greater_than": "应当大于 {gt}",
    "less_than_equal": "应当不大于 {le}",
    "finite_number": "应当是有限的数",
}


def _problem(detail: Any, lines: Mapping[tuple[str, ...], int]) -> str:
    place = tuple(str(part) for part in detail["loc"])
    line = f"第 {lines[place]} 行 " if place in lines else ""
    key = ".".join(place)
    if detail["type"] in ("extra_forbidden", "invalid_key"):
        return f"{line}{key} 不是已知的设置{_suggestion(place)}"
    template = _MESSAGES.get(detail["type"], "值不对")
    return f"{line}{key} {template.format(**detail.get('ctx', {}))}，现在是 {detail['input']!r}"


def _suggestion(place: tuple[str, ...]) -> str:
    sections = _sections()
    inside = len(place) > 1 and place[0] in sections
    known = list(sections[place[0]].model_fields) if inside else list(sections)
    near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.6)
    if near:
        return f"，是不是 {'.'.join((*place[:-1], near[0]))}？"
    everywhere = [option.key for option in options() if option.key.split(".")[1] == place[-1]]
    return f"，是不是 {everywhere[0]}？" if everywhere else f"（这里可以写：{'、'.join(known)}）"


def _lines(node: yaml.Node | None, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """Line numbers from 1 of every key, by path."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*above, str(key.value))
            yield place, key.start_mark.line + 1
            yield from _lines(value, place)


def _doubles(node: yaml.Node | None, above: tuple[str, ...] = ()) -> list[str]:
    """Keys written twice: YAML would silently keep the last."""
    found: list[str] = []
    seen: dict[str, int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                found.append(f"第 {line} 行 {'.'.join((*above, name))} 与第 {seen[name]} 行重复")
            seen[name] = line
            found += _doubles(value, (*above, name))
    return found
