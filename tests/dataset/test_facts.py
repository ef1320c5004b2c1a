"""Pairs from facts, formulas and dialogues over a small invented company."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from caiwen.dataset.generators import facts, formulas, turns
from caiwen.dataset.generators.facts import Company
from caiwen.dataset.generators.wording import Thing, Wordings, drafts, templates
from caiwen.dataset.records import Draft, PairStatus
from caiwen.dataset.verify import verify
from caiwen.records import Basis, Fact, Status
from tests.ask import make as market
from tests.dataset.making import COLD, cold_facts

KINDS = ["lookup", "member", "text", "multi", "change", "trend", "share", "compare"]
WORDINGS = Wordings(templates(), per_thing=2, held=1)


def company(found: list[Fact] | None = None) -> Company:
    return Company.of(market.COLD[0], COLD, cold_facts() if found is None else found)


def things(*kinds: str) -> list[Thing]:
    return list(facts.things(company(), kinds or KINDS))


def every_draft() -> list[Draft]:
    made = [d for thing in things() for d in drafts(thing, WORDINGS, {})]
    made += [d for thing in formulas.things(company()) for d in drafts(thing, WORDINGS, {})]
    return made + list(turns.dialogues(company(), WORDINGS, {}))


def test_all_that_is_generated_passes_its_own_verification() -> None:
    made = every_draft()
    assert len(made) > 150
    failed = [(d.answer, verify(d).reasons) for d in made if verify(d).status is not PairStatus.VERIFIED]
    assert failed == []


def test_wordings_differ_and_held_ones_are_never_those_of_training() -> None:
    (thing, *_) = things("lookup")
    made = list(drafts(thing, WORDINGS, {}))
    assert [d.held_out for d in made] == [False, False, True]
    assert len({d.question for d in made}) == 3
    shipped = templates()
    for kind, entry in shipped.items():
        assert not set(entry.get("held", ())) & set(entry.get("questions", ())), kind


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("lookup", "1,200.00元"),
        ("member", "股东江一舟的持股数量"),
        ("text", "法定代表人"),
        ("multi", "，"),
        ("change", "增长66.67%"),
        ("share", "占营业收入的比例为75.00%"),
    ],
)
def test_each_kind_says_what_it_should(kind: str, wanted: str) -> None:
    made = [d.answer for thing in things(kind) for d in drafts(thing, WORDINGS, {})]
    assert any(wanted in answer for answer in made), made[:5]


def test_people_are_asked_for_with_who_and_places_with_where() -> None:
    asked = [d.question for thing in things("text") for d in drafts(thing, Wordings(templates(), 5), {})]
    assert any("法定代表人是谁" in q for q in asked)
    assert any("注册地址是哪里" in q for q in asked)
    assert not any("法定代表人是什么" in q for q in asked)


def test_what_cannot_be_stated_is_left_out() -> None:
    revenue = next(
        f for f in cold_facts() if f.item == "营业收入" and f.period == "2020" and not f.dimensions
    )
    conflict = replace(revenue, status=Status.CONFLICT)
    opening = replace(revenue, basis=Basis.OPENING)
    nameless = replace(revenue, item="变更前股票简称", value=None, text="不适用", unit=None)
    assert not facts.usable(conflict)
    assert not facts.usable(opening)
    assert not facts.usable(nameless)
    assert not facts.usable(replace(nameless, item="办公地址", text="830011"))
    assert facts.usable(revenue)


def test_two_filings_that_tell_a_figure_differently_make_no_pair_of_it() -> None:
    one = next(f for f in cold_facts() if f.item == "净利润" and f.period == "2020")
    other = replace(one, value=Decimal("151.00"))
    assert [f for f in company([one]).facts if f.item == "净利润"]
    assert not [f for f in company([one, other]).facts if f.item == "净利润"]


def test_a_companys_own_name_is_no_answer() -> None:
    name = replace(next(f for f in cold_facts() if f.item == "法定代表人"), item="公司简称", text=COLD)
    assert not list(facts.things(company([name]), ["text"]))


def test_companies_are_compared_by_core_items_of_like_size() -> None:
    other = (
        market.Filler("乙.pdf", market.FOOD, "2020").add("营业收入", "3,000.00").add("存货", "900000000.00")
    )
    made = list(facts.compare(company(), Company.of("000200", "远望食品", other.facts)))
    assert [t.facts[0].item for t in made] == ["营业收入"]
    answers = {d.answer for t in made for d in drafts(t, Wordings(templates(), 4), {})}
    assert any("山海冷链比远望食品少1,800.00元" in a for a in answers) or any(
        "远望食品更高" in a for a in answers
    )


def test_trends_need_three_years_in_a_row_and_tell_the_whole_change() -> None:
    filler = market.Filler("丙.pdf", market.COLD, "2020")
    for year, value in (("2018", "100.00"), ("2019", "120.00"), ("2020", "150.00")):
        filler.add("营业收入", value, year)
    (thing,) = facts.things(company(filler.facts), ["trend"])
    assert thing.slots["shape"] == "逐年上升"
    assert thing.slots["whole"] == "2020年比2018年增加50.00元，增长50.00%。"
    flat = market.Filler("丁.pdf", market.COLD, "2020")
    for year in ("2018", "2019", "2020"):
        flat.add("营业收入", "100.00", year)
    assert not list(facts.things(company(flat.facts), ["trend"]))


def test_formulas_write_the_rule_the_inputs_the_steps_and_the_result() -> None:
    made = {t.slots["i"]: t for t in formulas.things(company())}
    ratio = made["资产负债率"]
    assert ratio.slots["steps"] == "资产负债率 = 负债合计 ÷ 资产总计 = 2,400 ÷ 6,000 = 40.00%"
    assert "2020年末负债合计为2,400.00元" in ratio.slots["operands"]


def test_dialogues_leave_out_the_company_and_stay_in_one_scope() -> None:
    made = list(turns.dialogues(company(), WORDINGS, {}))
    assert made
    for draft in made:
        assert COLD in draft.history[0][0]
        assert all(COLD not in q for q in (*(q for q, _ in draft.history[1:]), draft.question))
        assert len({f.scope for f in draft.evidence.facts}) == 1


def test_growth_across_filings_needs_a_base_that_both_tell_alike() -> None:
    early = market.Filler("一.pdf", market.COLD, "2019").add("净利润", "90.00")
    late = market.Filler("二.pdf", market.COLD, "2020").add("净利润", "150.00")
    assert not list(facts.things(company([*early.facts, *late.facts]), ["change"]))
    late.add("净利润", "90.00", "2019")
    (thing,) = facts.things(company([*early.facts, *late.facts]), ["change"])
    assert (thing.slots["w"], thing.slots["r"]) == ("90.00元", "66.67%")


def test_large_round_amounts_are_told_in_yi() -> None:
    filler = market.Filler("戊.pdf", market.BANK, "2020").add("营业收入", "2,768", scale="百万元")
    (thing,) = facts.things(Company.of("601001", "澜屿银行", filler.facts), ["lookup"])
    assert thing.slots["v"] == "27.68亿元"
