"""Small self-made material for the tests of ingest."""

from __future__ import annotations

import zlib
from pathlib import Path

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


def pdf(
    path: Path, contents: list[bytes], resources: bytes = b"", objects: list[bytes] | None = None
) -> Path:
    """A PDF written by hand: one page for each content stream; ``objects`` are numbered from 4."""
    extra = objects or []
    first = 4 + len(extra)
    kids = b" ".join(b"%d 0 R" % (first + 2 * n) for n in range(len(contents)))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        font,
        *extra,
    ]
    for number, content in enumerate(contents):
        body.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % (first + 2 * number + 1, resources)
        )
        body.append(stream(content))
    return _write(path, body)


def stream(content: bytes, head: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), head, content)


def words(text: str) -> bytes:
    return b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text.encode("ascii")


def deflated_zeros(megabytes: int) -> bytes:
    """A content stream that unpacks to this size."""
    return zlib.compress(b"0 " * (megabytes * 512 * 1024), 9)


def _write(path: Path, body: list[bytes]) -> Path:
    parts, offsets = [b"%PDF-1.7\n"], []
    for number, content in enumerate(body, 1):
        offsets.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = sum(map(len, parts))
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(body) + 1, table))
    parts.append(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(body) + 1, start))
    path.write_bytes(b"".join(parts))
    return path
