"""HTML: reports turned into HTML, and web pages and news.

A report is walked as it stands (``<h>``, ``<p>``, ``<table>``; ``data-page`` on a section gives the page). A web page
goes through trafilatura, which finds the main text between navigation and advertisements.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from typing import TYPE_CHECKING

from caiwen.documents.aligned import join_continued, tables_from_lines
from caiwen.documents.clean import drop_running_heads, join_broken, join_cell, join_wrapped
from caiwen.documents.encodings import decode
from caiwen.documents.finish import finish
from caiwen.documents.gridding import Placed, table_of
from caiwen.documents.paged_html import Page, PageTable, lay_out
from caiwen.documents.report_pages import is_report
from caiwen.documents.sections import is_title_like, read_heading
from caiwen.errors import DocumentError
from caiwen.records import Block, Document, PageInfo, Paragraph, Table

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PARSER = "caiwen.html 1"
_HINT_LEVEL = 9
_SHORTEST_NEWS = 60
_SKIPPED = {"script", "style", "noscript", "template", "nav", "iframe", "svg", "button", "select", "head"}
_HEADINGS = {"h", "h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _HEADINGS | {
    *(
        "p",
        "div",
        "section",
        "article",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "body",
        "html",
    ),
    *(
        "main",
        "header",
        "footer",
        "aside",
        "figure",
        "figcaption",
        "center",
        "form",
        "fieldset",
        "caption",
        "hr",
    ),
}
_ODD_TAG = re.compile(r"<(?=/?[^a-zA-Z/!?])|<(?=/[^a-zA-Z])")


@dataclass(slots=True)
class _Walk:
    """Where the walk stands: the blocks so far, the text of the open paragraph, the page."""

    blocks: list[Block] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    captions: dict[int, str] = field(default_factory=dict)
    page: int | None = None
    level: int = 0

    def flush(self) -> None:
        text = join_wrapped("".join(self.text))
        self.text.clear()
        if text:
            self.blocks.append(Paragraph(text, self.page, level=self._hint(text)))

    def _hint(self, text: str) -> int:
        return _HINT_LEVEL if self.level and (is_title_like(text) or read_heading(text)) else 0


def read_html(data: bytes, name: str, sha256: str) -> Document:
    """Read an HTML file; raises DocumentError when it holds no text."""
    text, warnings = decode(data, name, declared=declared_charset(data))
    root = parse(text, name)
    walk = walk_tree(root)
    is_report = _is_report(root, walk.blocks)
    document = _report(walk, name, sha256) if is_report else _article(text, walk, name, sha256)
    if not document.blocks:
        raise DocumentError(
            "网页里没有正文", where=name, hint="请确认保存的是完整网页，而不是需要脚本才显示的空壳"
        )
    title = document.title or _title(root)
    extra = document.extra | ({"layout": "report"} if is_report else {"layout": "article"})
    return replace(document, title=title, warnings=(*warnings, *document.warnings), extra=extra)


def declared_charset(data: bytes) -> str | None:
    found = re.search(rb"charset\s*=\s*[\"']?\s*([\w-]{3,20})", data[:4096], re.IGNORECASE)
    return found.group(1).decode("ascii", "ignore") if found else None


def parse(text: str, name: str) -> HtmlElement:
    """A tree from any text; what is not markup after ``<`` (〈 printed as <) stays text."""
    from lxml import etree, html

    cleaned = re.sub(r"^\s*<\?xml[^>]*\?>", "", _ODD_TAG.sub("&lt;", text.replace("\x00", "")))
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(cleaned, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError("网页里没有可读的内容", where=name, hint="请检查文件是否完整") from error


def walk_tree(root: HtmlElement) -> _Walk:
    walk = _Walk()
    _visit(root, walk)
    walk.flush()
    return walk


def _visit(root: HtmlElement, walk: _Walk) -> None:
    """Depth first without recursion: broken pages nest thousands deep."""
    stack: list[tuple[HtmlElement, Iterator[HtmlElement], int | None]] = []
    _enter(root, walk, stack)
    while stack:
        element, children, page = stack[-1]
        child = next(children, None)
        if child is not None:
            _enter(child, walk, stack)
            continue
        stack.pop()
        _leave(element, walk, page)


def _enter(
    element: HtmlElement, walk: _Walk, stack: list[tuple[HtmlElement, Iterator[HtmlElement], int | None]]
) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag in _SKIPPED or not tag:
        walk.text.append(element.tail or "")
        return
    before = walk.page
    walk.page = _page_of(element) or walk.page
    if tag == "table" and element.find(".//table") is None:
        _add_table(element, walk)
        walk.text.append(element.tail or "")
        return
    if tag in _BLOCKS or tag in {"table", "tr", "td", "th"}:
        walk.flush()
    if tag == "br":
        walk.text.append("\n")
    walk.level += tag in _HEADINGS
    walk.text.append(element.text or "")
    stack.append((element, iter(element), before))


def _leave(element: HtmlElement, walk: _Walk, page: int | None) -> None:
    tag = element.tag
    if tag in _BLOCKS or tag in {"table", "tr", "td", "th"}:
        walk.flush()
    walk.level -= tag in _HEADINGS
    walk.page = page
    walk.text.append(element.tail or "")


def _page_of(element: HtmlElement) -> int | None:
    value = element.get("data-page") or element.get("data-page-number") or element.get("data-page-no") or ""
    return int(value) if value.isdigit() and len(value) < 6 else None


def _add_table(element: HtmlElement, walk: _Walk) -> None:
    walk.flush()
    caption = element.find("caption")
    title = join_cell(caption.text_content()) if caption is not None else ""
    placed = [
        [
            Placed(join_cell(_cell_text(cell)), _span(cell, "rowspan"), _span(cell, "colspan"))
            for cell in _cells(row)
        ]
        for row in element.iter("tr")
    ]
    table = table_of(placed, page=walk.page)
    if table is not None:
        if title and walk.page is None:
            walk.blocks.append(Paragraph(title))
        walk.captions[len(walk.blocks)] = title
        walk.blocks.append(table)


def _cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _cell_text(cell: HtmlElement) -> str:
    parts = [cell.text or ""]
    for child in cell.iterdescendants():
        if child.tag in ("br", "p", "div"):
            parts.append("\n")
        parts.append(child.text or "" if isinstance(child.tag, str) else "")
        parts.append(child.tail or "")
    return "".join(parts)


def _span(cell: HtmlElement, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), 500) if value.isdigit() and len(value) < 6 else 1


def _is_report(root: HtmlElement, blocks: list[Block]) -> bool:
    marked = root.find(".//h") is not None or root.find(".//section[@data-page]") is not None
    return marked or is_report(blocks, _title(root))


def _report(walk: _Walk, name: str, sha256: str) -> Document:
    numbers = sorted({b.page for b in walk.blocks if b.page is not None})
    if numbers:
        blocks = lay_out(_pages(walk))
    else:
        blocks = join_broken(drop_running_heads(join_continued(tables_from_lines(walk.blocks))))
    done, sections = finish(blocks)
    pages = tuple(PageInfo(n) for n in numbers)
    return Document(sha256, name, "html", pages=pages, blocks=done, sections=sections, parser=PARSER)


def _pages(walk: _Walk) -> list[Page]:
    pages: list[Page] = []
    for i, block in enumerate(walk.blocks):
        number = block.page or 0
        if not pages or pages[-1].number != number:
            pages.append(Page(number, [], []))
        if isinstance(block, Table):
            pages[-1].tables.append(PageTable(block, walk.captions.get(i, "")))
        else:
            pages[-1].texts.append(block.text)
    return pages


def _article(text: str, walk: _Walk, name: str, sha256: str) -> Document:
    """The main text as trafilatura sees it; the whole page where it finds none."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Extract
    from trafilatura.settings import use_config

    config = use_config()
    config.set("DEFAULT", "min_extracted_size", str(_SHORTEST_NEWS))
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    found = bare_extraction(
        text,
        include_comments=False,
        include_tables=True,
        include_links=False,
        with_metadata=True,
        config=config,
    )
    blocks: list[Block] = []
    title, published = "", None
    if isinstance(found, Extract):
        blocks = _main_blocks(found.body)
        title, published = (found.title or "").strip(), (found.date or "")[:10] or None
    if sum(len(b.text) for b in blocks if isinstance(b, Paragraph)) < 20:
        blocks = join_broken(walk.blocks) or _bare_text(text)
    done, sections = finish(blocks)
    return Document(
        sha256, name, "html", blocks=done, sections=sections, title=title, published=published, parser=PARSER
    )


def _bare_text(markup: str) -> list[Block]:
    """Markup that no parser gets through (thousands of open tags): the text between the tags."""
    visible = re.sub(r"<(script|style)\b.*?</\1\s*>", "\n", markup, flags=re.IGNORECASE | re.DOTALL)
    lines = (unescape(line).strip() for line in re.sub(r"<[^<>]*>", "\n", visible).splitlines())
    return [Paragraph(line) for line in lines if line]


def _main_blocks(body: HtmlElement) -> list[Block]:
    """trafilatura's own tags: head, p, list/item, table/row/cell, quote."""
    blocks: list[Block] = []
    for element in body:
        if element.tag == "table":
            rows = [[Placed(join_cell("\n".join(c.itertext()))) for c in row] for row in element.iter("row")]
            table = table_of(rows, page=None)
            blocks.extend([table] if table is not None else [])
            continue
        parts = list(element.iter("item")) if element.tag == "list" else [element]
        for part in parts:
            text = join_wrapped("".join(part.itertext()))
            if text:
                blocks.append(Paragraph(text, level=_HINT_LEVEL if element.tag == "head" else 0))
    return blocks


def _title(root: HtmlElement) -> str:
    title = root.find(".//title")
    return join_cell(title.text_content()) if title is not None else ""
