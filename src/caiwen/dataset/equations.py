"""Written-out steps: 毛利率 = （营业收入 − 营业成本）÷ 营业收入 = （10 − 6）÷ 10 = 40%. Each equality is worked out again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from caiwen.finance.formulas import FormulaError, evaluate

_CLAUSE = re.compile(r"[^，。；;\n]+")
_EXPRESSION = re.compile(
    r"[\d,.%％\s()（）+＋\-−－–×xX*＊·÷/／^＾]+(?:万元|亿元|百万元|千元|元/股|元|股|人|倍|次|天|年|张|份|户)?"
)
_UNIT = re.compile(r"(万元|亿元|百万元|千元|元/股|元|股|人|倍|次|天|年|张|份|户)")
_FACTORS = {"万元": 4, "亿元": 8, "百万元": 6, "千元": 3}
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SIGNS = str.maketrans("（）＋−－–×＊·÷／＾％", "()+---***//^%")
_MOST_CHARS = 600


@dataclass(frozen=True, slots=True)
class Part:
    """One side of an equality. ``value``: of a numeric side; None for words. ``numbers``: its operands in order."""

    start: int
    end: int
    text: str
    value: Decimal | None = None
    step: Decimal = Decimal(0)
    numbers: tuple[tuple[int, int, Decimal], ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The sides of one chain of equalities, in order; the first is usually a name."""

    parts: tuple[Part, ...]

    @property
    def numeric(self) -> list[Part]:
        return [p for p in self.parts if p.value is not None]

    def wrong(self, question: str = "") -> Part | None:
        """The first numeric side that does not equal the one before it, to the places in which it is written.

        Operands may stand without the scale of the result (2,000 − 35 = 1,965亿元) where the question counts in it.
        """
        sides = self.numeric
        for before, after in itertools.pairwise(sides):
            left, right = before.value or Decimal(0), after.value or Decimal(0)
            slack = max(after.step / 2, before.step / 2 if len(before.numbers) == 1 else Decimal(0))
            if abs(left - right) <= slack:
                continue
            power = _FACTORS.get(after.unit, 0)
            told = power and after.unit in question and not before.unit
            if not told or abs(left - right.scaleb(-power)) > slack.scaleb(-power):
                return after
        return None


def chains(text: str) -> Iterator[Chain]:
    """Every chain of equalities that has at least one numeric side."""
    flat = text.replace("＝", "=").replace("≈", "=")
    for clause in _CLAUSE.finditer(flat):
        if "=" not in clause[0] or len(clause[0]) > _MOST_CHARS:
            continue
        parts, at = [], clause.start()
        pieces = clause[0].split("=")
        for number, piece in enumerate(pieces):
            parts.append(_part(piece, at, last=number == len(pieces) - 1))
            at += len(piece) + 1
        if any(p.value is not None for p in parts):
            yield Chain(tuple(parts))


def _part(piece: str, at: int, *, last: bool) -> Part:
    match = _EXPRESSION.match(piece)
    body = match[0] if match else ""
    while body and not _balanced(body):
        body = body[: max(body.rfind("("), body.rfind("（"), 0)]
    whole = body.strip() == piece.strip()
    value = _value(body) if body.strip() and (whole or last) else None
    if value is None:
        return Part(at, at + len(piece), piece)
    numbers = tuple(
        (at + m.start(), at + m.end(), Decimal(m[0].replace(",", ""))) for m in _NUMBER.finditer(body)
    )
    step = _step(body) if len(numbers) == 1 else Decimal(0)
    units = _UNIT.findall(body)
    return Part(at, at + len(body), body, value, step, numbers, units[0] if len(units) == 1 else "")


def _balanced(text: str) -> bool:
    flat = text.translate(_SIGNS)
    return flat.count("(") == flat.count(")")


def _value(body: str) -> Decimal | None:
    units = _UNIT.findall(body)
    flat = _UNIT.sub("", body).translate(_SIGNS).replace(",", "").replace("x", "*").replace("X", "*")
    flat = re.sub(r"(\d+(?:\.\d+)?)\s*%", r"(\1/100)", flat).replace("^", "**").strip()
    if not re.search(r"\d", flat):
        return None
    try:
        value = evaluate(flat, {}, powers=True)
    except FormulaError:
        return None
    return value.scaleb(_FACTORS.get(units[0], 0)) if len(units) == 1 else value


def _step(body: str) -> Decimal:
    """In which step a single number is written: 28.06% in 0.0001."""
    match = re.search(r"\.(\d+)", body)
    step = Decimal(1).scaleb(-len(match[1])) if match else Decimal(1)
    if "%" in body or "％" in body:
        step = step / 100
    units = _UNIT.findall(body)
    return step.scaleb(_FACTORS.get(units[0], 0)) if units else step
