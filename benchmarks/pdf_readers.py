"""One reader over one file, in a process of its own: prints a JSON line with pages, CPU seconds and peak memory.

Run by ``pdf_speed.py``, also under the interpreter of the peers' environment; so nothing of caiwen is imported
before a caiwen reader is asked for.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path


def caiwen(path: Path, sample: int) -> int:
    """Text, tables, sections."""
    from caiwen.documents import pdf

    count = pdf.page_count(path)
    pdf.assemble(pdf.read_pages(path, 1, count), path.name, "0")
    return count


def caiwen_facts(path: Path, sample: int) -> int:
    """Text, tables, sections, then facts and passages."""
    from caiwen.documents import pdf
    from caiwen.knowledge.understand import understand

    count = pdf.page_count(path)
    understand(pdf.assemble(pdf.read_pages(path, 1, count), path.name, "0"))
    return count


def pdfplumber(path: Path, sample: int) -> int:
    """``extract_text`` and ``extract_tables`` with their defaults."""
    import pdfplumber as peer

    with peer.open(path) as document:
        chosen = spread(len(document.pages), sample)
        for number in chosen:
            page = document.pages[number]
            page.extract_text()
            page.extract_tables()
            page.close()
    return len(chosen)


def pymupdf(path: Path, sample: int) -> int:
    """``get_text`` and ``find_tables`` with their defaults."""
    import pymupdf as peer

    with peer.open(path) as document:
        chosen = spread(len(document), sample)
        for number in chosen:
            page = document[number]
            page.get_text()
            for table in page.find_tables().tables:
                table.extract()
    return len(chosen)


READERS: dict[str, Callable[[Path, int], int]] = {
    "caiwen": caiwen,
    "caiwen+facts": caiwen_facts,
    "pdfplumber": pdfplumber,
    "pymupdf": pymupdf,
}


def spread(count: int, sample: int) -> list[int]:
    """``sample`` page numbers (from 0) evenly over the file; all where 0 or enough."""
    if not 0 < sample < count:
        return list(range(count))
    return [i * count // sample for i in range(sample)]


def main(name: str, path: str, sample: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    began = time.process_time()
    pages = READERS[name](Path(path), int(sample))
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
    record = {
        "pages": pages,
        "cpu_seconds": seconds,
        "peak_mb": megabytes,
        "version": version(name.split("+")[0]),
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main(*sys.argv[1:])
