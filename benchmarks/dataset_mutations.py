"""Does the audit find one changed digit, unit, year, company or item in a verified answer, and leave the rest alone?

Takes verified pairs of a built dataset, changes one thing in the answer of half of them, makes sure by the store that
the change is false, writes all of them as an alpaca file and lets ``caiwen dataset audit`` read it.

    python benchmarks/dataset_mutations.py --workspace WS --dataset WS/datasets/NAME [--count 4000] [--seed 1] [--show 20]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections import Counter
from pathlib import Path

from caiwen import Workspace
from caiwen.dataset.audit import audit
from caiwen.errors import NotFoundError
from caiwen.scoring import wilson

NUMERAL = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d{3,}")
YEAR = re.compile(r"(?<![\d.,])(20[12]\d)(?=年)")
UNITS = {
    "万元": "元",
    "亿元": "万元",
    "元/股": "万元",
    "元": "万元",
    "%": "亿元",
    "人": "户",
    "股": "元",
    "户": "人",
}
KINDS = ("digit", "unit", "year", "company", "item")


class Changer:
    """Changes one thing; None where the answer has no such thing or the change would not be false."""

    def __init__(self, workspace: Workspace, chance: random.Random) -> None:
        self.chance = chance
        self.workspace = workspace
        self.companies = [c for c in workspace.store.companies() if c.short_names]
        facts = [f for c in self.companies for f in workspace.facts(company=c.who)]
        self.values: dict[tuple[str, str, str], set[str]] = {}
        self.items = sorted({f.item for f in facts if f.value is not None and not f.dimensions})
        self.texts = sorted({f.item for f in facts if f.value is None})
        for f in facts:
            key = (f.code or f.entity, f.item, f.period)
            self.values.setdefault(key, set()).add(f.text if f.value is None else format(abs(f.value), "f"))

    def change(self, row: dict, kind: str) -> str | None:
        made = getattr(self, f"_{kind}")(row)
        return made if made and made != row["answer"] else None

    def _facts(self, row: dict) -> list:
        found = []
        for one in filter(None, row["facts"].split(",")):
            try:
                found.append(self.workspace.fact(one))
            except NotFoundError:
                continue
        return found

    def _digit(self, row: dict) -> str | None:
        """One digit of one number; years and the numbers of names stay."""
        numbers = [m for m in NUMERAL.finditer(row["answer"]) if not YEAR.match(row["answer"], m.start())]
        names = list(row["keys"].split("|"))
        numbers = [m for m in numbers if not any(m[0] in n for n in names)]
        if not numbers:
            return None
        m = self.chance.choice(numbers)
        places = [i for i, c in enumerate(m[0]) if c.isdigit()]
        at = self.chance.choice(places)
        other = self.chance.choice([d for d in "123456789" if d != m[0][at]])
        new = m[0][:at] + other + m[0][at + 1 :]
        values = {
            v for f in self._facts(row) for v in self.values.get((f.code or f.entity, f.item, f.period), ())
        }
        if any(float(new.replace(",", "")) == float(v) for v in values if re.fullmatch(r"[\d.]+", v)):
            return None
        return row["answer"][: m.start()] + new + row["answer"][m.end() :]

    def _unit(self, row: dict) -> str | None:
        """A number's unit becomes another one."""
        found = list(re.finditer(r"(?<=\d)(万元|亿元|元/股|元|%|人|股|户)", row["answer"]))
        found = [m for m in found if not re.search(r"每\d+$", row["answer"][: m.start()])]
        found = [m for m in found if not re.search(r"(?<![\d.])0(?:\.0+)?$", row["answer"][: m.start()])]
        if not found:
            return None
        m = self.chance.choice(found)
        return row["answer"][: m.start()] + UNITS[m[0]] + row["answer"][m.end() :]

    def _year(self, row: dict) -> str | None:
        """One year becomes another; false when the fact of that year is not the same."""
        found = list(YEAR.finditer(row["answer"]))
        facts = self._facts(row)
        if not found or not facts:
            return None
        m = self.chance.choice(found)
        new = str(int(m[0]) + self.chance.choice([-2, -1, 1]))
        for f in facts:
            same = self.values.get((f.code or f.entity, f.item, new + f.period[4:]), set())
            if f.period[:4] == m[0] and same & self.values.get((f.code or f.entity, f.item, f.period), set()):
                return None
        if any(f.period[:4] == new for f in facts) and len({f.period for f in facts}) > 1:
            return None
        return row["answer"][: m.start()] + new + row["answer"][m.end() :]

    def _company(self, row: dict) -> str | None:
        """One company's name becomes another's; false when that one has no equal fact."""
        facts = self._facts(row)
        here = [c for c in self.companies if c.short_names[0] in row["answer"]]
        others = [c for c in self.companies if c not in here]
        stranger = self.chance.random() < 0.2 or not others
        if not here or not facts or len(here) > 1:
            return None
        new = "云岭精密" if stranger else self.chance.choice(others).short_names[0]
        who = "" if stranger else next(c.who for c in self.companies if c.short_names[0] == new)
        for f in facts:
            mine = self.values.get((f.code or f.entity, f.item, f.period), set())
            if mine & self.values.get((who, f.item, f.period), set()):
                return None
        return row["answer"].replace(here[0].short_names[0], new)

    def _item(self, row: dict) -> str | None:
        """One item becomes another one; false when the company's value of that item is not the same."""
        facts = [f for f in self._facts(row) if f.item in row["answer"]]
        if not facts or row["generator"] == "formulas":
            return None
        f = self.chance.choice(facts)
        pool = self.texts if f.value is None else self.items
        new = self.chance.choice(pool)
        mine = self.values.get((f.code or f.entity, f.item, f.period), set())
        theirs = self.values.get((f.code or f.entity, new, f.period), set())
        if new in row["answer"] or f.item in new or new in f.item or mine & theirs:
            return None
        return re.sub(re.escape(f.item), new, row["answer"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="how many misses and false alarms to print")
    args = parser.parse_args()
    chance = random.Random(args.seed)
    workspace = Workspace(args.workspace)
    changer = Changer(workspace, chance)
    rows = [
        json.loads(line) for line in (args.dataset / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    rows = [r for r in rows if r["status"] == "verified" and r["generator"] in ("facts", "formulas", "turns")]
    chance.shuffle(rows)
    rows = rows[: args.count]
    changed: dict[str, str] = {}
    for number, row in enumerate(rows):
        if number % 2:
            for kind in chance.sample(KINDS, len(KINDS)):
                answer = changer.change(row, kind)
                if answer is not None:
                    row["answer"], changed[str(number)] = answer, kind
                    break
    lines = [
        {"id": str(n), "instruction": r["question"], "output": r["answer"], "history": r["history"]}
        for n, r in enumerate(rows)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "changed.jsonl"
        path.write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in lines), encoding="utf-8")
        started = time.perf_counter()
        made = audit(path, workspace.store)
        seconds = time.perf_counter() - started
    flagged = {pair.id for pair, _ in made.found}
    report(rows, changed, flagged, seconds)
    for title, wanted in (
        ("missed", [i for i in changed if i not in flagged]),
        ("false alarm", [i for i in flagged if i not in changed]),
    ):
        for i in wanted[: args.show]:
            print(title, changed.get(i, ""), rows[int(i)]["question"], "\n   ", rows[int(i)]["answer"])
            for pair, claim in made.found:
                if pair.id == i:
                    print("      ", claim.text, claim.why, claim.nearest)


def report(rows: list, changed: dict[str, str], flagged: set[str], seconds: float) -> None:
    by_kind, found = Counter(changed.values()), Counter(k for i, k in changed.items() if i in flagged)
    print(
        f"pairs {len(rows):,}  changed {len(changed):,}  {seconds:.1f} s ({len(rows) / seconds:,.0f} pairs/s)"
    )
    for kind in KINDS:
        if by_kind[kind]:
            print(f"  {kind:8} {found[kind]:5}/{by_kind[kind]:5}  {found[kind] / by_kind[kind]:.4f}")
    total, hit = len(changed), sum(found.values())
    alarms, clean = len(flagged - set(changed)), len(rows) - len(changed)
    low, high = wilson(hit, total)
    print(f"  recall   {hit}/{total}  {hit / total:.4f}  [{low:.4f}, {high:.4f}]")
    low, high = wilson(alarms, clean)
    print(f"  alarms   {alarms}/{clean}  {alarms / clean:.4f}  [{low:.4f}, {high:.4f}]")


if __name__ == "__main__":
    main()
