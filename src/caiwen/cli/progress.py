"""Progress on stderr: a bar with rate and time left on a terminal, nothing otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, Task
    from rich.text import Text

    from caiwen.dataset.generators.text import Spending
    from caiwen.ingest import Progress as IngestProgress
    from caiwen.train.progress import Event


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


def asking(shown: Progress) -> Callable[[Spending], None]:
    """A second line in a bar for calls of a language model: passages done, rate, time left, tokens and cost so far."""
    task = None

    def show(spending: Spending) -> None:
        nonlocal task
        progress, purse = spending.progress, spending.purse
        if task is None:
            task = shown.add_task("请求", total=progress.total)
        cost = f"，约 {purse.cost:,.2f} 元" if purse.cost else ""
        failed = f"，{progress.failed:,} 段没有得到" if progress.failed else ""
        title = "等已发出的请求（再按一次 Ctrl-C 立即停）" if progress.ending else "请求"
        told = f"{title} {purse.tokens_in + purse.tokens_out:,} token{cost}{failed}"
        shown.update(task, description=told, completed=progress.done)

    return show


@contextmanager
def training() -> Iterator[Callable[[Event], None]]:
    """Hands out the function that a training run calls: steps, loss, tokens per second, time left."""
    with bar("步") as shown:
        task = shown.add_task("准备", total=None)
        loss = ""

        def show(event: Event) -> None:
            nonlocal loss
            if "loss" in event.metrics:
                loss = f" 损失 {event.metrics['loss']:.4f}"
            rate = f" {event.tokens_per_second:,.0f} token/秒" if event.tokens_per_second else ""
            title = {"data": "读数据", "model": "载入模型", "evaluation": "验证", "save": "保存"}.get(
                event.kind, f"训练 {event.stage}".strip()
            )
            completed = event.step if event.steps else None
            shown.update(
                task, description=title + loss + rate, completed=completed, total=event.steps or None
            )

        yield show
