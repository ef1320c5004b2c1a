"""The taxonomy of items: which printed label or spoken name means which canonical item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from caiwen.finance.data import load, names
from caiwen.finance.items.labels import label_key

SECTORS = ("general", "bank", "insurer", "broker")
FINANCIAL = ("bank", "insurer", "broker")


@dataclass(frozen=True, slots=True)
class Item:
    """One quantity (or text) with one canonical name everywhere.

    ``statement``: where it is at home; ``statements``: every table kind it is printed in, home first. ``kind``: instant or
    flow. ``unit``: money, percent, per_share, shares, people, count, ratio, text, date. ``sectors``: whose formats have it
    (all four when common). ``aliases``: names for questions and labels; ``labels``: wordings only trusted on a printed row;
    ``bare``: question names too short to be labels. ``parents``: canonical names of the line that it stands under.
    """

    name: str
    id: str
    statement: str
    kind: str
    unit: str
    statements: tuple[str, ...]
    sectors: tuple[str, ...] = SECTORS
    aliases: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()

    @property
    def base_unit(self) -> str:
        """The unit of a fact's value."""
        units = {
            "money": "元",
            "percent": "%",
            "per_share": "元/股",
            "shares": "股",
            "people": "人",
            "ratio": "倍",
        }
        return units.get(self.unit, "")


@dataclass(frozen=True, slots=True)
class ItemMention:
    """An item named in a text. ``others``: further items of the very same name (of other sectors or statements)."""

    item: Item
    start: int
    end: int
    others: tuple[Item, ...] = ()


# A table of one kind may hold lines at home in another: what to accept when the home differs, best first.
_NEIGHBOURS = {
    "cash_flow": ("cash_flow_supplement",),
    "cash_flow_supplement": ("cash_flow",),
    "key_indicators": ("regulatory", "income_statement", "balance_sheet", "cash_flow"),
    "quarterly": ("key_indicators", "income_statement", "cash_flow"),
    "regulatory": ("key_indicators",),
}


class Taxonomy:
    """All items, by name, printed label and mention."""

    def __init__(self, items: list[Item]) -> None:
        self.all = tuple(items)
        self._by_name = {item.name: item for item in items}
        self._by_key: dict[str, list[Item]] = defaultdict(list)
        self._by_surface: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            self._index(item)
        self._longest = max(map(len, self._by_surface))

    def _index(self, item: Item) -> None:
        for label in (item.name, *item.aliases, *item.labels):
            entry = self._by_key[label_key(label)]
            if item not in entry:
                entry.append(item)
        for name in (item.name, *item.aliases, *item.bare):
            for surface in _variants(name):
                entry = self._by_surface[surface]
                if item not in entry:
                    entry.append(item)

    def get(self, name: str) -> Item | None:
        """By canonical name, else by an alias that only one item has."""
        found = self._by_name.get(name)
        if found:
            return found
        candidates = self._by_surface.get(name, [])
        return candidates[0] if len(candidates) == 1 else None

    def match(
        self,
        label: str,
        *,
        statement: str | None = None,
        sector: str | None = None,
        parent: str | None = None,
    ) -> Item | None:
        """The item that a printed row label means, or None.

        ``statement`` excludes items that are not printed there (其他综合收益 is a balance in one, a flow in the other);
        ``parent`` is the printed label of the line above that governs this one (优先股 under 应付债券); ``sector`` prefers.
        """
        scored = [
            (score, -order, item)
            for order, item in enumerate(self._by_key.get(label_key(label), ()))
            if (score := _score(item, label, statement, sector, parent)) is not None
        ]
        return max(scored, key=lambda entry: entry[:2])[2] if scored else None

    def find_in(self, text: str, *, sector: str | None = None) -> list[ItemMention]:
        """Items that ``text`` names, longest name first at each place, without overlaps; offsets into ``text``."""
        return list(self._mentions(text, sector))

    def _mentions(self, text: str, sector: str | None) -> Iterator[ItemMention]:
        at = 0
        while at < len(text):
            for length in range(min(self._longest, len(text) - at), 1, -1):
                found = self._by_surface.get(text[at : at + length])
                if found:
                    first, *rest = sorted(
                        found, key=lambda item: sector is not None and sector not in item.sectors
                    )
                    yield ItemMention(first, at, at + length, tuple(rest))
                    at += length - 1
                    break
            at += 1


def _score(
    item: Item, label: str, statement: str | None, sector: str | None, parent: str | None
) -> int | None:
    """How well an item whose name fits also fits the place; None when it cannot stand there."""
    score = 0
    if statement is not None:
        if statement == item.statement:
            score += 8
        elif statement in item.statements:
            score += 6
        else:
            near = [n for n in _NEIGHBOURS.get(statement, ()) if n in item.statements]
            if not near:
                return None
    if item.parents:
        if parent is None:
            score -= 2
        elif label_key(parent) in {label_key(name) for name in item.parents}:
            score += 4
        else:
            score -= 5
            if label_key(label) != label_key(item.name):
                return None
    if sector is not None and sector not in item.sectors:
        if item.statement == "regulatory":  # a bank's 净资产 is not a broker's risk indicator
            return None
        score -= 1
    return score


@cache
def _variant_groups() -> list[list[str]]:
    groups: list[list[str]] = load("items/labels.yaml")["variants"]
    return groups


def _variants(name: str) -> set[str]:
    """The name with each group of interchangeable words swapped, and with 的 left out after an owner."""
    found = {name}
    for group in _variant_groups():
        for form in list(found):
            for word in group:
                if word in form:
                    found |= {form.replace(word, other, 1) for other in group}
                    break
    return found | {form.replace("、", "") for form in found if "、" in form}


@cache
def taxonomy() -> Taxonomy:
    """The whole taxonomy, read once from the YAML files of this folder."""
    items: list[Item] = []
    for file in names("items"):
        if not file.endswith("labels.yaml"):
            for group in load(file)["groups"]:
                items += _items_of(group)
    return Taxonomy(_merged(items))


def _items_of(group: dict[str, Any]) -> list[Item]:
    return [_item({**{k: v for k, v in group.items() if k != "items"}, **row}) for row in group["items"]]


def _item(row: dict[str, Any]) -> Item:
    lists = {key: tuple(row.get(key, ())) for key in ("aliases", "labels", "bare", "parents")}
    return Item(
        name=row["name"],
        id=row["id"],
        statement=row["statement"],
        kind=row["kind"],
        unit=row["unit"],
        statements=tuple(dict.fromkeys((row["statement"], *row.get("statements", ())))),
        sectors=tuple(row.get("sectors", SECTORS)),
        **lists,
    )


def _merged(items: list[Item]) -> list[Item]:
    """General items first, so that they win a tie; a name defined twice is a mistake in the tables."""
    seen: set[str] = set()
    for item in items:
        if item.name in seen or item.id in seen:
            raise ValueError(f"items: {item.name} ({item.id}) is defined twice")
        seen |= {item.name, item.id}
    return sorted(items, key=lambda item: "general" not in item.sectors)
