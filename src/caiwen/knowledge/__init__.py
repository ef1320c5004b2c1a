"""Document → filing, facts and passages; what does not reconcile is kept and marked."""

from caiwen.knowledge.understand import Knowledge, understand

__all__ = ["Knowledge", "understand"]
