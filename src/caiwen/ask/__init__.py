"""Ask: question → plan → evidence → verified answer with citations."""

from caiwen.ask.answer import Answer, AnswerValue, Citation
from caiwen.ask.asker import Asker

__all__ = ["Answer", "AnswerValue", "Asker", "Citation"]
