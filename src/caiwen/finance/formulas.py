"""Ratios and other derived figures: a table of formulas and a small exact evaluator.

Expressions are read as Python syntax trees and made into functions by hand: numbers, item names (in quotes where they hold
punctuation), + - * /, brackets and unary minus only; powers where the caller allows them. Growth over time is not a
formula here; ``ask`` compares periods.
"""

from __future__ import annotations

import ast
import decimal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache, lru_cache
from typing import Any

from caiwen.errors import CaiwenError
from caiwen.finance.data import load


class FormulaError(CaiwenError):
    """A formula cannot be read, an input is missing, or a divisor is zero."""


class ZeroDivisorError(FormulaError):
    """The divisor of a formula is zero: the ratio does not exist for this company and period."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A derived figure. ``expression`` over canonical item names; ``display``: percent (value × 100, unit %), ratio or amount.

    Names beginning with 期初 or 平均 (平均资产总计) stand for the opening balance and the mean of opening and closing,
    names beginning with 上年 for the same flow a year before. ``given``: inputs that the question must state (股价).
    ``alternatives``: further expressions, for filings that do not disclose an input of the first. ``optional``: inputs that
    count as zero when the statement is there without such a line. ``source``: where the definition comes from.
    """

    name: str
    aliases: tuple[str, ...]
    expression: str
    display: str
    inputs: tuple[str, ...]
    source: str
    unit: str = ""
    decimals: int = 2
    alternatives: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    def present(self, value: Decimal) -> Decimal:
        """The value as it is shown: rounded to ``decimals`` after × 100 for percent."""
        shown = value * 100 if self.display == "percent" else value
        return shown.quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class FormulaMention:
    formula: Formula
    start: int
    end: int


class Formulas:
    """The table of formulas, by name and alias."""

    def __init__(self, entries: tuple[Formula, ...]) -> None:
        self.all = entries
        self._by_name = {lower(name): f for f in entries for name in (f.name, *f.aliases)}
        lengths: dict[str, set[int]] = {}
        for name in filter(lambda name: len(name) > 1, self._by_name):
            lengths.setdefault(name[:2], set()).add(len(name))
        self._lengths = {start: sorted(sizes, reverse=True) for start, sizes in lengths.items()}

    def get(self, name: str) -> Formula | None:
        return self._by_name.get(lower(name))

    def find_in(self, text: str) -> list[FormulaMention]:
        """Formulas that the text names, longest name first at each place, without overlaps.

        Latin names (PE, ROIC) in any case, but not inside longer Latin words.
        """
        text = lower(text)
        found: list[FormulaMention] = []
        at = 0
        while at < len(text):
            for length in self._lengths.get(text[at : at + 2], ()):
                formula = self._by_name.get(text[at : at + length])
                if formula and at + length <= len(text) and stands_alone(text, at, at + length):
                    found.append(FormulaMention(formula, at, at + length))
                    at += length - 1
                    break
            at += 1
        return found


def lower(text: str) -> str:
    """ASCII letters in lower case; offsets stay."""
    return "".join(c.lower() if c.isascii() else c for c in text)


def stands_alone(text: str, start: int, end: int) -> bool:
    """No Latin letter or digit of a longer word right before or after a Latin name."""

    def latin(at: int) -> bool:
        return 0 <= at < len(text) and text[at].isascii() and text[at].isalnum()

    return not (latin(start) and latin(start - 1)) and not (latin(end - 1) and latin(end))


@cache
def formulas() -> Formulas:
    return Formulas(tuple(_entry(row) for row in load("formulas.yaml")["formulas"]))


def _entry(row: dict[str, Any]) -> Formula:
    units = {"percent": "%", "amount": "元"}
    return Formula(
        name=row["name"],
        aliases=tuple(row.get("aliases", ())),
        expression=row["expression"],
        display=row["display"],
        inputs=names_in(row["expression"]),
        source=row["source"],
        unit=row.get("unit") or units.get(row["display"], ""),
        decimals=row.get("decimals", 2),
        alternatives=tuple(row.get("alternatives", ())),
        optional=tuple(row.get("optional", ())),
        given=tuple(row.get("given", ())),
    )


