"""The configuration of a training run: LLaMA-Factory's YAML, with caiwen's own settings under ``caiwen:``.

Every option is declared once, as a field of one of the sections; attribute names are the YAML's keys. Unknown
keys are refused with the nearest known one, known ones that are not supported with what to do instead
(``keys.yaml``), and all errors of a file are told at once.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, Field, ValidationError

from caiwen.config import read_yaml
from caiwen.errors import ConfigError
from caiwen.train.checks import conflicts
from caiwen.train.options import DataOptions, MethodOptions, ModelOptions
from caiwen.train.own import Own
from caiwen.train.trainer_options import TrainerOptions


class TrainConfig(ModelOptions, MethodOptions, DataOptions, TrainerOptions):
    """``passed_on``: arguments for transformers that caiwen does not look at; ``idle``: keys without effect here."""

    caiwen: Own = Field(default=Own(), description="财问自己的设置")
    passed_on: dict[str, Any] = Field(
        default={}, description="原样交给 transformers 的训练参数", exclude=True
    )
    idle: dict[str, str] = Field(default={}, description="写了但不起作用的项", exclude=True)

    @property
    def alpha(self) -> int:
        return self.lora_alpha or self.lora_rank * 2

    @property
    def packs(self) -> bool:
        """Whether rows are joined to ``cutoff_len``: as asked for, and by default in continued pre-training."""
        return self.neat_packing or (self.stage == "pt" if self.packing is None else self.packing)

    @property
    def row_limit(self) -> int:
        """Tokens of the longest row. LLaMA-Factory keeps one for itself when packing is asked for."""
        return self.cutoff_len - 1 if self.packing or self.neat_packing else self.cutoff_len

    def training_arguments(self) -> dict[str, Any]:
        """What transformers' TrainingArguments take from here; ``warmup_ratio`` under its new name."""
        given = {name: getattr(self, name) for name in TrainerOptions.model_fields if name not in _OWN_WAYS}
        given["warmup_steps"] = self.warmup_steps or self.warmup_ratio
        given["report_to"] = list(self.report_to)
        return {name: value for name, value in given.items() if value is not None} | self.passed_on

    def resolved(self) -> dict[str, Any]:
        """All settings as they are, ready to be written as YAML and loaded again."""
        data = self.model_dump(mode="json") | self.passed_on
        return {key: "<不写出>" if key.endswith("_token") and value else value for key, value in data.items()}


_OWN_WAYS = {
    *("overwrite_output_dir", "warmup_ratio", "warmup_steps", "report_to", "logging_dir"),
    *("resume_from_checkpoint", "gradient_checkpointing", "gradient_checkpointing_kwargs"),
}


def load(path: Path | str, overrides: Sequence[str] = ()) -> TrainConfig:
    """Read a YAML (or JSON) file and put ``key=value`` over it. ConfigError lists every wrong key."""
    path = Path(path)
    found = read_yaml(path, "训练配置", missing="检查路径；configs 文件夹里有写好的例子", loader=Loader)
    if found.data is not None and not isinstance(found.data, dict):
        raise ConfigError("最外层应当是“名字: 值”的形式", where=str(path))
    data: dict[str, Any] = dict(found.data or {})
    lines = dict(found.lines)
    for line in overrides:
        place, value = _override(line)
        _put(data, place, value)
        lines.pop(
            tuple(name for name in place if not name.isdigit()), None
        )  # it is not the file that says so
    return parse(data, where=str(path), lines=lines, problems=found.doubles)


def parse(
    data: Mapping[str, Any],
    *,
    where: str = "训练配置",
    lines: Mapping[tuple[str, ...], int] | None = None,
    problems: Sequence[str] = (),
) -> TrainConfig:
    """A configuration from keys and values. A key without a value (``key:``) has its default, if it must have one."""
    problems, given = list(problems), {k: v for k, v in data.items() if v is not None or _may_be_none(k)}
    given, told = _sorted_out(given)
    problems += told
    try:
        config = TrainConfig.model_validate(given)
    except ValidationError as error:
        problems += [_problem(detail, lines or {}) for detail in error.errors()]
        raise ConfigError("；".join(dict.fromkeys(problems)), where=where) from error
    problems += conflicts(config)
    if problems:
        raise ConfigError("；".join(problems), where=where)
    return config


