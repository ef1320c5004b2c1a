"""Encodings of Chinese text, told apart by what comes out."""

from __future__ import annotations

import pytest

from caiwen.documents.encodings import decode, plausibility
from caiwen.errors import DocumentError

SIMPLIFIED = "本公司主要从事银行业务，报告期内实现营业收入稳步增长，资产质量保持良好。"
TRADITIONAL = "本公司主要從事銀行業務，報告期內實現營業收入穩步增長，資產質量保持良好。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_simplified(encoding: str) -> None:
    text = f"名称,金额\n{SIMPLIFIED},1\n" * 5
    assert decode(text.encode(encoding), "a.csv")[0] == text


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "gb18030"])
def test_traditional(encoding: str) -> None:
    assert decode((TRADITIONAL * 3).encode(encoding), "a.txt") == (TRADITIONAL * 3, ())


def test_short_legacy_headers_are_enough() -> None:
    assert decode("证券代码,证券简称,营业收入\n600000,示例,1\n".encode("gbk"), "a.csv")[0].startswith(
        "证券代码"
    )


def test_wrong_decodings_weigh_little() -> None:
    wrong = SIMPLIFIED.encode("gb18030").decode("big5", errors="replace")
    assert plausibility(wrong) < 0.1 < 0.3 < plausibility(SIMPLIFIED)


def test_a_few_broken_bytes_are_replaced_and_reported() -> None:
    data = (SIMPLIFIED * 20).encode()
    text, warnings = decode(data[:100] + b"\xff" + data[100:], "a.txt")
    assert text.count("本公司主要从事银行业务") >= 19
    assert len(warnings) == 1
    assert "无法按 utf-8 解码" in warnings[0]


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 20, b"\x00\x01\x02\x03" * 500, b"\xff\xfe\x00\xd8" * 300]
)
def test_bytes_that_are_no_text(data: bytes) -> None:
    with pytest.raises(DocumentError, match="文件不是文本"):
        decode(data, "a.bin")


def test_a_false_declaration_does_no_harm() -> None:
    assert decode((SIMPLIFIED * 3).encode("gb18030"), "a.html", declared="big5")[0] == SIMPLIFIED * 3
    assert decode((SIMPLIFIED * 3).encode("gb18030"), "a.html", declared="没有这种编码")[0] == SIMPLIFIED * 3
