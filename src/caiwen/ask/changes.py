"""Growth and other comparisons of one measure over two periods."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from caiwen.ask.calculate import Calculator
from caiwen.ask.figures import PLACES, Calculation, Figure, derived, rounded
from caiwen.ask.measure_names import name_of
from caiwen.ask.period_steps import earlier_of, quarter_before
from caiwen.ask.plan import Change, CompanyRef, ItemMeasure, PeriodRef, Single
from caiwen.finance.amount import format_value
from caiwen.finance.items import taxonomy
from caiwen.finance.period import Part, Period

POINTS = "个百分点"


@dataclass(slots=True)
class Comparison:
    """``now`` and ``base`` as compared; ``rate`` and ``amount`` between them; ``label`` says on which basis."""

    now: Figure
    base: Figure
    rate: Figure | None
    amount: Figure
    label: str
    warnings: list[str] = field(default_factory=list)


def base_of(change: Change, period: PeriodRef) -> PeriodRef | None:
    """The period to compare with."""
    if change.base is not None:
        return change.base
    if change.against == "prior_period":
        return quarter_before(period)
    return earlier_of(period, opening=change.against == "year_start")


def compare(
    calculator: Calculator, company: CompanyRef, measure: Single, period: PeriodRef, change: Change
) -> list[Comparison]:
    """The comparable basis first (both columns of one filing), then as first reported where that differs."""
    base = base_of(change, period)
    if base is None:
        return []
    if change.against == "prior_period" and period.form == "report":
        period = period.model_copy(update={"form": "single"})
    found: list[Comparison] = []
    for now, then, label in _pairs(calculator, company, measure, period, base):
        made = _comparison(measure, now, then, label, change, calculator.places)
        if made and not any(_same(made, other, change) for other in found):
            found.append(made)
    return found


def _pairs(
    calculator: Calculator, company: CompanyRef, measure: Single, period: PeriodRef, base: PeriodRef
) -> list[tuple[Figure, Figure, str]]:
    """Both columns of the later report; then as first reported; then as still later reports show both."""
    shown: list[tuple[Figure, Figure, str]] = []
    if isinstance(measure, ItemMeasure):
        look = (calculator.scope, measure.dimensions)
        shown = calculator.evidence.comparable(company, measure.item, period, base, *look)
        year_end = earlier_of(period, opening=True)
        if not shown and year_end and _year_end_instead(measure, period, base):
            base = year_end
            shown = calculator.evidence.comparable(company, measure.item, period, base, *look)
    pairs = [(now, then, "可比口径") for now, then, _ in shown[:1]]
    now, then = (calculator.value(company, measure, each).figure for each in (period, base))
    if now and then and now.value is not None and then.value is not None:
        pairs.append((now, then, "各期首次披露口径" if pairs else ""))
    return pairs + [(now, then, f"《{name}》所列两期") for now, then, name in shown[1:]]


def _year_end_instead(measure: ItemMeasure, period: PeriodRef, base: PeriodRef) -> bool:
    """Interim balance sheets stand beside the last year end, not beside the balance of a year before."""
    item, parsed = taxonomy().get(measure.item), Period.parse(period.period)
    return bool(
        item
        and item.kind == "instant"
        and parsed
        and parsed.part is not Part.FY
        and base.period != period.period
    )


def _comparison(
    measure: Single, now: Figure, then: Figure, label: str, change: Change, places: int | None
) -> Comparison | None:
    a, b = now.exact, then.exact
    if a is None or b is None:
        return None
    name = name_of(measure)
    amount = _amount(name, now, then)
    rate = _compound(name, now, then, places) if change.compound else _rate(name, now, then, places)
    warnings = []
    if b < 0:
        warnings.append(
            "基期为负数，增长率按（本期 − 基期）÷ 基期直接计算，符号与实际增减方向相反，不宜作为增长快慢的依据。"
        )
    if b == 0:
        warnings.append("基期为零，增长率不存在。")
    return Comparison(now, then, rate, amount, label, warnings)


def _amount(name: str, now: Figure, then: Figure) -> Figure:
    percent = now.unit == "%"
    value = (now.value or Decimal(0)) - (then.value or Decimal(0))
    unit = POINTS if percent else now.unit
    text = f"{_shown(now)} − {_shown(then)} = {format_value(value, unit)}"
    made = derived(
        now, f"{name}变动额", value, unit, Calculation(text, "a - b", value, (("a", now), ("b", then)))
    )
    return replace(made, basis=then.basis, dimensions={})


def _rate(name: str, now: Figure, then: Figure, places: int | None) -> Figure | None:
    a, b = now.exact, then.exact
    if a is None or not b:
        return None
    value = (a - b) / b * 100
    shown = rounded(value, PLACES if places is None else places)
    text = f"（{_shown(now)} − {_shown(then)}）÷ {_shown(then)} = {shown}%"
    made = derived(
        now,
        f"{name}增长率",
        shown,
        "%",
        Calculation(text, "(a - b) / b * 100", value, (("a", now), ("b", then))),
    )
    return replace(made, basis=then.basis, dimensions={})


def _compound(name: str, now: Figure, then: Figure, places: int | None) -> Figure | None:
    """The yearly rate that leads from the one to the other; only between positive values."""
    years = _years(now, then)
    if not years or not now.value or not then.value or now.value <= 0 or then.value <= 0:
        return None
    ratio = now.value / then.value
    value = (ratio ** (Decimal(1) / years) - 1) * 100
    shown = rounded(value, PLACES if places is None else places)
    text = f"（{_shown(now)} ÷ {_shown(then)}）^(1/{years}) − 1 = {shown}%"
    expression = f"((a / b) ** (1 / {years}) - 1) * 100"
    return derived(
        now,
        f"{name}年均复合增长率",
        shown,
        "%",
        Calculation(text, expression, value, (("a", now), ("b", then))),
    )


def _years(now: Figure, then: Figure) -> int:
    a, b = (Period.parse(f.period.period) if f.period else None for f in (now, then))
    return a.year - b.year if a and b else 0


def _same(a: Comparison, b: Comparison, change: Change) -> bool:
    """The same answer: equal rates where a rate is asked for, else also equal amounts."""
    if change.show == "rate" and a.rate and b.rate:
        return a.rate.value == b.rate.value
    return a.amount.value == b.amount.value


def _shown(figure: Figure) -> str:
    value = figure.value or Decimal(0)
    text = format_value(value, figure.unit)
    return f"（{text}）" if value < 0 else text