class Loader(yaml.SafeLoader):
    """``1e-5`` is a number, as YAML 1.2 and LLaMA-Factory have it."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)$"),
    list("-+0123456789."),
)


def _override(line: str) -> tuple[list[str], Any]:
    key, mark, text = line.partition("=")
    if not mark or not key.strip():
        raise ConfigError("应当写成 名字=值", where=line, hint="如 learning_rate=1e-5")
    try:
        return key.strip().lstrip("+").split("."), yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise ConfigError("值不是合法的 YAML", where=line) from error


def _put(data: dict[str, Any], path: list[str], value: Any) -> None:
    """``caiwen.stages.0.learning_rate`` reaches into the first of a list."""
    here: Any = data
    for name in path[:-1]:
        if isinstance(here, list):
            here = here[_index(here, name, path)]
        else:
            here = here.setdefault(name, {}) if isinstance(here.get(name), dict | list) else _new(here, name)
    if isinstance(here, list):
        here[_index(here, path[-1], path)] = value
    else:
        here[path[-1]] = value


def _new(here: dict[str, Any], name: str) -> dict[str, Any]:
    here[name] = {}
    inside: dict[str, Any] = here[name]
    return inside


def _index(items: list[Any], name: str, path: list[str]) -> int:
    if not name.isdigit() or int(name) >= len(items):
        raise ConfigError(
            f"这里是有 {len(items)} 项的列表，应当写 0 到 {len(items) - 1}", where=".".join(path)
        )
    return int(name)


@cache
def _keys() -> dict[str, Any]:
    known: dict[str, Any] = yaml.safe_load(
        files("caiwen.train").joinpath("keys.yaml").read_text(encoding="utf-8")
    )
    return known


def _sorted_out(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Older names renamed; what is idle, handed on or not supported apart from what is declared."""
    keys, problems = _keys(), []
    given: dict[str, Any] = {}
    passed: dict[str, Any] = {}
    idle: dict[str, str] = {}
    for key, value in data.items():
        name = keys["renamed"].get(key, key)
        unsupported = keys["unsupported"].get(name)
        if unsupported is not None:
            if "allow" not in unsupported or value != unsupported["allow"]:
                problems.append(f"{key} 不支持：{unsupported['use']}")
        elif name in TrainConfig.model_fields and name not in ("passed_on", "idle"):
            given[name] = value
            other = keys["values"].get(name, {}).get(value) if isinstance(value, str | int) else None
            if other:
                problems.append(f"{key}: {value} 不支持：{other}")
                del given[name]
        elif name in keys["passed_on"]:
            passed[name] = value
        elif reason := _idle(name):
            idle[key] = reason
        else:
            problems.append(f"{key} 不是已知的设置{_near(str(key))}")
    return {**given, "passed_on": passed, "idle": idle}, problems


def _idle(name: str) -> str | None:
    keys = _keys()
    families = (why for start, why in keys["idle_families"].items() if str(name).startswith(start))
    return keys["idle"].get(name) or next(families, None)


def _may_be_none(name: str) -> bool:
    info = TrainConfig.model_fields.get(name)
    return info is not None and type(None) in get_args(info.annotation)


def known_keys() -> list[str]:
    return [name for name in TrainConfig.model_fields if name not in ("passed_on", "idle")]


def _near(key: str, known: Sequence[str] | None = None, above: str = "") -> str:
    if known is None:
        own = [f"caiwen.{name}" for name in Own.model_fields]
        known = [*known_keys(), *_keys()["passed_on"], *own]
        known = [*known, *(name for name in _keys()["unsupported"])]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if near:
        return f"，是不是 {above}{near[0]}？"
    return f"（这里可以写：{'、'.join(known)}）" if above else "；财问自己的设置写在 caiwen: 之下"


_MESSAGES = {
    "missing": "没有写",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "int_from_float": "应当是整数",
    "float_type": "应当是数",
    "float_parsing": "应当是数",
    "bool_type": "应当是 true 或 false",
    "bool_parsing": "应当是 true 或 false",
    "string_type": "应当是文字",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "写法不对",
    "tuple_type": "应当是列表，或用逗号隔开的文字",
    "dict_type": "应当是一节“名字: 值”",
    "model_type": "应当是一节“名字: 值”",
    "greater_than_equal": "应当不小于 {ge}",
    "greater_than": "应当大于 {gt}",
    "less_than_equal": "应当不大于 {le}",
    "less_than": "应当小于 {lt}",
    "finite_number": "应当是有限的数",
    "literal_error": "可以写：{expected}",
}


def _problem(detail: Any, lines: Mapping[tuple[str, ...], int]) -> str:
    place = tuple(str(part) for part in detail["loc"] if not isinstance(part, int))
    line = f"第 {lines[place]} 行 " if place in lines else ""
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        above = place[:-1]
        known = list(_section(above).model_fields)
        return f"{line}{key} 不是已知的设置{_near(place[-1], known, '.'.join(above) + '.')}"
    template = _MESSAGES.get(detail["type"], "值不对")
    told = template.format(**{k: str(v).replace(" or ", "、") for k, v in detail.get("ctx", {}).items()})
    return (
        f"{line}{key} {told}"
        if detail["type"] == "missing"
        else f"{line}{key} {told}，现在是 {detail['input']!r}"
    )


def _section(place: Sequence[str]) -> type[BaseModel]:
    """The model at a path of keys."""
    found: type[BaseModel] = TrainConfig
    for name in place:
        if name in found.model_fields:
            found = next(_models(found.model_fields[name].annotation), found)
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inside in get_args(annotation):
        yield from _models(inside)


@dataclass(frozen=True, slots=True)
class Option:
    """One setting as the reference shows it."""

    section: str
    key: str
    default: object
    description: str


def options() -> Iterator[Option]:
    """Every setting in the order of the sections; those of ``caiwen:`` with their path."""
    for section in (ModelOptions, MethodOptions, DataOptions, TrainerOptions):
        yield from _options(section, str(section.__doc__), "")
    yield from _options(Own, str(Own.__doc__), "caiwen.")


def _options(section: type[BaseModel], title: str, above: str) -> Iterator[Option]:
    inside = []
    for name, info in section.model_fields.items():
        below = next(_models(info.annotation), None)
        if below is None:
            default = None if info.is_required() else _shown(info.default)
            yield Option(title, f"{above}{name}", default, info.description or "")
        else:
            inside.append((below, f"{above}{name}."))
    for below, path in inside:
        yield from _options(
            below, f"caiwen.{path.removeprefix('caiwen.').rstrip('.')}：{below.__doc__}", path
        )


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(str(part) for part in value) or None if isinstance(value, tuple) else value


def dump(config: TrainConfig) -> str:
    """The resolved configuration as YAML."""
    text = json.loads(json.dumps(config.resolved(), ensure_ascii=False))
    return yaml.safe_dump(text, allow_unicode=True, sort_keys=False, width=110)
