"""Where results and messages go: results to stdout, everything else to stderr, both UTF-8."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from caiwen.errors import CaiwenError, system_words

if TYPE_CHECKING:
    from rich.console import Console

PIPE_CLOSED = 141
"""128 + SIGPIPE, the exit code that shells show for it."""
UNBOUNDED = 400
"""Width of tables when nobody's terminal limits it: a pipe or a file gets whole rows."""


def speak_utf8() -> None:
    """Chinese must come out whole whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower() != "utf-8":
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str = "") -> None:
    try:
        sys.stdout.write(text + "\n")
    except BrokenPipeError:
        leave_closed_pipe()


def leave_closed_pipe() -> NoReturn:
    """Who reads our output has seen enough (``| head``): end without a word, as other tools do on SIGPIPE."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(PIPE_CLOSED)


def warn(text: str) -> None:
    sys.stderr.write(text + "\n")


def json_line(record: Mapping[str, object]) -> str:
    return json.dumps(record, ensure_ascii=False)


def say_json_lines(records: Iterable[Mapping[str, object]]) -> None:
    for record in records:
        say(json_line(record))


def write_whole(path: Path, text: str) -> None:
    """Write beside and rename, so that a reader never sees half a file."""
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise CaiwenError("写不进去", where=str(path), hint=system_words(error)) from error


def write_json(path: Path, record: Mapping[str, object]) -> None:
    write_whole(path, json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def console() -> Console:
    from rich.console import Console

    wide = None if sys.stdout.isatty() else UNBOUNDED
    return Console(file=sys.stdout, width=wide, highlight=False, soft_wrap=False)


def say_table(headers: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> None:
    """An aligned table; ``right`` names the columns of numbers. Text is shown as it is, never as markup."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    numbers = set(right)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for header in headers:
        table.add_column(header, justify="right" if header in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    target = console()
    with target.capture() as capture:
        target.print(table)
    for line in capture.get().splitlines():
        say(line.rstrip())


_STYLES = {"已核对": "green", "有冲突": "bold red", "缺": "yellow"}
