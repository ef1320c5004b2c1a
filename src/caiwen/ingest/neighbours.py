"""Which document in the store a new one repeats, nearly or word for word."""

from __future__ import annotations

from caiwen.documents.duplicates import similarity
from caiwen.ingest.tasks import Reading
from caiwen.records import FilingKind
from caiwen.store import Near, Store


class Neighbours:
    """``threshold``: how similar two documents must be to count as near duplicates."""

    def __init__(self, store: Store, threshold: float) -> None:
        self._threshold = threshold
        self._known = {sha256: (signature, digits) for sha256, signature, digits in store.signatures()}

    def nearest(self, reading: Reading) -> Near | None:
        """The most similar document, if it is similar enough.

        Only where also every numeral agrees does the new one add nothing: a report and its correction are
        nearly the same and must both be kept. Of rules every version is kept, for one word may be the change.
        """
        mine = reading.document.sha256
        rules = reading.filing.kind is FilingKind.POLICY
        best: Near | None = None
        for sha256, (signature, digits) in self._known.items():
            alike = similarity(reading.signature, signature) if sha256 != mine else 0.0
            if alike >= self._threshold and (best is None or alike > best.similarity):
                best = Near(sha256, alike, same_content=digits == reading.digits and not rules)
        return best

    def remember(self, reading: Reading, near: Near | None) -> None:
        if reading.signature and not (near and near.same_content):
            self._known[reading.document.sha256] = (reading.signature, reading.digits)
