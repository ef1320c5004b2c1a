"""What calls cost and the limit that they must not pass. Money is exact decimals, 元."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from caiwen.engines.cached import Measured
from caiwen.engines.protocol import EngineError
from caiwen.engines.settings import EngineSettings

TOKENS_A_CHAR = Decimal("0.8")
"""Assumed until replies tell: current tokenizers need 0.5 to 0.9 tokens a Chinese character with its marks and digits."""
_WARY = Decimal(2)
_MILLION = 1_000_000


class BudgetError(EngineError):
    """The next call could pass the limit. What was paid for is kept."""


@dataclass(slots=True)
class Purse:
    """``calls`` and tokens so far, those of earlier runs included. A limit of 0 is none."""

    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    max_calls: int = 0
    max_cost: Decimal = Decimal(0)
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    _held: dict[int, Decimal] = field(default_factory=dict, repr=False)
    _next: int = field(default=0, repr=False)

    @classmethod
    def of(cls, settings: EngineSettings) -> Purse:
        prices = Decimal(str(settings.price_in)), Decimal(str(settings.price_out))
        return cls(*prices, settings.max_calls, Decimal(str(settings.max_cost)))

    def remember(self, done: Measured) -> None:
        """Count what earlier runs used."""
        self.calls += done.replies
        self.tokens_in += done.tokens_in + int(done.untold_in * TOKENS_A_CHAR)
        self.tokens_out += done.tokens_out + int(done.untold_out * TOKENS_A_CHAR)

    @property
    def cost(self) -> Decimal:
        return self.worth(self.tokens_in, self.tokens_out)

    def worth(self, tokens_in: int, tokens_out: int) -> Decimal:
        return (self.price_in * tokens_in + self.price_out * tokens_out) / _MILLION

    def hold(self, chars: int, max_tokens: int) -> int:
        """Set aside the most that a call of so many characters may cost; a ticket for :meth:`settle`.

        Raises BudgetError when calls or cost would pass their limit, with everything now under way at its dearest.
        """
        if self.max_calls and self.calls >= self.max_calls:
            raise BudgetError(
                f"已请求 {self.calls:,} 次，到了上限 max_calls",
                hint="加大 max_calls 再运行会接着做，已得到的回答不会再次请求",
            )
        most = self.worth(int(chars * _WARY), max_tokens)
        held = sum(self._held.values(), Decimal(0))
        if self.max_cost and self.cost + held + most > self.max_cost:
            raise BudgetError(
                f"已花约 {self.cost:.2f} 元，再请求可能超过上限 max_cost（{self.max_cost} 元）",
                hint="加大 max_cost 再运行会接着做，已得到的回答不会再次请求",
            )
        self.calls += 1
        self._next += 1
        self._held[self._next] = most
        return self._next

    def settle(self, ticket: int, tokens_in: int = 0, tokens_out: int = 0) -> None:
        """The call is over and used so many tokens."""
        self._held.pop(ticket, None)
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
