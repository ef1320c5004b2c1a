"""Who a row speaks of: codes with their lost zeros put back, full names from a directory table."""

from __future__ import annotations

from dataclasses import dataclass, field

from caiwen.finance.companies import normalise_code
from caiwen.sources.columns import require
from caiwen.sources.mapping import TableMapping
from caiwen.sources.periods import period_of
from caiwen.sources.rows import Spool, column_numbers


@dataclass
class Directory:
    """Names by code, and by code and period where a company changed its name."""

    full: dict[str, str] = field(default_factory=dict)
    short: dict[str, str] = field(default_factory=dict)
    full_then: dict[tuple[str, str], str] = field(default_factory=dict)
    short_then: dict[tuple[str, str], str] = field(default_factory=dict)

    def read(self, table: TableMapping, spool: Spool, where: str) -> None:
        """Take in a ``companies`` table; later periods win for the plain name."""
        require(table, spool.header, where)
        place = column_numbers(spool.header)
        latest: dict[str, str] = {}
        for _, cells in spool:
            code = normalise_code(_at(cells, place.get(table.code or "")))
            if code is None:
                continue
            period = period_of(_at(cells, place.get(table.period or ""))) or ""
            newest = period >= latest.get(code, "")
            latest[code] = max(period, latest.get(code, ""))
            for column, plain, then in (
                (table.entity, self.full, self.full_then),
                (table.short_name, self.short, self.short_then),
            ):
                name = _at(cells, place.get(column or ""))
                if name:
                    then[(code, period)] = name
                    if newest or code not in plain:
                        plain[code] = name

    def update(self, other: Directory) -> None:
        self.full.update(other.full)
        self.short.update(other.short)
        self.full_then.update(other.full_then)
        self.short_then.update(other.short_then)

    def full_name(self, code: str, period: str) -> str | None:
        return self.full_then.get((code, period)) or self.full.get(code)

    def short_name(self, code: str, period: str) -> str | None:
        return self.short_then.get((code, period)) or self.short.get(code)


def _at(cells: tuple[str, ...], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""
