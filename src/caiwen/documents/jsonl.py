"""JSON and JSONL: lists of news items or records, and the layout form of reports (one line or table row each)."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from caiwen.documents.clean import join_cell, join_wrapped
from caiwen.documents.encodings import decode
from caiwen.documents.finish import finish
from caiwen.documents.gridding import Placed, table_of
from caiwen.documents.rules import load_rules
from caiwen.errors import DocumentError
from caiwen.records import Block, Cell, Document, PageInfo, Paragraph, Table

PARSER = "caiwen.jsonl 1"
LAYOUT_KEYS = {"page", "type", "inside"}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")


@cache
def _leads() -> re.Pattern[str]:
    return re.compile(load_rules("news.yaml")["lead"])


def read_json(data: bytes, name: str, sha256: str) -> Document:
    """Read a .json or .jsonl file; raises DocumentError naming the line that is not JSON."""
    text, warnings = decode(data, name)
    records = list(_records(text, name))
    if not records:
        raise DocumentError("文件里没有记录", where=name, hint="需要对象的列表，或每行一个 JSON 对象")
    if records[0].keys() >= LAYOUT_KEYS:
        return _layout(records, name, sha256, warnings)
    return _items(records, name, sha256, warnings)


def _records(text: str, name: str) -> Iterator[dict[str, Any]]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data" and "\n" not in text.strip():
            raise _bad_line(name, error.lineno, error) from error
        yield from _lines(text, name)
        return
    yield from _objects(whole, name)


def _lines(text: str, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise _bad_line(name, number, error) from error
        yield from _objects(value, name)


def _bad_line(name: str, number: int, error: json.JSONDecodeError) -> DocumentError:
    return DocumentError(
        f"第 {number} 行不是合法的 JSON（第 {error.colno} 个字符处）",
        where=name,
        hint="请检查该行的引号和逗号",
    )


def _objects(value: Any, name: str) -> Iterator[dict[str, Any]]:
    """The objects of a list; of an object its first list of objects, or itself."""
    if isinstance(value, dict):
        inner = next(
            (v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)), None
        )
        value = inner if inner is not None else [value]
    if not isinstance(value, list):
        raise DocumentError("JSON 里没有记录", where=name, hint="需要对象的列表，或每行一个 JSON 对象")
    for item in value:
        if isinstance(item, dict):
            yield item


def _pick(record: Mapping[str, Any], role: str) -> str:
    by_name = {key.lower(): value for key, value in record.items()}
    for key in load_rules("news.yaml")["keys"][role]:
        value = by_name.get(key)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip()
    return ""


def _items(records: Sequence[dict[str, Any]], name: str, sha256: str, warnings: tuple[str, ...]) -> Document:
    if not any(len(_pick(r, "content")) > 20 or _pick(r, "title") for r in records):
        return _table_document(records, name, sha256, warnings)
    blocks: list[Block] = []
    dates = []
    for record in records:
        title, day, content = _article(record)
        blocks.append(Paragraph(title, level=1))
        source = _pick(record, "source")
        if day or source:
            blocks.append(
                Paragraph(
                    " ".join(
                        p for p in (f"发布日期：{day}" * bool(day), f"来源：{source}" * bool(source)) if p
                    )
                )
            )
        blocks.extend(Paragraph(line) for line in join_wrapped(content).splitlines())
        dates.append(day)
    done, sections = finish(blocks, outline=True)
    published = dates[0] or None if len(records) == 1 else None
    extra = {"items": str(len(records)), "layout": "news"}
    days = sorted(d for d in dates if d)
    if days:
        extra |= {"first_date": days[0], "last_date": days[-1]}
    return Document(
        sha256,
        name,
        "jsonl",
        blocks=done,
        sections=sections,
        published=published,
        warnings=warnings,
        parser=PARSER,
        extra=extra,
    )


def _article(record: Mapping[str, Any]) -> tuple[str, str, str]:
    """Title, ISO date and text of one item; a lead sentence that states title and date is taken apart."""
    title, day, content = _pick(record, "title"), _pick(record, "date"), _pick(record, "content")
    lead = _leads().match(content)
    if lead:
        title, day = title or lead["title"], day or lead["date"]
        content = content[lead.end() :].strip()
    found = _DATE.search(day)
    iso = f"{int(found[1]):04d}-{int(found[2]):02d}-{int(found[3]):02d}" if found else ""
    if not title:
        title = re.split(r"[。！？\n]", content, maxsplit=1)[0][:40]
    return " ".join(title.split()) or "（无标题）", iso, content


def _table_document(
    records: Sequence[dict[str, Any]], name: str, sha256: str, warnings: tuple[str, ...]
) -> Document:
    """Records without prose are rows: the keys head the columns."""
    keys = list(dict.fromkeys(key for record in records for key in record))
    rows = [[Placed(key) for key in keys]] + [
        [Placed(_cell(record.get(key))) for key in keys] for record in records
    ]
    table = table_of(rows, page=None)
    done, sections = finish([table] if table is not None else [])
    return Document(sha256, name, "jsonl", blocks=done, sections=sections, warnings=warnings, parser=PARSER)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _layout(records: Sequence[dict[str, Any]], name: str, sha256: str, warnings: tuple[str, ...]) -> Document:
    blocks: list[Block] = []
    rows: list[tuple[int | None, list[str]]] = []
    for record in records:
        kind, text = str(record.get("type", "")), str(record.get("inside", "")).strip()
        if kind in load_rules("news.yaml")["layout_furniture"] or not text:
            continue
        page = record["page"] if isinstance(record["page"], int) else None
        if kind == "excel":
            rows.append((page, _row(text)))
            continue
        blocks.extend(_tables(rows))
        rows = []
        blocks.append(Paragraph(join_wrapped(text), page))
    blocks.extend(_tables(rows))
    done, sections = finish(blocks)
    numbers = sorted({r["page"] for r in records if isinstance(r.get("page"), int)})
    return Document(
        sha256,
        name,
        "jsonl",
        tuple(PageInfo(n) for n in numbers),
        done,
        sections,
        warnings=warnings,
        parser=PARSER,
        extra={"layout": "report"},
    )


def _row(text: str) -> list[str]:
    """``"['项目', '2019年']"`` → its cells; a row that is no list literal is one cell."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [text]
    return (
        [join_cell(str(v)) if v is not None else "" for v in value]
        if isinstance(value, list | tuple)
        else [text]
    )


def _tables(rows: list[tuple[int | None, list[str]]]) -> list[Block]:
    """Neighbouring rows are one table while the number of cells stays; prose in a frame becomes paragraphs."""
    result: list[Block] = []
    group: list[tuple[int | None, list[str]]] = []
    for row in rows:
        if group and _breaks(group, row):
            result.extend(_block(group))
            group = []
        group.append(row)
    result.extend(_block(group))
    return result


def _breaks(group: list[tuple[int | None, list[str]]], row: tuple[int | None, list[str]]) -> bool:
    widest = max(len(cells) for _, cells in group)
    return len(row[1]) != widest and len(row[1]) > 1


def _block(group: list[tuple[int | None, list[str]]]) -> list[Block]:
    if not group:
        return []
    if all(len(cells) == 1 for _, cells in group):
        return [Paragraph(cells[0], page) for page, cells in group if cells[0]]
    width = max(len(cells) for _, cells in group)
    cells = [
        Cell(r, c, text, colspan=width if len(texts) == 1 else 1, page=page)
        for r, (page, texts) in enumerate(group)
        for c, text in enumerate(texts)
        if text
    ]
    return [Table(0, tuple(cells), len(group), width, page=group[0][0])] if cells else []
