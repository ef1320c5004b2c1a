"""A figure of macro statistics: one cell of a table of series, understood."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from caiwen.records.fact import Observation


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """``indicator``: canonical name (an unknown one keeps its printed name). ``region``: 全国 for the nation.

    ``period``: 2024, 2024H1, 2024Q1, 2024-03 or 2024-03-20. ``form``: value, yoy, pop, ytd or ytd_yoy. ``value``: in base
    units (亿元 → 元; units that have none stay as printed). ``published``: the day on which this figure was published,
    which tells a revised figure from the first one; None where the table does not say.
    """

    indicator: str
    region: str
    period: str
    form: str
    value: Decimal
    unit: str
    observation: Observation
    published: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """A point as the store gives it. ``name``: the file; ``seen``: when it was read in. ``replaced``: it stood in an
    earlier edition of that file, which a newer one has replaced since."""

    point: SeriesPoint
    name: str
    seen: str
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class SeriesHead:
    """What the store holds of one series: how many periods of which grain, from when to when."""

    indicator: str
    region: str
    form: str
    unit: str
    first: str
    last: str
    count: int