BALANCES = ("期初", "平均")
"""Prefixes of inputs that ask for the opening balance of an item, or for the mean of its opening and closing balance."""
YEAR_BEFORE = "上年"
"""Prefix of inputs that ask for the same flow a year before."""


def balance_of(name: str) -> tuple[str, str]:
    """An input's prefix (期初, 平均, 上年 or empty) and the item: 平均存货 → (平均, 存货)."""
    for prefix in (*BALANCES, YEAR_BEFORE):
        if name.startswith(prefix) and name != "期初现金及现金等价物余额":
            return prefix, name.removeprefix(prefix)
    return "", name


@lru_cache(maxsize=2048)
def names_in(expression: str) -> tuple[str, ...]:
    """The input names of an expression, in order of first use."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(_parse(expression)):
        if isinstance(node, ast.Name):
            found.append((node.col_offset, node.id))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node.col_offset, node.value))
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def evaluate(expression: str, env: Mapping[str, Decimal], *, powers: bool = False) -> Decimal:
    """The exact value of an expression (28 significant digits in divisions). ``powers`` allows ``**``.

    Raises FormulaError for syntax outside the small language, a missing name, or a value too large for any use,
    ZeroDivisorError for a zero divisor.
    """
    reckon = _reckoning(expression, powers)
    with _exactly(expression):
        value = reckon(env)
    return +value


def evaluate_each(expression: str, envs: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """The same for many at a time, by name; those whose divisor is zero have no value and are left out."""
    reckon = _reckoning(expression, False)
    found: dict[str, Decimal] = {}
    with _exactly(expression):
        for name, env in envs.items():
            try:
                found[name] = reckon(env)
            except ZeroDivisorError:
                continue
    return {name: +value for name, value in found.items()}


@contextmanager
def _exactly(expression: str) -> Iterator[None]:
    try:
        with localcontext() as context:
            context.prec = 50
            context.Emax, context.Emin = _LARGEST, -_LARGEST
            yield
    except decimal.DecimalException as error:
        raise FormulaError("数值过大，或对负数开方，无法计算", where=expression) from error


@lru_cache(maxsize=2048)
def _parse(expression: str) -> ast.Expression:
    text = expression.translate(str.maketrans("（）×÷－＋＊／", "()*/-+*/"))
    try:
        return ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise FormulaError(
            "公式写法不对", where=expression, hint="只能用科目名、数字、加减乘除和括号"
        ) from error


_LARGEST = 400
"""Powers of ten that any value of a formula may reach."""


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if base == 0 and exponent < 0:
        raise decimal.DivisionByZero
    return base**exponent


_Operators = dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]
_OPERATORS: _Operators = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}


_Reckoning = Callable[[Mapping[str, Decimal]], Decimal]


@lru_cache(maxsize=2048)
def _reckoning(expression: str, powers: bool) -> _Reckoning:
    """The expression as a function of its inputs; its syntax is checked here, once."""
    operators = _OPERATORS | {ast.Pow: _power} if powers else _OPERATORS
    return _made(_parse(expression).body, expression, operators)


def _made(node: ast.expr, expression: str, operators: _Operators) -> _Reckoning:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            constant = Decimal(str(number))
            return lambda env: constant
        case ast.Name(id=name) | ast.Constant(value=str() as name):
            return _input(name, expression)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            negated = _made(inner, expression, operators)
            return lambda env: -negated(env)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in operators:
            a, b = (_made(side, expression, operators) for side in (left, right))
            if isinstance(operator, ast.Div):
                return _quotient(a, b, expression)
            reckon = operators[type(operator)]
            return lambda env: reckon(a(env), b(env))
    raise FormulaError("公式里有不允许的写法", where=expression, hint="只能用科目名、数字、加减乘除和括号")


def _input(name: str, expression: str) -> _Reckoning:
    def reckon(env: Mapping[str, Decimal]) -> Decimal:
        if name not in env:
            raise FormulaError(f"缺少“{name}”的数值", where=expression)
        return env[name]

    return reckon


def _quotient(a: _Reckoning, b: _Reckoning, expression: str) -> _Reckoning:
    def reckon(env: Mapping[str, Decimal]) -> Decimal:
        numerator, divisor = a(env), b(env)
        if divisor == 0:
            raise ZeroDivisorError("除数为零，该指标不存在", where=expression)
        return numerator / divisor

    return reckon
