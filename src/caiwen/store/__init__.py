"""The system of record and the search index. SQLite is the truth; the index is derived from it.

``Store`` holds documents, facts, passages and corrections; ``SearchIndex`` finds passages.
"""

from caiwen.store.filters import FactFilter
from caiwen.store.index import Hit, IndexBusyError, SearchIndex
from caiwen.store.records import Added, Cell, Change, Company, Correction, Near, Source, StoredDocument
from caiwen.store.store import Store

__all__ = [
    "Added",
    "Cell",
    "Change",
    "Company",
    "Correction",
    "FactFilter",
    "Hit",
    "IndexBusyError",
    "Near",
    "SearchIndex",
    "Source",
    "Store",
    "StoredDocument",
]
