"""Reading of a structured source in a process of its own, while this one writes what comes.

Started as ``python -m caiwen.ingest.stream``. Two cores share the work, and a broken spreadsheet that takes
all memory takes it in the child.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice

from caiwen.errors import CaiwenError, DocumentError
from caiwen.ingest.worker import receive, send
from caiwen.records import Fact
from caiwen.records.macro import SeriesPoint
from caiwen.sources import Reading

_MODULE = "caiwen.ingest.stream"
_BATCH = 2000


def streamed(reading: Reading) -> Iterator[Fact | SeriesPoint]:
    """The facts of ``reading``, read by a child; its ``warnings`` and ``names`` are complete at the end.

    Raises what the child raised; DocumentError when it died.
    """
    child = subprocess.Popen([sys.executable, "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            send(child.stdin, reading)
            while isinstance(message := receive(child.stdout), list):
                yield from message
        finally:
            child.kill()
    if isinstance(message, CaiwenError):
        raise message
    if not isinstance(message, Reading):
        hint = "文件可能已损坏或过大；拆成几份再试"
        raise DocumentError("读取程序中途退出", where=reading.document.name, hint=hint)
    reading.warnings += message.warnings
    reading.names |= message.names


def main() -> None:
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the messages
    reading: Reading = receive(incoming)
    try:
        facts = reading.facts()
        while batch := list(islice(facts, _BATCH)):
            send(outgoing, batch)
        send(outgoing, reading)
    except CaiwenError as error:
        send(outgoing, error)


if __name__ == "__main__":
    main()
