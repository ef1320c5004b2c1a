"""Answers as a workpaper: every operand with its page, every computed value as a live formula over the operands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from caiwen.records import Basis, Scope
from caiwen.records.words import BASIS_WORDS, SCOPE_WORDS
from caiwen.workpapers.sheets import CellValue, Formula, add_sheet, new_book, page_link, save_whole

Record = Mapping[str, Any]

ANSWER_HEADERS = ("序号", "问题", "状态", "回答", "提示")
VALUE_HEADERS: tuple[str, ...] = (
    "序号",
    "角色",
    "公司",
    "代码",
    "项目",
    "期间",
    "口径",
    "列报",
    "数值",
    "精确值",
    "单位",
)
VALUE_HEADERS += ("原文", "原文单位", "计算", "文件", "页", "引文")
VALUE_COLUMN = "I"
_STATUS = {"answered": "已回答", "clarify": "需要澄清", "not_found": "材料中没有", "refused": "拒答"}
_ROLES = {"answer": "答案", "alternative": "另有", "operand": "所用", "step": "步骤"}
_TOKEN = re.compile(
    r"\s+|v(?P<value>\d+)|s(?P<step>\d+)|(?P<power>\*\*)|(?P<plain>[-+*/(),]|\d+(?:\.\d+)?|abs)"
)


def write_answers(
    path: Path, records: Sequence[Record], paths: Mapping[str, str], about: Sequence[tuple[str, str]]
) -> int:
    """Write sheets 回答, 数值 and 说明; ``paths``: sha256 → where the file lies. Returns how many answers."""
    book = new_book()
    answers = (
        [number, r["question"], _STATUS[r["status"]], r["answer"], r["notice"]]
        for number, r in enumerate(records, start=1)
    )
    add_sheet(book, "回答", ANSWER_HEADERS, answers)
    add_sheet(book, "数值", VALUE_HEADERS, _value_rows(records, paths))
    add_sheet(book, "说明", ("项目", "内容"), about)
    save_whole(book, path)
    return len(records)


def _value_rows(records: Sequence[Record], paths: Mapping[str, str]) -> Iterator[list[CellValue]]:
    """Rows from 2 on; the steps of a value stand right below it."""
    row = 2
    for number, record in enumerate(records, start=1):
        rows = value_places(record["values"], row)
        for index, value in enumerate(record["values"]):
            steps = _steps(value)
            step_rows = [rows[index] + 1 + i for i in range(len(steps))]
            yield _value_row(number, value, record["citations"], paths, _formula(steps, rows, step_rows))
            row += 1
            for position, step in enumerate(steps):
                formula = translate(str(step["expression"]), rows, step_rows[:position])
                yield _step_row(number, step, formula)
                row += 1


def value_places(values: Sequence[Record], first: int) -> list[int]:
    """The sheet row of each value when the first one stands in row ``first``."""
    places, row = [], first
    for value in values:
        places.append(row)
        row += 1 + len(_steps(value))
    return places


def _steps(value: Record) -> list[Record]:
    """The steps that can be calculated again; a step in words only has no expression."""
    steps = value.get("steps") or []
    return [step for step in steps if isinstance(step, Mapping) and step.get("expression")]


def _formula(steps: Sequence[Record], rows: Sequence[int], step_rows: Sequence[int]) -> Formula | None:
    """A computed value is its last step."""
    return Formula(f"={VALUE_COLUMN}{step_rows[-1]}") if steps else None


def translate(expression: str, rows: Sequence[int], step_rows: Sequence[int]) -> Formula | None:
    """``v0 / v1 * 100`` → ``=I3/I4*100``; None for anything beyond arithmetic over known places."""
    cells: list[str] = []
    position = 0
    while position < len(expression):
        token = _TOKEN.match(expression, position)
        if token is None:
            return None
        position = token.end()
        places = rows if token["value"] else step_rows
        index = int(token["value"] or token["step"] or -1)
        if index >= len(places):
            return None
        if index >= 0:
            cells.append(f"{VALUE_COLUMN}{places[index]}")
        else:
            cells.append("^" if token["power"] else (token["plain"] or "").upper())
    return Formula("=" + "".join(cells))


def _value_row(
    number: int, value: Record, citations: Sequence[Record], paths: Mapping[str, str], formula: Formula | None
) -> list[CellValue]:
    places = [citations[index] for index in value["citations"]]
    cited = places[0] if places else {}
    exact = str(value.get("value") or "")
    shown: CellValue = formula or (_number(exact) if value["kind"] == "number" else exact)
    return [
        number,
        _ROLES[value["role"]],
        value.get("entity") or "",
        value.get("code") or "",
        value.get("item") or "",
        value.get("period") or "",
        SCOPE_WORDS[Scope(value["scope"])] if value.get("scope") else "",
        BASIS_WORDS[Basis(value["basis"])] if value.get("basis") else "",
        shown,
        exact,
        value.get("unit") or "",
        value.get("raw") or "",
        value.get("scale") or "",
        "；".join(_told(step) for step in value.get("steps") or []),
        cited.get("document") or "",
        page_link(paths.get(str(cited.get("sha256"))) or None, cited.get("page")),
        cited.get("quote") or "",
    ]


def _step_row(number: int, step: Record, formula: Formula | None) -> list[CellValue]:
    exact = str(step.get("value") or "")
    blank: list[CellValue] = [""] * 6
    shown: CellValue = formula or _number(exact)
    return [number, _ROLES["step"], *blank, shown, exact, "", "", "", _told(step), "", None, ""]


def _told(step: object) -> str:
    return str(step["text"]) if isinstance(step, Mapping) else str(step)


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
