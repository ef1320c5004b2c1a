"""Measurements: case → scorer → report. Later issues add suites here, not harnesses.

A suite yields cases and scores each one; :func:`run` turns the outcomes into rates, every rate with its n and its
Wilson 95% interval, and keeps what failed with the reason.
"""

from caiwen.evaluate.framework import Case, Outcome, Rate, Report, Suite, run, wilson

__all__ = ["Case", "Outcome", "Rate", "Report", "Suite", "run", "wilson"]
