"""The two kinds of held-out pairs, by definition, over whole builds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from caiwen.dataset.splitting import EVIDENCE, TRAIN, WORDING, Splitter
from tests.dataset.making import build, draft, workspace


def asked_with(row: dict[str, Any]) -> set[str]:
    return {part.partition("/")[0] for part in row["template"].split("+")}


def keys(rows: list[dict[str, Any]], split: str) -> set[str]:
    return {key for row in rows if row["split"] == split for key in row["keys"].split("\n")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    made = workspace(tmp_path_factory.mktemp("w") / "w")
    return build(made, split={"evidence": 0.15})[1]


def test_there_are_pairs_of_every_kind(built: list[dict[str, Any]]) -> None:
    counts = {split: sum(row["split"] == split for row in built) for split in (TRAIN, WORDING, EVIDENCE)}
    assert min(counts.values()) > 10, counts


def test_wording_held_out_pairs_use_templates_unseen_in_training(built: list[dict[str, Any]]) -> None:
    trained = {t for row in built if row["split"] == TRAIN for t in asked_with(row)}
    for row in built:
        if row["split"] == WORDING:
            assert not asked_with(row) & trained, row["template"]


def test_wording_held_out_pairs_ask_for_facts_that_training_has(built: list[dict[str, Any]]) -> None:
    assert keys(built, WORDING) <= keys(built, TRAIN)


def test_evidence_held_out_pairs_share_no_fact_key(built: list[dict[str, Any]]) -> None:
    assert not keys(built, EVIDENCE) & (keys(built, TRAIN) | keys(built, WORDING))


def test_without_held_wordings_nothing_is_split_off_for_them(tmp_path: Path) -> None:
    rows = build(workspace(tmp_path / "w"), split={"wording": 0, "evidence": 0.0})[1]
    assert {row["split"] for row in rows} == {TRAIN}
    assert not any("held" in row["template"] for row in rows)


def test_by_company_all_keys_of_a_company_are_on_one_side() -> None:
    splitter = Splitter(0.5, by_company=True, seed=1)
    for who in ("600001", "601001", "000100", "000200"):
        one = splitter.is_held(f"fact|{who}|营业收入||2020|ytd|consolidated")
        assert one is splitter.is_held(f"fact|{who}|存货||2019|instant|parent")


def test_by_item_all_periods_of_an_item_are_on_one_side_and_statutes_by_article() -> None:
    splitter = Splitter(0.5, by_company=False, seed=3)
    assert splitter.unit("fact|1|营业收入||2020|ytd|c") == splitter.unit("fact|1|营业收入||2019|ytd|c")
    assert splitter.unit("fact|1|营业收入||2020|ytd|c") != splitter.unit("fact|1|营业成本||2020|ytd|c")
    assert splitter.unit("law|公司法|2018-10-26|第三条") == splitter.unit(
        "law|公司法|2023-12-29|第三条|义务|公司"
    )


def test_a_pair_of_both_sides_belongs_to_neither() -> None:
    splitter = Splitter(0.5, by_company=True, seed=1)
    held = next(c for c in map(str, range(99)) if splitter.is_held(f"fact|{c}|x||2020|y|z"))
    free = next(c for c in map(str, range(99)) if not splitter.is_held(f"fact|{c}|x||2020|y|z"))
    both = draft("问", "答", keys=(f"fact|{held}|x||2020|y|z", f"fact|{free}|x||2020|y|z"))
    assert splitter.split(both) is None
