"""Small self-made material for the tests of ingest."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.documents.hostile import assemble, stream

REPORT = """<!doctype html><html><head><meta charset="utf-8"><title>{name}{year}年年度报告</title></head><body>
<h1>{name}股份有限公司</h1><h1>{year}年年度报告</h1>
<p>公司代码：{code}　公司简称：{name}</p>
<h2>第一节 公司业务概要</h2><p>{text}</p>
<h2>第二节 财务报告</h2><p>合并利润表</p><p>{year}年1—12月</p><p>单位：元 币种：人民币</p>
<table><tr><td>项目</td><td>附注</td><td>{year}年度</td><td>{before}年度</td></tr>
<tr><td>一、营业总收入</td><td></td><td>{revenue:,.2f}</td><td>{earlier:,.2f}</td></tr>
<tr><td>其中：营业收入</td><td>七、1</td><td>{revenue:,.2f}</td><td>{earlier:,.2f}</td></tr>
<tr><td>二、营业总成本</td><td></td><td>{cost:,.2f}</td><td>{earlier:,.2f}</td></tr></table>
</body></html>
"""


def report(folder: Path, number: int, year: int = 2020, **more: object) -> Path:
    """A made-up annual report as HTML, a few hundred bytes long, with one statement table."""
    path = folder / f"{600100 + number}_{year}.html"
    given = {
        "name": f"山海{'甲乙丙丁戊己庚辛壬癸'[number % 10]}号",
        "code": 600100 + number,
        "year": year,
        "before": year - 1,
        "text": f"本公司是第{number}家从事冷链设备研发、生产与销售的企业，共有{number * 7 + 30}名员工。",
        "revenue": 1_000_000 * (number + 1) + 0.5,
        "earlier": 900_000 * (number + 1) + 0.25,
        "cost": 700_000 * (number + 1) + 0.75,
    }
    path.write_text(REPORT.format(**{**given, **more}), encoding="utf-8")
    return path


def pdf(path: Path, contents: list[bytes], resources: bytes = b"", objects: Sequence[bytes] = ()) -> Path:
    """One page for each content stream; ``objects`` are numbered from 4."""
    first = 4 + len(objects)
    kids = b" ".join(b"%d 0 R" % (first + 2 * n) for n in range(len(contents)))
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    ]
    for number, content in enumerate(contents):
        body.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % (first + 2 * number + 1, resources)
        )
        body.append(content)
    path.write_bytes(assemble(body))
    return path


def words(text: str) -> bytes:
    return stream(b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text.encode("ascii"))


def plain_pages(count: int) -> list[bytes]:
    return [words(f"page {number} holds some words, enough of them") for number in range(1, count + 1)]


def bomb_content(megabytes: int) -> bytes:
    """Packed twice; unpacks to this size, which no memory limit of the tests allows."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b"q Q " * 262_144) for _ in range(megabytes)) + packer.flush()
    return stream(zlib.compress(once, 9), b"/Filter [/FlateDecode /FlateDecode]")


def aborting(path: Path, pages: int = 20, bad: Iterable[int] = (6,), megabytes: int = 300) -> Path:
    """The pages ``bad`` end the process that reads them, under a memory limit."""
    content = bomb_content(megabytes)
    contents = plain_pages(pages)
    for number in bad:
        contents[number - 1] = content
    return pdf(path, contents)


def endless(path: Path, pages: int = 3, bad: int = 2) -> Path:
    """Page ``bad`` draws a form that draws twelve that each draw twelve...: it takes for ever, and little memory.

    The innermost form is a megabyte of operators that draw nothing: time without objects, so that it is
    always the clock that ends it, never the memory limit.
    """
    contents = plain_pages(pages)
    contents[bad - 1] = stream(b"/X Do")
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
    draws = b"/Resources << /XObject << /X %d 0 R >> >>"
    forms = [stream(b"/X Do " * 12, entries + draws % (number + 1)) for number in range(4, 9)]
    forms.append(stream(b"q Q " * 250_000, entries))
    return pdf(path, contents, b"/XObject << /X 4 0 R >>", forms)
