"""Suite ``questions``: questions with expected answers, for regression.

One JSON object a line: ``{"id", "question", "within"?, "expect": {...}}``. What ``expect`` may hold: ``status``;
any field of the first value (``value``, ``unit``, ``item``, ``entity``, ``period``, ``scope``, ``basis``...);
``values``, the decimal strings of several answers in order; ``contains`` and ``lacks``, strings of the answer text;
``page``, the page of a citation. Only what is written is scored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from caiwen.errors import CaiwenError
from caiwen.evaluate.bench import Answerer
from caiwen.evaluate.framework import Case, Outcome

_FIELDS = ("kind", "entity", "code", "item", "period", "scope", "basis", "reported_in", "value", "unit")
_KNOWN = {"status", "values", "contains", "lacks", "page", "tolerance", *_FIELDS}


class Questions:
    name = "questions"
    title = "问答回归"
    metrics: Mapping[str, str] = {
        "status": "状态（回答、拒答、未找到、反问）对",
        "value": "数值对",
        "meaning": "对象、项目、期间、口径、单位对",
        "text": "文字内容对",
        "cited": "引用的页对，或至少有出处",
        "right": "全部对",
    }

    def __init__(self, answerer: Answerer, path: Path) -> None:
        self.answerer = answerer
        self.lines = read_questions(path)

    def cases(self) -> Sequence[Case]:
        return [_case(line) for line in self.lines.values()]

    def score(self, case: Case) -> Outcome:
        line = self.lines[case.id]
        record = self.answerer.ask_record(line["question"], line.get("within"))
        parts = compare(line["expect"], record)
        scores = parts | {"right": all(score is not False for score in parts.values())}
        return Outcome(case, scores, f"答：{str(record.get('answer', ''))[:200]}")


def _case(line: Mapping[str, Any]) -> Case:
    expect = json.dumps(line["expect"], ensure_ascii=False)
    return Case(line["id"], str(line.get("group", "全部")), {"question": line["question"], "expect": expect})


def read_questions(path: Path) -> dict[str, dict[str, Any]]:
    """The lines by id; every wrong line is told at once."""
    lines: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    for number, text in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not text.strip():
            continue
        line, problem = _parse(text, number)
        if problem:
            problems.append(f"第 {number} 行{problem}")
        elif line["id"] in lines:
            problems.append(f"第 {number} 行的 id 重复：{line['id']}")
        lines[line["id"]] = line
    if problems:
        raise CaiwenError("；".join(problems[:5]), where=str(path))
    if not lines:
        raise CaiwenError("题目文件是空的", where=str(path))
    return lines


def _parse(text: str, number: int) -> tuple[dict[str, Any], str]:
    try:
        line = json.loads(text)
    except json.JSONDecodeError:
        return {"id": ""}, "不是 JSON"
    if not isinstance(line, dict) or not isinstance(line.get("question"), str):
        return {"id": ""}, "缺少 question"
    line["id"] = str(line.get("id", number))
    expect = line.get("expect")
    if not isinstance(expect, dict) or not expect:
        return line, "缺少 expect"
    unknown = sorted(set(expect) - _KNOWN)
    return line, f"的 expect 有不认识的键：{'、'.join(unknown)}" if unknown else ""


def compare(expect: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, bool | None]:
    """The scores of one record; None for what ``expect`` does not mention."""
    values = [v for v in record.get("values", []) if v.get("role") == "answer"]
    first = values[0] if values else {}
    return {
        "status": record.get("status") == expect["status"] if "status" in expect else None,
        "value": _values_right(expect, first, values),
        "meaning": _meaning_right(expect, first),
        "text": _text_right(expect, str(record.get("answer", ""))),
        "cited": _cited(expect, record, first),
    }


def _values_right(expect: Mapping[str, Any], first: Mapping[str, Any], values: Sequence[Any]) -> bool | None:
    if "values" in expect:
        found = [str(value.get("value")) for value in values]
        wanted = [str(value) for value in expect["values"]]
        pairs = zip(wanted, found, strict=False)
        return len(found) >= len(wanted) and all(_equal(w, f, expect) for w, f in pairs)
    if "value" in expect:
        return _equal(str(expect["value"]), str(first.get("value")), expect)
    return None


def _equal(wanted: str, found: str, expect: Mapping[str, Any]) -> bool:
    try:
        difference = abs(Decimal(wanted) - Decimal(found))
        return difference <= Decimal(str(expect.get("tolerance", 0)))
    except InvalidOperation:
        return wanted == found


def _meaning_right(expect: Mapping[str, Any], first: Mapping[str, Any]) -> bool | None:
    named = [field for field in _FIELDS if field in expect and field != "value"]
    return all(first.get(field) == expect[field] for field in named) if named else None


def _text_right(expect: Mapping[str, Any], answer: str) -> bool | None:
    if "contains" not in expect and "lacks" not in expect:
        return None
    text = answer.replace(",", "")
    held = all(str(part).replace(",", "") in text for part in expect.get("contains", []))
    return held and not any(str(part) in answer for part in expect.get("lacks", []))


def _cited(expect: Mapping[str, Any], record: Mapping[str, Any], first: Mapping[str, Any]) -> bool | None:
    citations = record.get("citations", [])
    if "page" in expect:
        return any(citation.get("page") == expect["page"] for citation in citations)
    return bool(citations) if first.get("role") == "answer" and first.get("value") is not None else None
