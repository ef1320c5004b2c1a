"""Exercises: the gold against numpy-financial and against the same steps without rounding; every word of them filled."""

from __future__ import annotations

import random
import re
from decimal import Decimal
from typing import Any

import numpy_financial
import pytest

from caiwen.dataset.data import load
from caiwen.dataset.generators.exercises import Sheet, exercises, worked
from caiwen.dataset.verify import verify
from caiwen.finance.formulas import evaluate
from caiwen.finance.knowledge_points import point

TABLE: list[dict[str, Any]] = load("exercises.yaml")["exercises"]


def sheets(row: dict[str, Any], count: int = 6) -> list[Sheet]:
    chance = random.Random(row["name"])
    made = [worked(row, chance) for _ in range(400)]
    return [sheet for sheet in made if sheet is not None][:count]


def named(name: str) -> dict[str, Any]:
    return next(row for row in TABLE if row["name"] == name)


def result(sheet: Sheet, name: str) -> float:
    return float(sheet.values[name])


def given(sheet: Sheet, *names: str) -> list[float]:
    return [float(sheet.values[name]) for name in names]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["name"])
def test_rounding_the_steps_does_not_move_the_result(row: dict[str, Any]) -> None:
    """By half a unit of the last place shown at most one unit off what unrounded steps give."""
    for sheet in sheets(row):
        exact = {name: sheet.values[name] for name in row["parameters"]}
        if "solve" in row:
            exact[row["solve"]["name"]] = sheet.values[row["solve"]["name"]]
        for step in row["steps"]:
            if "each" in step:
                whole = Decimal(0)
                for t in range(1, int(exact[step["each"]]) + 1):
                    whole += evaluate(step["expression"], {**exact, "t": Decimal(t)}, powers=True)
                exact[step["total"]] = whole
            else:
                exact[step["name"]] = evaluate(step["expression"], exact, powers=True)
        for name in row.get("asked") or [row["steps"][-1]["name"]]:
            places = next((s["places"] for s in row["steps"] if s["name"] == name), 4)
            unit = next((s["unit"] for s in row["steps"] if s["name"] == name), "")
            allowed = Decimal(1).scaleb(-places) / (100 if unit == "%" else 1)
            assert abs(exact[name] - sheet.values[name]) <= allowed, (name, sheet.lines)


def test_npv_and_irr_agree_with_numpy_financial() -> None:
    for sheet in sheets(named("净现值")):
        invested, flow, rate, years = given(sheet, "初始投资", "每年净流入", "折现率", "年数")
        expected = numpy_financial.npv(rate, [-invested, *[flow] * int(years)])
        assert result(sheet, "净现值") == pytest.approx(expected, abs=0.01)
    for sheet in sheets(named("内部收益率")):
        invested, flow, years = given(sheet, "初始投资", "每年净流入", "年数")
        expected = numpy_financial.irr([-invested, *[flow] * int(years)])
        assert result(sheet, "内部收益率") == pytest.approx(expected, abs=0.00005)


def test_loans_annuities_and_bonds_agree_with_numpy_financial() -> None:
    for sheet in sheets(named("等额本息月供")):
        loan, base, more, years = given(sheet, "贷款金额", "贷款市场报价利率", "加点数", "贷款年数")
        expected = -numpy_financial.pmt((base + more / 10000) / 12, years * 12, loan)
        assert result(sheet, "每月还款额") == pytest.approx(expected, abs=0.006)
    for sheet in sheets(named("普通年金现值")):
        amount, rate, years = given(sheet, "每年金额", "折现率", "年数")
        expected = -numpy_financial.pv(rate, years, amount)
        assert result(sheet, "普通年金现值") == pytest.approx(expected, abs=0.006)
    for sheet in sheets(named("债券价格")):
        face, coupon, rate, years = given(sheet, "面值", "票面利率", "市场收益率", "年数")
        expected = -numpy_financial.pv(rate, years, face * coupon, face)
        assert result(sheet, "债券价格") == pytest.approx(expected, abs=0.006)
    for sheet in sheets(named("到期收益率")):
        face, coupon, price, years = given(sheet, "面值", "票面利率", "市价", "年数")
        expected = numpy_financial.rate(years, face * coupon, -price, face)
        assert result(sheet, "到期收益率") == pytest.approx(expected, abs=0.00006)


def test_every_exercise_is_verified_by_the_same_check_as_all_pairs() -> None:
    made = list(exercises(2 * len(TABLE), 7, held=True))
    assert len({d.sources[0].passage for d in made}) == len(TABLE)
    for draft in made:
        assert verify(draft).status.value == "verified", (draft.answer, verify(draft).reasons)
        assert "{" not in draft.question + draft.answer


def test_a_changed_step_is_found() -> None:
    draft = next(iter(exercises(1, 3)))
    number = re.findall(r"[\d,]+\.\d\d", draft.answer)[-1]
    broken = draft.answer.replace(number, number[:-1] + ("1" if number[-1] != "1" else "2"))
    from dataclasses import replace

    assert verify(replace(draft, answer=broken)).status.value != "verified"


def test_all_that_a_question_asks_for_is_answered() -> None:
    for row in TABLE:
        (draft, *_) = [d for d in exercises(3 * len(TABLE), 2) if d.sources[0].passage == row["name"]]
        end = draft.answer.rsplit("因此，", 1)[1]
        assert all(name in end for name in row.get("asked", ())), draft.answer


def test_the_same_seed_gives_the_same_exercises_and_another_one_others() -> None:
    one, same, other = ([d.question for d in exercises(60, seed)] for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert len(set(one)) == len(one)


def test_held_wordings_ask_for_numbers_of_training_in_other_words() -> None:
    made = list(exercises(300, 1, held=True))
    train = {d.keys[0]: d for d in made if not d.held_out}
    held = [d for d in made if d.held_out]
    assert held
    for draft in held:
        assert draft.question != train[draft.keys[0]].question
        assert draft.answer == train[draft.keys[0]].answer
    assert not {d.template for d in held} & {d.template for d in train.values()}


def test_the_points_of_the_table_exist_and_wordings_are_several() -> None:
    for row in TABLE:
        assert point(row["point"]) is not None, row["point"]
        assert len(row["questions"]) >= 3, row["name"]
        slots = {s for q in row["questions"] for s in re.findall(r"\{(\w+)\}", q)}
        assert slots == set(row["parameters"]), row["name"]
