"""What a question asks for, as a small typed algebra: select → derive → aggregate → order.

``Query`` is about numbers and short texts (facts); ``Explain`` about passages; ``Define`` about a concept.
``Refuse``, ``Clarify`` and ``Unanswerable`` say why there is no answer. Rules make plans today; whatever else
proposes one must pass the same types.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from caiwen.records import Scope


class Record(BaseModel):
    """Frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CompanyRef(Record):
    """``also``: full names under which facts of it may stand too. ``how``: named as the store knows it, assumed (the only company there), or corrected from a typo in ``said``."""

    who: str
    name: str
    code: str | None = None
    also: tuple[str, ...] = ()
    sector: str = "general"
    how: Literal["named", "assumed", "corrected"] = "named"
    said: str | None = None


class PeriodRef(Record):
    """``period`` as facts write it. ``form``: report (balance, or year to date), single (one quarter alone),
    second_half (the year less its first half), trailing (the twelve months that end with the period).
    ``assumed``: the question named none."""

    period: str
    form: Literal["report", "single", "second_half", "trailing"] = "report"
    assumed: bool = False


class ItemMeasure(Record):
    """One item; ``dimensions`` narrow it to a product, a region, a shareholder..."""

    kind: Literal["item"] = "item"
    item: str
    dimensions: dict[str, str] = Field(default_factory=dict)


class BreakdownMeasure(Record):
    """An item over all members of one axis (分产品, 股东, 客户...)."""

    kind: Literal["breakdown"] = "breakdown"
    item: str
    axis: str


class FormulaMeasure(Record):
    """A formula of the table, by name. ``given``: inputs that the question states (股价), in base units."""

    kind: Literal["formula"] = "formula"
    formula: str
    dimensions: dict[str, str] = Field(default_factory=dict)
    given: dict[str, Decimal] = Field(default_factory=dict)


class RatioMeasure(Record):
    """Two items of the question, one divided by the other. ``also``: items added to the numerator (甲与乙之和占丙的比例)."""

    kind: Literal["ratio"] = "ratio"
    numerator: str
    also: tuple[str, ...] = ()
    denominator: str
    display: Literal["percent", "ratio"] = "percent"


class DifferenceMeasure(Record):
    """One item less another (销售费用高于研发费用的公司)."""

    kind: Literal["difference"] = "difference"
    left: str
    right: str


Single = ItemMeasure | FormulaMeasure | RatioMeasure | DifferenceMeasure
"""A measure with one value for a company and a period."""

Measure = Annotated[
    ItemMeasure | BreakdownMeasure | FormulaMeasure | RatioMeasure | DifferenceMeasure,
    Field(discriminator="kind"),
]


class Change(Record):
    """The measures compared with an earlier period. ``base``: that period where the question names it.

    ``show``: the rate, the amount, both (``first`` says which comes first), or only the direction (是否增长: ``asked`` up,
    增长还是下降: either).
    """

    against: Literal["prior_year", "prior_period", "year_start", "named"] = "prior_year"
    base: PeriodRef | None = None
    show: Literal["rate", "amount", "both", "direction"] = "rate"
    first: Literal["rate", "amount"] = "rate"
    compound: bool = False
    asked: Literal["up", "down", "either"] = "either"


Sign = Literal[">", ">=", "<", "<="]


class Condition(Record):
    """``either``: 是正还是负, neither way is asked for more than the other. ``after``: asked of later periods only. Only companies whose measure (or its change) is above or below a bound (``value`` in base units, shares in %)."""

    measure: Measure
    change: Change | None = None
    sign: Sign
    value: Decimal
    unit: str = ""
    either: bool = False
    after: str = ""


class Aggregate(Record):
    """``same``: are all values equal; ``sum``, ``mean`` and ``difference`` over what was selected; ``count`` of companies;
    ``place``: which place the named companies take among all; ``above``, ``below``: is the first one of two the larger, the
    smaller; ``times``: the first one as a multiple of the second."""

    kind: Literal["count", "sum", "mean", "median", "same", "difference", "place", "above", "below", "times"]


class Order(Record):
    """Rank what was selected and keep places ``first``..``last``; ``over`` says what is ranked."""

    over: Literal["companies", "periods", "members"]
    descending: bool = True
    first: int = 1
    last: int = 1


class Ranking(Record):
    """Companies ranked by a measure, or by its change, in each of ``periods``."""

    measure: Measure
    change: Change | None = None
    periods: tuple[PeriodRef, ...] = ()
    order: Order


class Select(Record):
    """``companies`` empty with ``everyone``: all companies of the store (or of the list given with the question),
    registered in one of ``regions`` (in any year, where ``ever``) and of ``sector`` (bank, insurer, broker, or a word of the industry)."""

    companies: tuple[CompanyRef, ...] = ()
    everyone: bool = False
    regions: tuple[str, ...] = ()
    ever: bool = False
    sector: str | None = None
    periods: tuple[PeriodRef, ...] = ()
    scope: Scope = Scope.CONSOLIDATED


