"""Citations are checked against the characters of the file, and wrong ones are seen."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from caiwen.evaluate import Report, run
from caiwen.evaluate.alignment import beside, inside
from caiwen.evaluate.places import Places
from caiwen.records import Basis, Box, Fact
from tests.evaluate.make import Shelf, fact

REVENUE: Box = (290, 92, 380, 108)
COST: Box = (290, 122, 380, 138)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Page 1: a heading, then two rows of label and number. Page 2: turned by 90 degrees."""
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
    canvas.drawString(300, 842 - 70, "Thisyear")
    for y, label, number in ((105, "Revenue", "1,234.50"), (135, "Operating cost", "987.00")):
        canvas.drawString(80, 842 - y, label)
        canvas.drawString(300, 842 - y, number)
    canvas.showPage()
    canvas.setPageRotation(90)
    canvas.drawString(80, 700, "Revenue 1,234.50")
    canvas.showPage()
    canvas.save()
    return tmp_path / "a.pdf"


def test_inside_the_box(report: Path) -> None:
    assert inside(report, 1, REVENUE, "1,234.50") is True
    assert inside(report, 1, COST, "1,234.50") is False
    assert inside(report, 1, None, "1,234.50") is None
    assert inside(report, 2, REVENUE, "1,234.50") is None


def test_beside_the_label(report: Path) -> None:
    assert beside(report, 1, REVENUE, "Revenue") is True
    assert beside(report, 1, COST, "Revenue") is False
    assert beside(report, 1, COST, "Operating cost") is True
    assert beside(report, 1, COST, "This year") is True  # above it, in its column
    assert (
        beside(report, 1, COST, "Operating cost of the whole group") is True
    )  # its start: the page cut the rest
    assert beside(report, 1, COST, "") is None


@dataclass
class Library(Shelf):
    path: Path = Path()

    def document_paths(self) -> dict[str, Path]:
        return {self.path.name: self.path}


def _at(made: Fact, box: Box, page: int = 1, raw: str | None = None) -> Fact:
    seen = made.observation
    return replace(made, observation=replace(seen, box=box, page=page, raw=seen.raw if raw is None else raw))


def _run(report: Path, *facts: Fact) -> Report:
    return run(Places(Library({report.name: facts}, path=report)))


def test_a_right_citation(report: Path) -> None:
    (outcome,) = _run(report, _at(fact("Revenue", "1,234.50"), REVENUE)).outcomes
    assert outcome.scores == {"page": True, "box": True, "row": True, "right": True}


@pytest.mark.parametrize(
    ("wrong", "metric"),
    [
        (_at(fact("Revenue", "1,234.51"), REVENUE), "page"),
        (_at(fact("Revenue", "987.00"), REVENUE), "box"),
        (_at(fact("Revenue", "987.00"), COST), "row"),
        (_at(fact("Operating cost", "987.00"), COST, page=2), "page"),
    ],
)
def test_wrong_citations_are_seen(report: Path, wrong: Fact, metric: str) -> None:
    (outcome,) = _run(report, wrong).outcomes
    assert outcome.scores[metric] is False
    assert outcome.scores["right"] is False


def test_what_a_person_entered_was_never_printed(report: Path) -> None:
    assert _run(report, _at(fact("Revenue", "1", basis=Basis.CORRECTED), REVENUE)).outcomes == []
