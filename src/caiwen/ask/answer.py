"""The record that ``caiwen ask --json`` prints: the contract that scripts lean on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

AnswerStatus = Literal["answered", "clarify", "not_found", "refused"]


class Citation(BaseModel):
    """Where it stands. ``box`` in points from the top left corner of the page; ``row``/``column``: of a sheet as its
    program counts them, from 1 with the heading row; of a table in a document from 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str
    sha256: str
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    article: str | None = None
    quote: str | None = None


class Step(BaseModel):
    """One step of a calculation: for people, and as an expression over ``v0``, ``v1``... (places in ``values``)
    and ``s0``... (earlier steps). ``value`` is not rounded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    expression: str
    value: str


class AnswerValue(BaseModel):
    """One value. ``value`` is a decimal string in base units (12.34% is ``"12.34"``), a text, or true/false as a text.

    ``period`` is year-to-date unless it ends in ``single``. ``citations`` are numbers into the answer's list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["answer", "alternative", "operand"]
    kind: Literal["number", "text", "boolean"]
    entity: str | None = None
    code: str | None = None
    item: str | None = None
    period: str | None = None
    scope: str | None = None
    basis: str | None = None
    reported_in: str | None = None
    value: str | None = None
    unit: str | None = None
    raw: str | None = None
    scale: str | None = None
    rank: int | None = None
    steps: list[Step] | None = None
    citations: list[int] = Field(default_factory=list)


class Stage(BaseModel):
    """How long one stage of answering took."""

    name: str
    milliseconds: float


class Considered(BaseModel):
    """A fact that was looked at, and why it was taken or not."""

    fact: str
    entity: str
    item: str
    period: str
    scope: str
    basis: str
    value: str | None
    document: str
    page: int | None
    taken: bool
    why: str


class Trace(BaseModel):
    """How the answer came about; shown by ``--explain``, not part of the JSON record."""

    understood: list[str] = Field(default_factory=list)
    considered: list[Considered] = Field(default_factory=list)
    dropped: list[str] = Field(default_factory=list)
    stages: list[Stage] = Field(default_factory=list)


class Answer(BaseModel):
    """An answered question. ``values[0]`` is the answer; several answers come first, in order.

    ``plan["context"]``: the question in full, as a follow-up was understood; give it as ``previous`` with the next one.
    """

    id: str | int | None = None
    question: str
    status: AnswerStatus
    answer: str
    values: list[AnswerValue] = Field(default_factory=list)
    citations: list[Citation] = Field(default_factory=list)
    plan: dict[str, Any] | None = None
    notice: str = ""
    milliseconds: float = 0.0
    trace: Trace = Field(default_factory=Trace, exclude=True)

    @property
    def context(self) -> str:
        """The question in full."""
        return str((self.plan or {}).get("context", self.question))

    def as_dict(self) -> dict[str, Any]:
        """Plain data in the order of the contract; what does not apply is null."""
        return self.model_dump(mode="json")


def decimal_text(value: Decimal) -> str:
    """A decimal without exponent: ``1E+3`` → ``1000``; trailing zeros stay as they are."""
    return format(value, "f")
