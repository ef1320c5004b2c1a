"""Metrics that evaluate, export and train share: matches of numbers and texts, public scores, intervals."""

from caiwen.scoring.intervals import mean_interval, quantile, quantile_interval, wilson
from caiwen.scoring.numbers import Printed, read_printed
from caiwen.scoring.text import same_text, similarity

__all__ = [
    "Printed",
    "mean_interval",
    "quantile",
    "quantile_interval",
    "read_printed",
    "same_text",
    "similarity",
    "wilson",
]
