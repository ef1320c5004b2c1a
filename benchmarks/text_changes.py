"""Are pairs from passages proved? Sentences of real passages as answers, as they stand and with one thing changed.

    python benchmarks/text_changes.py --workspace DIR --count 1000

No model is needed: an answer is a sentence of the passage with a number in it. As it stands it should be verified.
Changed (one digit; the year that it names; two numbers exchanged) it should not be. What is left as verified is shown.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from caiwen import Workspace
from caiwen.dataset.generators.text import title_of
from caiwen.dataset.generators.text_evidence import Evidences, closed
from caiwen.dataset.generators.text_passages import spread, worth_asking
from caiwen.dataset.records import Draft, PairStatus
from caiwen.dataset.verify import verify
from caiwen.records import Passage
from caiwen.scoring import wilson

SENTENCE = re.compile(r"[^。；\n]{12,}[。；]")
NUMBER = re.compile(r"(?<![\d.,年月第A-Za-z])\d[\d,]*(?:\.\d+)?(?=\s*(?:亿|万|元|%|股|台|人|家|吨))")
YEAR = re.compile(r"(?<!\d)(20[012]\d)(?=年(?!\d{1,2}月))")


def digit(answer: str, chance: random.Random) -> str | None:
    found = [m for m in NUMBER.finditer(answer) if len(m[0].replace(",", "")) >= 3]
    if not found:
        return None
    m = chance.choice(found)
    at = chance.choice([n for n in range(m.start(), m.end()) if answer[n].isdigit()])
    other = chance.choice([d for d in "123456789" if d != answer[at]])
    return answer[:at] + other + answer[at + 1 :]


def year(answer: str, chance: random.Random) -> str | None:
    found = list(YEAR.finditer(answer))
    if len(found) != 1 or not NUMBER.search(answer):
        return None
    m = found[0]
    return answer[: m.start()] + str(int(m[0]) + chance.choice((-1, 1))) + answer[m.end() :]


def exchanged(answer: str, chance: random.Random) -> str | None:
    found = [m for m in NUMBER.finditer(answer) if len(m[0]) >= 3]
    pairs = [(a, b) for a in found for b in found if a.start() < b.start() and a[0] != b[0]]
    if not pairs:
        return None
    a, b = chance.choice(pairs)
    return answer[: a.start()] + b[0] + answer[a.end() : b.start()] + a[0] + answer[b.end() :]


CHANGES = {"digit": digit, "year": year, "exchanged": exchanged}


def sentences(workspace: Workspace, seed: int) -> Iterator[tuple[Passage, str]]:
    every = (p for d in workspace.documents() for p in workspace.store.passages_of(d.sha256))
    for passage in spread((p for p in every if worth_asking(p, 80)), seed):
        found = [m[0] for m in SENTENCE.finditer(closed(passage.text)) if NUMBER.search(m[0])]
        if found:
            yield passage, found[0]


def status(workspace: Workspace, evidences: Evidences, passage: Passage, answer: str) -> PairStatus:
    document = workspace.store.document(passage.document)
    question = f"{document.filing.short_name or ''}的情况如何？"
    draft = Draft(
        question,
        answer,
        "text",
        "text.summary",
        evidences.of(passage, document, title_of(document), (question, answer)),
        (),
        (),
        companies=evidences.companies(document),
        model="none",
    )
    return verify(draft).status


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20)
    told = parser.parse_args()
    workspace, chance = Workspace(told.workspace), random.Random(told.seed)
    evidences = Evidences(workspace.store)
    counts: dict[str, Counter[PairStatus]] = {name: Counter() for name in ("as it stands", *CHANGES)}
    slipped: list[str] = []
    for _, (passage, answer) in zip(range(told.count), sentences(workspace, told.seed), strict=False):
        counts["as it stands"][status(workspace, evidences, passage, answer)] += 1
        for name, change in CHANGES.items():
            made = change(answer, chance)
            if made is None or closed(made) in closed(passage.text):
                continue
            found = status(workspace, evidences, passage, made)
            counts[name][found] += 1
            if found is PairStatus.VERIFIED:
                slipped.append(f"{name}: {made}  <-  {answer}")
    for name, count in counts.items():
        n, verified = sum(count.values()), count[PairStatus.VERIFIED]
        right = verified if name == "as it stands" else n - verified
        low, high = wilson(right, n)
        print(f"{name}: {right}/{n} right ({low:.1%}-{high:.1%}); {dict(count)}")
    for line in slipped[: told.show]:
        print(f"  {line}")


if __name__ == "__main__":
    main()
