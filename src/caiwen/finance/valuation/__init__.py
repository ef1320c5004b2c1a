"""Calculations from figures that a question states: bonds, loans, projects, cost of capital, interest.

``table.calculators()`` lists them as data (the YAML files of this room); ``run`` works one out on a ``Worksheet``, whose
steps an answer shows.
"""

from caiwen.finance.valuation.run import run
from caiwen.finance.valuation.table import Calculator, Goal, Input, calculators, goal_named
from caiwen.finance.valuation.worksheet import Step, ValuationError, Worksheet

__all__ = [
    "Calculator",
    "Goal",
    "Input",
    "Step",
    "ValuationError",
    "Worksheet",
    "calculators",
    "goal_named",
    "run",
]
