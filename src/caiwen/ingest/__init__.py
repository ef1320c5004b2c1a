"""Files and folders → the store and its index: limited worker processes, incremental, safe to kill."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from caiwen.ingest.report import FileOutcome, IngestReport, Outcome, Progress

if TYPE_CHECKING:
    from caiwen.config import Settings
    from caiwen.store import SearchIndex, Store

__all__ = ["FileOutcome", "IngestReport", "Outcome", "Progress", "ingest"]


def ingest(
    store: Store,
    paths: Iterable[str | Path],
    settings: Settings | None = None,
    *,
    index: SearchIndex | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    force: bool = False,
) -> IngestReport:
    """Read files and folders into the store; the index, where given, follows.

    A bad file never stops the batch: it is in the report with its reason. A file whose content is in the store
    already costs a hash; ``force`` reads it again. Stop it any time, also with kill -9: the store then holds
    the documents that were finished, each whole, and the same call goes on from there.
    Raises StoreError when the store itself cannot be written.
    """
    from caiwen.config import Settings
    from caiwen.ingest.run import Run

    run = Run(store, index, settings or Settings(), on_progress, force=force)
    return run.over([Path(path) for path in paths])
