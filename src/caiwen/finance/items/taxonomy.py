"""The taxonomy of items: which printed label or spoken name means which canonical item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
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
    ``bare``: question names too short to be labels. ``parents``: names of the line or heading that it stands under.
    ``under``: labels that mean this item below one line only, as (parent, label). ``covers``: items whose value this one
    line states together (基本及稀释每股收益). ``magnitude``: an outflow that is never truly negative: a minus sign in print
    only says that the report signs its outflows.
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
    under: tuple[tuple[str, str], ...] = ()
    covers: tuple[str, ...] = ()
    magnitude: bool = False

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
        self._lengths: dict[str, list[int]] = defaultdict(list)
        for surface in sorted(self._by_surface, key=len, reverse=True):
            lengths = self._lengths[surface[:2]]
            if len(surface) not in lengths:
                lengths.append(len(surface))

    def _index(self, item: Item) -> None:
        for label in (item.name, *item.aliases, *item.labels, *(label for _, label in item.under)):
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
        parent: str | Sequence[str] | None = None,
    ) -> Item | None:
        """The item that a printed row label means, or None.

        ``statement`` excludes items that are not printed there (其他综合收益 is a balance in one, a flow in the other);
        ``parent`` is the printed label of the line or heading above that governs this one (优先股 under 应付债券), or
        several, nearest first; a line known only by its parent (其他, 优先股, 小计) does not match without it.
        ``sector`` prefers.
        """
        above = [parent] if isinstance(parent, str) else parent or ()
        key, keys = label_key(label), [label_key(line) for line in above]
        scored = [
            (score, -order, item)
            for order, item in enumerate(self._by_key.get(key, ()))
            if (score := _score(item, key, statement, sector, keys)) is not None
        ]
        return max(scored, key=lambda entry: entry[:2])[2] if scored else None

    def find_in(self, text: str, *, sector: str | None = None) -> list[ItemMention]:
        """Items that ``text`` names, longest name first at each place, without overlaps; offsets into ``text``."""
        return list(self._mentions(text, sector))

    def _mentions(self, text: str, sector: str | None) -> Iterator[ItemMention]:
        at = 0
        while at < len(text):
            for length in self._lengths.get(text[at : at + 2], ()):
                found = self._by_surface.get(text[at : at + length])
                if found and at + length <= len(text):
                    first, *rest = sorted(
                        found, key=lambda item: sector is not None and sector not in item.sectors
                    )
                    yield ItemMention(first, at, at + length, tuple(rest))
                    at += length - 1
                    break
            at += 1


def _score(item: Item, key: str, statement: str | None, sector: str | None, above: list[str]) -> int | None:
    """How well an item whose name fits also fits the place; None when it cannot stand there."""
    places = [_name_score(item, key), _place_score(item, statement), _parent_score(item, key, above)]
    places.append(_sector_score(item, sector))
    return None if None in places else sum(score for score in places if score is not None)


def _name_score(item: Item, key: str) -> int:
    """The canonical name before an alias before a wording of print."""
    if key == label_key(item.name):
        return 6
    return 4 if any(key == label_key(alias) for alias in item.aliases) else 0


def _place_score(item: Item, statement: str | None) -> int | None:
    if statement is None:
        return -10 if item.statement == "cash_flow_supplement" else 0
    if statement in item.statements:
        return 80 if statement == item.statement else 60
    near = _NEIGHBOURS.get(statement, ())
    return 0 if any(place in near for place in item.statements) else None


def _parent_score(item: Item, key: str, above: list[str]) -> int | None:
    """Up to 40 for the nearest governing line, less for one further up; None where a needed parent is not there."""
    wanted = [label_key(line) for line, label in item.under if label_key(label) == key]
    own = key in _own_keys(item)
    if not wanted or own:
        wanted += [label_key(line) for line in item.parents]
    if not wanted:
        return 0
    for distance, line in enumerate(above):
        if line in wanted:
            return 40 - min(distance, 30)
    return -20 if own and (not item.parents or key == label_key(item.name)) else None


@cache
def _own_keys(item: Item) -> frozenset[str]:
    return frozenset(label_key(name) for name in (item.name, *item.aliases, *item.labels))


def _sector_score(item: Item, sector: str | None) -> int | None:
    if sector is None:
        return 0
    if sector in item.sectors:
        return 4 - len(item.sectors)  # the sector's own line before the common one
    return None if item.statement == "regulatory" else -70  # a bank's 净资产 is not a broker's risk indicator


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
    lists = {key: tuple(row.get(key, ())) for key in ("aliases", "labels", "bare", "parents", "covers")}
    return Item(
        name=row["name"],
        id=row["id"],
        statement=row["statement"],
        kind=row["kind"],
        unit=row["unit"],
        statements=tuple(dict.fromkeys((row["statement"], *row.get("statements", ())))),
        sectors=tuple(row.get("sectors", SECTORS)),
        under=tuple((line, label) for line, labels in row.get("under", {}).items() for label in labels),
        magnitude=bool(row.get("magnitude", False)),
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
