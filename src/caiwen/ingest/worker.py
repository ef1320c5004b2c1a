"""A worker process: reads tasks from its standard input, writes results to its standard output.

Started as ``python -m caiwen.ingest.worker``: unlike multiprocessing, this never imports the user's own
script again, so a script needs no ``if __name__ == "__main__"``. Messages are a length and a pickle.

A file made to break its parser is held in by the process: memory by an address-space limit, time by a timer
of the kernel that works in the middle of C code and without the parent. What a task cannot answer for
(a crash, a defect) ends the process; the parent tells the user and starts another.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
from pathlib import Path
from typing import IO, Any

from caiwen.errors import CaiwenError
from caiwen.ingest import tasks

HEADER = struct.Struct("<Q")
READY = "ready"
OUT_OF_MEMORY = 77
"""The exit code that says so."""
_GRACE_SECONDS = 2.0


def send(stream: IO[bytes], message: Any) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(HEADER.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """The next message; None at the end of the stream."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    data = stream.read(length)
    return pickle.loads(data) if len(data) == length else None


def main(memory_mb: int) -> None:
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the messages
    tasks.warm()
    _limit_memory(memory_mb)
    send(outgoing, READY)
    while (message := receive(incoming)) is not None:
        name, arguments, seconds = message
        _limit_time(seconds + _GRACE_SECONDS)
        try:
            answer = getattr(tasks, name)(*arguments)
        except CaiwenError as error:
            answer = error
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)  # what is left of this process is not worth keeping
        _limit_time(0)
        send(outgoing, (answer,))


def _limit_memory(megabytes: int) -> None:
    """So much more than the process has now: some libraries reserve a gigabyte of addresses and use none of it."""
    try:
        import resource
    except ImportError:  # not on Windows: there only the time is limited
        return
    size = _address_space() + megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:  # no /proc: leave room for the largest reservation seen
        return 1536 * 1024 * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")


def _limit_time(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]))
