"""The record types that pass between rooms: what a Document is, what a Fact is, what an Answer is.

They hold data and small accessors only; no I/O. `Box` is ``(x0, y0, x1, y1)`` in points (1/72 inch)
from the top left corner of the page as displayed (after /Rotate), y growing downwards.
"""

from caiwen.records.document import Block, Box, Cell, Document, PageInfo, Paragraph, Section, Table
from caiwen.records.fact import Basis, Fact, Observation, Passage, Scope, Span, Status
from caiwen.records.filing import Filing, FilingKind

__all__ = [
    "Basis",
    "Block",
    "Box",
    "Cell",
    "Document",
    "Fact",
    "Filing",
    "FilingKind",
    "Observation",
    "PageInfo",
    "Paragraph",
    "Passage",
    "Scope",
    "Section",
    "Span",
    "Status",
    "Table",
]
