"""A dataset of some knowledge points only."""

from __future__ import annotations

from pathlib import Path

from tests.dataset.making import build, workspace


def test_only_pairs_of_the_points_wanted(tmp_path: Path) -> None:
    made = workspace(tmp_path / "w")
    wanted = ["偿债能力", "期权"]
    tally, kept = build(made, select={"points": wanted})
    assert {point for row in kept for point in row["points"].split("；")} >= set(wanted)
    assert all(set(row["points"].split("；")) & set(wanted) for row in kept)
    assert tally.total == len(kept) > 20
