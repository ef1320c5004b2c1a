"""Plain text and Markdown."""

from __future__ import annotations

import re

from caiwen.documents.aligned import join_continued, tables_from_lines
from caiwen.documents.clean import (
    drop_running_heads,
    furniture_key,
    is_page_number,
    join_broken,
    join_wrapped,
    running_lines,
)
from caiwen.documents.encodings import decode
from caiwen.documents.finish import finish
from caiwen.documents.gridding import Placed, table_of
from caiwen.errors import DocumentError
from caiwen.records import Block, Document, PageInfo, Paragraph

PARSER = "caiwen.text 1"
_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKS = re.compile(r"\*\*(.+?)\*\*|__(.+?)__|`([^`]+)`|!?\[([^\]]*)\]\([^)]*\)")


def read_text(data: bytes, name: str, sha256: str) -> Document:
    """Plain text: form feeds part pages, blank lines part paragraphs, aligned values become tables."""
    text, warnings = decode(data, name)
    if not text.strip():
        raise DocumentError("文件是空的", where=name, hint="请检查文件是否保存完整")
    pages = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    paged = len(pages) > 1
    blocks = _mend(_page_blocks(pages, paged))
    done, sections = finish(blocks)
    infos = tuple(PageInfo(i + 1) for i in range(len(pages))) if paged else ()
    title = next((b.text for b in done if isinstance(b, Paragraph) and len(b.text) <= 60), "")
    return Document(
        sha256,
        name,
        "txt",
        infos,
        done,
        sections,
        title.splitlines()[0] if title else "",
        warnings=warnings,
        parser=PARSER,
    )


def _mend(blocks: list[Block]) -> list[Block]:
    return join_broken(drop_running_heads(join_continued(tables_from_lines(blocks))))


def _page_blocks(pages: list[str], paged: bool) -> list[Block]:
    lines = [[line.strip() for line in page.splitlines()] for page in pages]
    furniture = running_lines([[line for line in page if line] for page in lines]) if paged else frozenset()
    blocks: list[Block] = []
    for number, page in enumerate(lines, start=1):
        kept = [
            line
            for line in page
            if not (paged and (is_page_number(line) or furniture_key(line) in furniture))
        ]
        where = number if paged else None
        blocks.extend(Paragraph(line, where) for part in _parts(kept) for line in part)
    return blocks


def _parts(lines: list[str]) -> list[list[str]]:
    """Paragraphs between blank lines, each as its unwrapped lines."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line:
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return [join_wrapped("\n".join(part)).splitlines() for part in parts if part]


def read_markdown(data: bytes, name: str, sha256: str) -> Document:
    """Markdown: ``#`` headings rule the section tree, pipe tables become tables."""
    text, warnings = decode(data, name)
    if not text.strip():
        raise DocumentError("文件是空的", where=name, hint="请检查文件是否保存完整")
    blocks = _markdown_blocks(_COMMENT.sub("", text).splitlines())
    done, sections = finish(blocks, outline=True)
    title = next((b.text for b in done if isinstance(b, Paragraph) and b.level == 1), "")
    return Document(
        sha256, name, "md", blocks=done, sections=sections, title=title, warnings=warnings, parser=PARSER
    )


def _markdown_blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    waiting: list[str] = []
    at = 0

    def flush() -> None:
        if waiting and (text := join_wrapped("\n".join(waiting))):
            blocks.append(Paragraph(text))
        waiting.clear()

    while at < len(lines):
        line = lines[at].strip()
        heading = _HEADING.match(line)
        if heading:
            flush()
            blocks.append(Paragraph(_plain(heading.group(2)), level=len(heading.group(1))))
        elif "|" in line and at + 1 < len(lines) and _RULE.match(lines[at + 1]) and "|" in lines[at + 1]:
            flush()
            end = _table_end(lines, at + 2)
            table = table_of([_cells(row) for row in (line, *lines[at + 2 : end])], page=None)
            blocks.extend([table] if table is not None else [])
            at = end
            continue
        elif line:
            waiting.append(_plain(line))
        else:
            flush()
        at += 1
    flush()
    return blocks


def _table_end(lines: list[str], start: int) -> int:
    end = start
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def _cells(row: str) -> list[Placed]:
    parts = row.strip().removeprefix("|").removesuffix("|").split("|")
    return [Placed(_plain(part.strip())) for part in parts]


def _plain(text: str) -> str:
    """The text without the marks for bold, code and links."""
    return _MARKS.sub(lambda m: next(g for g in m.groups() if g is not None), text).strip()