class Query(Record):
    """``derive``: what to show (of everyone: of those that ``rankings`` and ``conditions`` leave). ``every``: places and conditions must hold in all periods (and rankings).

    Of companies that are named, ``conditions`` are asked: do they hold?"""

    kind: Literal["query"] = "query"
    select: Select
    derive: tuple[Measure, ...]
    change: Change | None = None
    conditions: tuple[Condition, ...] = ()
    rankings: tuple[Ranking, ...] = ()
    every: bool = False
    aggregate: Aggregate | None = None
    order: Order | None = None
    decimals: int | None = None
    currency_unit: str | None = None


class Explain(Record):
    """Quote what the material says. ``topic``: the question's own words; ``terms``: what a search adds to them;
    ``sections``: titles under which such things stand by the statutory format; ``needs``: what a passage must hold.
    ``exact``: a figure under this very name was asked for; passages that lack the name are leads, no answer.
    ``facts``: figures told beside the passages; with ``change`` how they moved, and the passages must tell why."""

    kind: Literal["explain"] = "explain"
    topic: str
    terms: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    exact: str | None = None
    companies: tuple[CompanyRef, ...] = ()
    periods: tuple[PeriodRef, ...] = ()
    facts: tuple[Measure, ...] = ()
    change: Change | None = None


class Several(Record):
    """Things asked in one breath (营业收入是多少，同比增长多少，主要客户有哪些), each with what it inherits filled in."""

    kind: Literal["several"] = "several"
    parts: tuple[Annotated[Query | Explain, Field(discriminator="kind")], ...]


PolicyAsk = Literal[
    "article", "topic", "about", "define", "compare", "first", "effect", "ended", "repeals", "status", "which", "versions",
    "history", "issued", "number", "issuer", "size",
]  # fmt: skip


class Policy(Record):
    """What a statute or rule says, and about it. ``law``: the key of its title; None to look through all in force.

    ``day``: on which its standing is judged (ISO); ``versions``: sha256 of the texts meant, first one first; none
    when no text that is at hand was in force then. ``articles``: as cited (第四十七条第二款). ``cue``: the question's
    own words show that it is about a rule.
    """

    kind: Literal["policy"] = "policy"
    law: str | None
    title: str | None
    asks: PolicyAsk
    day: str
    said: str = ""
    versions: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    topic: str = ""
    cue: bool = True
    note: str = ""


class Macro(Record):
    """Figures of macro statistics. ``forms``: one for each indicator, value, yoy, pop, ytd or ytd_yoy; None where the question
    names none. ``terms``: the periods meant, in order; empty for the newest figure. ``parts``: the grain of which all
    figures within the terms are meant. ``recent``: so many of ``recent_of`` up to the newest. ``day``: of the question. ``cumulative``: from the
    year's beginning. ``bound`` in base units, or as the table counts where the
    question gave it no unit (not ``bound_scaled``). ``place``: the second highest is 2. ``vintage``: the figure published first, or the newest; ``known_on``: as published by that day.
    """

    kind: Literal["macro"] = "macro"
    indicators: tuple[str, ...]
    forms: tuple[str | None, ...]
    regions: tuple[str, ...]
    terms: tuple[str, ...] = ()
    parts: Literal["year", "half", "quarter", "month", "day"] | None = None
    recent: int = 0
    recent_of: Literal["year", "half", "quarter", "month", "day"] | None = None
    cumulative: bool = False
    asks: Literal[
        "value", "list", "highest", "lowest", "filter", "count", "truth", "compare", "change", "mean", "total", "moves",
        "revisions", "about",
    ] = "value"  # fmt: skip
    bound_scaled: bool = True
    place: int = 1
    consecutive: bool = False
    against: Literal["prior_period", "prior_year", "named"] = "prior_period"
    sign: Sign | None = None
    bound: Decimal | None = None
    vintage: Literal["newest", "first"] = "newest"
    known_on: str | None = None
    day: str = ""


class Given(Record):
    """One figure of the question. A ``%`` value is a fraction. ``assumed``: the convention that stands in for it, as it
    is told; ``said``: its date."""

    name: str
    value: Decimal
    unit: str
    assumed: str = ""
    said: str = ""


class Compute(Record):
    """A calculation from the question's own figures. ``variant``: of a formula of the table, which of its expressions;
    None for a declared calculator. ``also``: the same question for another method (等额本息 and 等额本金)."""

    kind: Literal["compute"] = "compute"
    calculator: str
    variant: int | None = None
    goals: tuple[str, ...]
    given: tuple[Given, ...]
    notes: tuple[str, ...] = ()
    decimals: int | None = None
    currency: str = "元"
    also: tuple[Compute, ...] = ()


class Define(Record):
    """What a term means; ``others``: terms that it is to be told apart from."""

    kind: Literal["define"] = "define"
    term: str
    formula: str | None = None
    others: tuple[str, ...] = ()


class Refuse(Record):
    kind: Literal["refuse"] = "refuse"
    rule: str
    text: str


class Clarify(Record):
    """Ask back, with the choices."""

    kind: Literal["clarify"] = "clarify"
    text: str
    choices: tuple[str, ...] = ()


class Unanswerable(Record):
    """Nothing in the material can answer; ``suggestions``: the nearest things that are there."""

    kind: Literal["unanswerable"] = "unanswerable"
    text: str
    suggestions: tuple[str, ...] = ()


Plan = Annotated[
    Query | Explain | Several | Policy | Macro | Compute | Define | Refuse | Clarify | Unanswerable,
    Field(discriminator="kind"),
]
