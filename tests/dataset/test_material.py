"""Over a real annual report and the real set of 977 pairs; skipped where the material is not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.dataset.audit import audit
from caiwen.dataset.build import Builder
from caiwen.dataset.config import load
from caiwen.workspace import Workspace
from tests.dataset.making import rows
from tests.material import material

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "dataset_report.yaml"


@pytest.mark.material
@pytest.mark.slow
def test_one_report_gives_a_thousand_verified_pairs_over_all_points(tmp_path: Path) -> None:
    report = material("reports/pdf/600201_2020_生物股份.pdf")
    made = Workspace.init(tmp_path / "w")
    made.ingest([report])
    tally = Builder(made, load(CONFIG)).build()
    kept = rows(made.folder / "datasets" / "report" / "pairs.jsonl")
    from_report = [row for row in kept if row["document"] == report.name]
    assert {row["status"] for row in kept} == {"verified"}
    assert len(from_report) > 3000
    assert all(row["page"] and row["box"] for row in from_report)
    assert len(tally.points) == 78


@pytest.mark.material
@pytest.mark.slow
def test_the_audit_of_the_977_pairs_finds_known_errors_and_supports_most(tmp_path: Path) -> None:
    """What was read by hand: docs/LOG.md."""
    pairs = material("sft/300617_2019_安靠智电_977.json")
    made = Workspace.init(tmp_path / "w")
    made.ingest([material("reports/html/300617_2019_安靠智电.html")])
    found = audit(pairs, made.store)
    assert found.pairs == 977
    assert 2400 < found.claims < 3000
    assert len(found.found) < 0.12 * found.claims
    flagged = {(asked.number, claim.text) for asked, claim in found.found}
    for wrong in (
        (290, "204,119,281.03元"),  # the year before's
        (395, "-28,210,777.82元"),  # the parent's
        (844, "4521.6万元"),  # 元
        (912, "16,572,763.42元"),  # one quarter's
        (660, "35亿元"),  # ten times too much
    ):
        assert wrong in flagged, wrong
