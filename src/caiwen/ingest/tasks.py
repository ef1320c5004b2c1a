"""What a worker process does. The parent imports this module too, so what is heavy is imported inside."""

from __future__ import annotations

import hashlib
import pickle
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from caiwen.records import Document, Fact, Filing, Passage
from caiwen.records.policy import PolicyRecord

_NUMERAL = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Reading:
    """A document read and understood, ready for the store; its blocks stay behind in the worker.

    ``digits``: a hash of all numerals of the text; documents that differ in it do not say the same.
    """

    document: Document
    filing: Filing
    facts: tuple[Fact, ...]
    passages: tuple[Passage, ...]
    warnings: tuple[str, ...]
    signature: bytes
    digits: str
    policy: PolicyRecord | None = None


def warm() -> None:
    """Load what every document needs."""
    from importlib import import_module

    from caiwen.finance.items import taxonomy

    for room in ("caiwen.documents.pdf", "caiwen.documents.duplicates", "caiwen.knowledge", "pypdfium2"):
        import_module(room)
    taxonomy()


def count_pages(path: str) -> int:
    from caiwen.documents.pdf import page_count

    return page_count(Path(path))


def read_pages(path: str, first: int, last: int) -> bytes:
    """Pages as a pickle, which the parent passes on unopened."""
    from caiwen.documents.pdf import read_pages as read

    return pickle.dumps(read(Path(path), first, last), protocol=pickle.HIGHEST_PROTOCOL)


def finish_pdf(chunks: Sequence[bytes], lost: Mapping[int, str], path: str, sha256: str) -> Reading:
    """``lost``: page number → why it could not be read."""
    from caiwen.documents.pdf import RawPage, assemble
    from caiwen.documents.script import simplified
    from caiwen.documents.sidecar import with_sidecar

    file = Path(path)
    pages = [page for chunk in chunks for page in pickle.loads(chunk)]
    pages += [RawPage(number, error=reason) for number, reason in lost.items()]
    return _understand(with_sidecar(simplified(assemble(pages, file.name, sha256)), file))


def read_file(path: str, sha256: str) -> Reading:
    """A file of any other kind, whole."""
    from caiwen.documents import read

    return _understand(read(Path(path), sha256))


def _understand(document: Document) -> Reading:
    from caiwen.documents.duplicates import signature
    from caiwen.knowledge import understand

    known = understand(document)
    return Reading(
        document=replace(document, blocks=(), sections=()),
        filing=known.filing,
        facts=tuple(known.facts),
        passages=tuple(known.passages),
        warnings=tuple(known.warnings),
        signature=signature(document),
        digits=_digits(passage.text for passage in known.passages),
        policy=known.policy,
    )


def _digits(texts: Iterable[str]) -> str:
    numerals = sorted(numeral for text in texts for numeral in _NUMERAL.findall(text))
    return hashlib.blake2b(" ".join(numerals).encode(), digest_size=16).hexdigest()
