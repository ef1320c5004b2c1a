"""NPV, IRR and their dated forms against numpy-financial and textbook identities."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caiwen.finance.valuation.flows import changes_sign, irr, npv, xirr, xnpv

financial = pytest.importorskip("numpy_financial")
amounts = st.integers(1, 10**6).map(D)
rates = st.decimals("0.001", "0.5", places=4)


@given(rates, st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=12))
def test_npv_is_that_of_numpy_financial(rate: D, flows: list[int]) -> None:
    expected = financial.npv(float(rate), [float(f) for f in flows])
    assert float(npv(rate, list(map(D, flows)))) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(amounts, st.lists(amounts, min_size=2, max_size=8))
def test_the_internal_rate_makes_the_flows_worth_nothing(outlay: D, returns: list[D]) -> None:
    flows = [-outlay, *returns]
    found = irr(flows)
    assert len(found) <= 1
    if found:
        assert abs(npv(found[0], flows)) < D("1e-9") * max(flows)
        expected = financial.irr([float(f) for f in flows])
        assert float(found[0]) == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_the_rate_of_a_loan_is_its_coupon() -> None:
    assert irr([D(-100), D(5), D(5), D(105)])[0] == pytest.approx(D("0.05"))


def test_flows_that_turn_twice_have_two_rates() -> None:
    """-100 + 230 d - 132 d² = 0 at d = 1/1.1 and 1/1.2."""
    assert irr([D(-100), D(230), D(-132)]) == pytest.approx([D("0.1"), D("0.2")])


@pytest.mark.parametrize("flows", [[D(1), D(2)], [D(-1), D(-2)], [D(0), D(0)]])
def test_no_sign_change_no_rate(flows: list[D]) -> None:
    assert not changes_sign(flows)


def test_dated_flows_a_whole_year_apart_are_plain_ones() -> None:
    flows, days = [D(-1000), D(300), D(900)], [D(0), D(365), D(730)]
    assert xirr(flows, days)[0] == pytest.approx(irr(flows)[0])
    assert xnpv(D("0.08"), flows, days) == pytest.approx(npv(D("0.08"), flows))


def test_the_documented_example_of_spreadsheets() -> None:
    """Microsoft's own XIRR example: 37.34% for these dates."""
    flows = [D(-10000), D(2750), D(4250), D(3250), D(2750)]
    assert xirr(flows, [D(d) for d in (0, 60, 303, 411, 456)])[0] == pytest.approx(
        D("0.373362535"), abs=D("1e-7")
    )
