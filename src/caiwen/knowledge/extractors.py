"""The registry of extractors: each one reads a document of a known filing and returns facts.

They all have one shape and do not know of each other; the order only decides the order of the facts.
"""

from __future__ import annotations

from collections.abc import Callable

from caiwen.knowledge import (
    bank_indicators,
    concentration,
    dividends,
    indicators,
    non_recurring,
    people,
    profile,
    quarterly,
    research,
    segments,
    shareholders,
    statements,
)
from caiwen.records import Document, Fact, Filing

Extractor = Callable[[Document, Filing], list[Fact]]

EXTRACTORS: tuple[Extractor, ...] = (
    statements.extract,
    indicators.extract,
    quarterly.extract,
    profile.extract,
    people.extract,
    research.extract,
    concentration.extract,
    segments.extract,
    dividends.extract,
    shareholders.extract,
    bank_indicators.extract,
    non_recurring.extract,
)
