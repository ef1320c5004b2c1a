"""Whether an HTML page is a report, to be read as it stands, or a web page around an article (rules in YAML)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from caiwen.documents.rules import load_rules
from caiwen.finance.text import squash
from caiwen.records import Block, Paragraph, Table

_RULES = "report_pages.yaml"


def is_report(blocks: Sequence[Block], title: str) -> bool:
    """By sheer size, by a title that is the name of a filing over its tables, or by a statement under its title."""
    rules = load_rules(_RULES)
    tables = [b for b in blocks if isinstance(b, Table) and b.n_rows >= rules["rows"]]
    text = [b.text for b in blocks if isinstance(b, Paragraph)]
    if sum(map(len, text)) > rules["characters"] or len(tables) >= rules["tables"]:
        return True
    if len(tables) >= rules["titled_tables"] and any(_names_filing(t, rules) for t in (title, *text[:3])):
        return True
    return any(_is_statement(blocks, number, rules) for number in range(len(blocks)))


def _names_filing(text: str, rules: dict[str, Any]) -> bool:
    plain = squash(text)
    return len(plain) <= rules["title_length"] and re.search(rules["title"], plain) is not None


def _is_statement(blocks: Sequence[Block], number: int, rules: dict[str, Any]) -> bool:
    block = blocks[number]
    if not isinstance(block, Table) or block.n_rows < rules["statement_rows"]:
        return False
    above = blocks[max(0, number - rules["reach"]) : number]
    return any(isinstance(b, Paragraph) and re.search(rules["statement"], squash(b.text)) for b in above)
