"""Progress on stderr: a bar with rate and time left on a terminal, nothing otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, Task
    from rich.text import Text

    from caiwen.ingest import Progress as IngestProgress


def bar(unit: str) -> Progress:
    """A bar that shows ``unit`` per second; silent when stderr is not a terminal."""
    from rich import progress
    from rich.console import Console
    from rich.text import Text

    class Rate(progress.ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.1f} {unit}/秒" if task.speed else f"— {unit}/秒")

    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(bar_width=24),
        progress.MofNCompleteColumn(),
        Rate(),
        progress.TextColumn("剩余"),
        progress.TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        disable=not sys.stderr.isatty(),
        transient=True,
    )


@contextmanager
def counting(title: str, total: int, unit: str = "条") -> Iterator[Callable[[], None]]:
    """Hands out a function to call after each piece of work."""
    with bar(unit) as shown:
        task = shown.add_task(title, total=total)
        yield lambda: shown.advance(task)


@contextmanager
def reading() -> Iterator[Callable[[IngestProgress], None]]:
    """Hands out the function that an ingest calls: pages per second, files done, time left."""
    with bar("页") as shown:
        task = shown.add_task("读入", total=None)

        def show(progress: IngestProgress) -> None:
            title = f"读入 {progress.files_done:,}/{progress.files_total:,} 份"
            shown.update(task, description=title, completed=progress.pages_done, total=progress.pages_total)

        yield show
