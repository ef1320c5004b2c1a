"""Numbers that other numbers of the same answer add up to, differ by, or are a part of."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

from caiwen.dataset.amounts import agree, quantum
from caiwen.dataset.binding import Bound
from caiwen.dataset.data import words
from caiwen.dataset.mentions import Mention
from caiwen.dataset.records import Support
from caiwen.dataset.scene import Scene

_NEAR, _FAR, _LONG = 8, 120, 9
"""So many of the nearest numbers are tried; with more, some pair would fit any share by chance."""


def adds_up(scene: Scene, bound: Bound) -> bool:
    """合计, 相差, 占, 比率: a number that supported numbers of the same answer come to."""
    m, lead = bound.mention, scene.answer[max(0, bound.mention.start - 16) : bound.mention.start]
    exact = len(m.text.replace(",", "")) >= _LONG and "." in m.text
    if bound.role == "change" and is_growth(scene, bound, _FAR):
        return True
    announced = any(word in lead for word in words("derived"))
    if m.value is None or not (announced or exact):
        return False
    near = [s for s in scene.supported if s is not m and _same_time(scene, s, bound)]
    near.sort(key=lambda s: abs(s.start - m.start))
    same = [s.value for s in near if s.unit == m.unit and s.value is not None][:_NEAR]
    for count in range(2, (min(len(same), 6) if announced else 2) + 1):
        if any(abs(sum(group, Decimal(0)) - m.value) <= _slack(m) for group in combinations(same, count)):
            return True
    if any(abs(abs(a - b) - abs(m.value)) <= _slack(m) for a, b in combinations(same, 2)):
        return True
    return announced and _is_ratio(m, near)


def is_growth(scene: Scene, bound: Bound, back: int = 0) -> bool:
    """A change between two numbers that are borne out, of the same sentence or ``back`` characters before it."""
    m, (start, end) = bound.mention, bound.sentence
    near = [s for s in scene.supported if start - back <= s.start < end and s is not m]
    for a, b in combinations([s for s in near if s.value], 2):
        x, y = a.value or Decimal(1), b.value or Decimal(1)
        if a.unit != b.unit:
            continue
        ways = (
            [y - x]
            if m.unit == a.unit or m.unit == "百分点"
            else [(y - x) / abs(x) * 100, (x - y) / abs(y) * 100]
        )
        if any(agree(m, v, bound.before, bound.after, signed=False) is not Support.NONE for v in ways):
            return True
    return False


def _same_time(scene: Scene, one: Mention, bound: Bound) -> bool:
    """Numbers of another period do not add up to this one; sums over periods are told with their periods."""
    when = scene.frames.get(one.start)
    several = sum(1 for m in bound.others if m.kind == "period") > 1
    return when is None or bound.frame.when is None or several or when == bound.frame.when


def _is_ratio(m: Mention, near: list[Mention]) -> bool:
    money = [s.value for s in near if s.unit not in ("%", "百分点") and s.value][:_NEAR]
    if m.unit not in ("%", "倍", "次", "") or m.value is None:
        return False
    factor = 100 if m.unit == "%" else 1
    pairs = [(a, b) for a in money for b in money if a is not b]
    return any(abs(abs(a / b) * factor - abs(m.value)) <= _slack(m) for a, b in pairs)


def _slack(m: Mention) -> Decimal:
    return quantum(m) / 2
