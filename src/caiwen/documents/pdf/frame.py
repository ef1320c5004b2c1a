"""Three views of a page: PDF user space, the page as displayed, and the page with its text upright.

A quarter turn counts clockwise. ``/Rotate`` says how the page is displayed; the text may stand at another angle
(landscape tables on portrait pages). Tables are built upright; boxes are reported as displayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from caiwen.records import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """``bounds``: the visible page in user space; ``shown`` and ``upright``: quarter turns of the two views."""

    bounds: Box
    shown: int
    upright: int

    def size(self, turns: int) -> tuple[float, float]:
        x0, y0, x1, y1 = self.bounds
        return (y1 - y0, x1 - x0) if turns % 2 else (x1 - x0, y1 - y0)

    def to_upright(self, boxes: NDArray) -> NDArray:
        """User-space boxes (n, 4), y up → upright boxes, y down."""
        import numpy as np

        a, b, c, d = boxes.T
        x0, y0, x1, y1 = self.bounds
        columns = {
            0: (a - x0, y1 - d, c - x0, y1 - b),
            1: (b - y0, a - x0, d - y0, c - x0),
            2: (x1 - c, b - y0, x1 - a, d - y0),
            3: (y1 - d, x1 - c, y1 - b, x1 - a),
        }[self.upright]
        return np.stack(columns, axis=1)

    def to_shown(self, box: Box) -> Box:
        """An upright box → the same box on the page as displayed, to a hundredth of a point."""
        x0, y0, x1, y1 = box
        if self.shown == self.upright:
            return (round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2))
        width, height = self.size(self.upright)
        turned = {
            1: (height - y1, x0, height - y0, x1),
            2: (width - x1, height - y1, width - x0, height - y0),
            3: (y0, width - x1, y1, width - x0),
        }[(self.shown - self.upright) % 4]
        a, b, c, d = turned
        return (round(a, 2), round(b, 2), round(c, 2), round(d, 2))
