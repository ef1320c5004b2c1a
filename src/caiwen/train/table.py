"""What the trainer sees of tokenised data: rows of token ids and labels, by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IGNORE_INDEX = -100  # a label with this value is not learned (the convention of Hugging Face)


class TokenTable(Protocol):
    """Rows of tokens; ``labels`` stand beside the tokens they name (not shifted)."""

    @property
    def lengths(self) -> NDArray[np.int32]: ...

    def __len__(self) -> int: ...

    def row(self, index: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Token ids and labels, both of shape [n]."""
        ...

    def segments(self, index: int) -> Sequence[int]:
        """Lengths of the parts of a row that must not see each other; they sum to n. A plain row: ``[n]``."""
        ...
