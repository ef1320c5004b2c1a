"""A plan about macro statistics → its reply."""

from __future__ import annotations

from caiwen.ask.macro_reply import MacroReply
from caiwen.ask.macro_select import MacroSelecting


class MacroAnswerer(MacroSelecting):
    """One for each question."""

    def answer(self) -> MacroReply:
        ask = {
            "about": self._about, "revisions": self._revisions, "moves": self._moves, "highest": self._extreme,
            "lowest": self._extreme, "filter": self._filter, "count": self._filter, "truth": self._truth,
            "compare": self._compare, "change": self._change, "mean": self._mean, "total": self._total, "list": self._list,
        }.get(self.plan.asks, self._value)  # fmt: skip
        self.reply.known += [term.words for term in self._terms()]
        ask()
        for text in dict.fromkeys(self._missing):
            self.reply.say_known(text)
        self.reply.answered = any(v.role == "answer" for v in self.reply.values)
        return self.reply
