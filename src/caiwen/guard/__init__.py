"""Before and after every answer: what must be refused, what must be said.

``Guard().check(text, direction)`` reads the rules of ``policy.yaml`` over several normalised views of the text.
The notice and the AI label that every answer carries come from the same file.
"""

from caiwen.guard.check import Decision, Guard, Hit
from caiwen.guard.policy import Policy, load_policy

__all__ = ["Decision", "Guard", "Hit", "Policy", "load_policy"]
