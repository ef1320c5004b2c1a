"""A small invented workspace to build datasets from, and drafts to put before the checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from caiwen.dataset.build import Builder, Tally
from caiwen.dataset.config import DatasetConfig, parse
from caiwen.dataset.ledger import Ledger
from caiwen.dataset.records import Draft, Evidence, Source
from caiwen.records import Fact
from caiwen.workspace import Workspace
from tests.ask import make as market

COLD = "山海冷链"
EVERY = {
    "facts": {"wordings": 2},
    "formulas": {"wordings": 1},
    "turns": {},
    "exercises": {"count": 54},
    "concepts": {"wordings": 1},
    "refusals": {"companies": 2},
}


def cold_facts() -> list[Fact]:
    return [*market.cold_2020().facts, *market.cold_2019().facts]


def ledger() -> Ledger:
    """Of one company: its two reports, by code, short name and full name."""
    made = Ledger.of(cold_facts())
    for name in market.COLD[1:]:
        made.name(market.COLD[0], name)
    return made


def workspace(folder: Path) -> Workspace:
    made = Workspace.init(folder)
    for filler in (market.cold_2019(), market.cold_2020(), market.bank_2020(), *market.others()):
        filler.write(made.store)
    return made


def config(**more: Any) -> DatasetConfig:
    return parse({"name": "d", "generators": EVERY, **more}, "test")


def build(made: Workspace, **more: Any) -> tuple[Tally, list[dict[str, Any]]]:
    """The tally and the rows that were kept."""
    builder = Builder(made, config(**more))
    tally = builder.build()
    return tally, rows(builder.folder / "pairs.jsonl")


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def draft(question: str, answer: str, facts: list[Fact] | None = None, **more: Any) -> Draft:
    """About the company of :func:`cold_facts`, with all its facts as evidence where none are given."""
    given: dict[str, Any] = {
        "generator": "facts",
        "template": "lookup.0",
        "evidence": Evidence(tuple(cold_facts() if facts is None else facts)),
        "sources": (Source("甲.pdf"),),
        "keys": ("fact|600001|营业收入||2020|ytd|consolidated",),
        "companies": ((market.COLD[0], COLD),),
    }
    return Draft(question, answer, **{**given, **more})
