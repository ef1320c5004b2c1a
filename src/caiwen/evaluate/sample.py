"""Suite ``sample``: draw facts for a person to judge against their page, then read the judgement back.

The draw is stratified by extractor and document (each stratum gives in turn until N are drawn), and repeatable by its
seed. The sheet is CSV or XLSX by its suffix; the judge writes 对 or 错 into the column 判断.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from caiwen.errors import CaiwenError
from caiwen.evaluate.framework import Case, Outcome
from caiwen.records import Fact
from caiwen.records.words import SCOPE_WORDS, SPAN_WORDS, STATUS_WORDS

HEADERS: tuple[str, ...] = (
    "编号",
    "来源",
    "文件",
    "页",
    "公司",
    "项目",
    "分类",
    "期间",
    "时段",
    "口径",
    "数值",
    "单位",
)
HEADERS += ("原文", "单位原文", "行标题", "列标题", "状态", "图片", "判断", "说明")
_RIGHT, _WRONG = {"对", "正确", "1", "y", "√"}, {"错", "错误", "0", "n", "×"}


def draw(facts: Sequence[Fact], count: int, seed: int) -> list[Fact]:
    """Round-robin over the strata (source, document), each shuffled by the seed; order of input does not matter."""
    random_source = random.Random(seed)
    strata: dict[tuple[str, str], list[Fact]] = {}
    for fact in sorted(facts, key=lambda f: f.id):
        strata.setdefault((fact.source, fact.observation.document), []).append(fact)
    for stratum in strata.values():
        random_source.shuffle(stratum)
    queues = [strata[key] for key in sorted(strata)]
    random_source.shuffle(queues)
    drawn: list[Fact] = []
    while len(drawn) < count and any(queues):
        drawn += [queue.pop() for queue in queues if queue]
    return drawn[:count]


def sheet_row(fact: Fact, document: str, image: str = "") -> list[str]:
    seen = fact.observation
    value = f"{fact.value:,f}" if fact.value is not None else (fact.text or "")
    dimensions = "；".join(f"{k}：{v}" for k, v in fact.dimensions.items())
    page = "" if seen.page is None else str(seen.page)
    row = [fact.id, fact.source, document, page, fact.entity, fact.item, dimensions, fact.period]
    row += [
        SPAN_WORDS[fact.span],
        SCOPE_WORDS[fact.scope],
        value,
        fact.unit or "",
        seen.raw,
        seen.scale or "",
    ]
    return [*row, seen.label, " / ".join(seen.headers), STATUS_WORDS[fact.status], image, "", ""]


def sheet_csv(rows: Iterable[Sequence[str]]) -> str:
    """With a byte order mark, so that Excel opens it as UTF-8."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADERS)
    writer.writerows(rows)
    return "\ufeff" + stream.getvalue()


class JudgedSample:
    """A judged sheet as a suite: its rate is the precision of the extraction."""

    name = "sample"
    title = "人工核对的抽样"
    metrics: Mapping[str, str] = {"precision": "准确率"}

    def __init__(self, path: Path) -> None:
        self.rows = read_judged(path)

    def cases(self) -> Sequence[Case]:
        return [Case(row["编号"], row["来源"], row) for row in self.rows]

    def score(self, case: Case) -> Outcome:
        mark = case.data["判断"].strip().lower()
        judged = True if mark in _RIGHT else False if mark in _WRONG else None
        return Outcome(case, {"precision": judged}, case.data.get("说明", ""))


def read_judged(path: Path) -> list[dict[str, str]]:
    table = _read_xlsx(path) if path.suffix.lower() == ".xlsx" else _read_csv(path)
    header, *rows = table or [[]]
    if missing := {"编号", "来源", "判断"} - set(header):
        raise CaiwenError(f"这不是抽样表，缺少列：{'、'.join(sorted(missing))}", where=str(path))
    judged = [dict(zip(header, row, strict=False)) for row in rows]
    if not any(row["判断"].strip() for row in judged):
        raise CaiwenError("“判断”一列还没有填", where=str(path), hint="逐行写上“对”或“错”再运行")
    strange = sorted({m for r in judged if (m := r["判断"].strip().lower()) and m not in _RIGHT | _WRONG})
    if strange:
        raise CaiwenError(
            f"“判断”一列有认不出的写法：{'、'.join(strange)}", where=str(path), hint="请写“对”或“错”"
        )
    return judged


def _read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def _read_xlsx(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    sheet = book.worksheets[0]
    return [["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)]
