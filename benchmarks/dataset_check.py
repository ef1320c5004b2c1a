"""Is every numeral of a built dataset borne out? Written apart from the code that made it: nothing of caiwen is imported.

Reads ``pairs.jsonl`` and the SQLite store. A numeral of an answer counts as supported when it
  - is the value of a cited fact (as stored, as printed, or in 万/百万/亿), or a year, code or name of one;
  - stands in the question, in the cited article or statute's head, in the formula or exercise table, or in the policy file;
  - follows from such numbers: both sides of a written equation are equal, or it is a difference, growth rate,
    share, ratio or mean of two cited values, to the places in which it is written.
Also: pairs that repeat a question, near-duplicates (same keys, 5-gram Jaccard of the questions >= 0.8), and the splits:
wording-held-out pairs use templates that no training pair uses and facts that training has; evidence-held-out pairs
share no fact key with the rest.

    python benchmarks/dataset_check.py --pairs DATASET/pairs.jsonl --store WORKSPACE/store.db [--show 10]
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sqlite3
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal, getcontext
from itertools import permutations
from pathlib import Path

getcontext().prec = 50
NUMERAL = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
ALLOWED = re.compile(r"[\d.,%+\-*/()^ ]+")
SIGNS = str.maketrans("（）＋−－×÷％＝", "()+--*/%=")
UNITS = (
    "万元",
    "亿元",
    "百万元",
    "元/股",
    "元",
    "股",
    "人",
    "倍",
    "次",
    "天",
    "年",
    "份",
    "期",
    "户",
    "手",
    "点",
)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def numerals(text: str) -> list[str]:
    return NUMERAL.findall(text)


class Store:
    """Facts by id and articles by document, straight from the tables."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row

    def fact(self, identity: str) -> sqlite3.Row:
        signed = int(identity, 16)
        signed -= 1 << 64 if signed >= 1 << 63 else 0
        query = "select f.*, o.raw as raw from facts f join observations o on o.document_id = f.document_id and o.number = f.observation where f.id = ?"
        return self.db.execute(query, (signed,)).fetchone()

    def articles(self, sha256: str, label: str) -> str:
        query = "select a.label, a.text from articles a join documents d on d.id = a.document_id where d.sha256 = ?"
        found = self.db.execute(query, (sha256,)).fetchall()
        return "\n".join(f"{r['label']} {r['text']}" for r in found if not label or r["label"] == label)

    def policy(self, sha256: str) -> str:
        query = "select p.title, p.record from policies p join documents d on d.id = p.document_id where d.sha256 = ?"
        row = self.db.execute(query, (sha256,)).fetchone()
        return f"{row['title']}{row['record']}" if row else ""

    def passage(self, place: str) -> str:
        sha, _, ordinal = place.partition(":")
        query = "select p.text from passages p join documents d on d.id = p.document_id where d.sha256 = ? and p.ordinal = ?"
        row = self.db.execute(query, (sha, int(ordinal))).fetchone() if ordinal.isdigit() else None
        return row["text"] if row else ""


def shipped_text() -> str:
    """Formula tables, exercises and policy texts that ship with the package: constants that answers may repeat."""
    root = Path(__file__).resolve().parent.parent / "src" / "caiwen"
    files = [
        root / "finance" / "formulas.yaml",
        root / "guard" / "policy.yaml",
        *sorted((root / "finance" / "terms").glob("*.yaml")),
    ]
    return "\n".join(f.read_text(encoding="utf-8") for f in files)


def forms(value: Decimal) -> set[Decimal]:
    """A value as it is and in the larger units, exactly."""
    return {abs(value), *(abs(value).scaleb(-p) for p in (3, 4, 6, 8))}


def equal(said: str, value: Decimal) -> bool:
    """To the places in which the numeral is written."""
    places = len(said.partition(".")[2])
    return abs(abs(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) - number(said)) == 0


def follows(said: str, values: list[Decimal]) -> bool:
    """A difference (also in 万 or 亿), growth rate, share, ratio or mean of two cited values."""
    for a, b in permutations(values, 2):
        made = [(a - b).scaleb(-power) for power in (0, 4, 8)] + [(a + b) / 2]
        if b:
            made += [a / b, a / b * 100, (a - b) / abs(b) * 100]
        if any(equal(said, m) for m in made):
            return True
    return False


def equations(text: str) -> set[str]:
    """Numerals on sides of written equations that are equal, worked out here."""
    good: set[str] = set()
    for clause in re.split(r"[，。；\n]", text):
        sides = clause.translate(SIGNS).split("=")
        values = [side_value(s) for s in sides]
        for left, right, side in zip(values, values[1:], sides[1:], strict=False):
            if left is None or right is None:
                continue
            last = numerals(side)
            percent = "%" in side and len(last) == 1
            want = left * 100 if percent else left
            powers = (0,) if percent else (0, -4, -6, -8)
            if len(last) == 1 and any(equal(last[0], want.scaleb(p)) for p in powers):
                good.add(last[0])
    return good


def side_value(side: str) -> Decimal | None:
    for unit in UNITS:
        side = side.replace(unit, "")
    side = side.strip()
    if not side or not ALLOWED.fullmatch(side) or not re.search(r"\d", side):
        return None
    source = re.sub(r"(\d[\d,.]*)%", r"(\1/100)", side).replace(",", "").replace("^", "**")
    try:
        return walk(ast.parse(source, mode="eval").body)
    except (SyntaxError, ZeroDivisionError, ArithmeticError, ValueError):
        return None


def walk(node: ast.expr) -> Decimal:
    if isinstance(node, ast.Constant):
        return Decimal(str(node.value))
    if isinstance(node, ast.UnaryOp):
        inner = walk(node.operand)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp):
        a, b = walk(node.left), walk(node.right)
        kinds = {
            ast.Add: a.__add__,
            ast.Sub: a.__sub__,
            ast.Mult: a.__mul__,
            ast.Div: a.__truediv__,
            ast.Pow: a.__pow__,
        }
        return kinds[type(node.op)](b)
    raise ValueError(node)


def solved(question: str) -> set[str]:
    """The rate of the questions that ask for one, by bisection on their own numbers."""
    years = re.search(r"(\d+)年", question)
    money = [number(n) for n in re.findall(r"([\d,.]+)(?:万)?元", question)]
    if years and ("内部收益率" in question or "IRR" in question) and len(money) == 2:
        invested, flow = money
        flows = [-invested, *[flow] * int(years[1])]
    elif (
        years
        and ("到期收益率是多少" in question or "YTM" in question or "持有到期" in question)
        and len(money) == 2
    ):
        face = number(re.search(r"面值([\d,.]+)元", question)[1])
        coupon = number(re.search(r"([\d.]+)%", question)[1])
        flows = [-(sum(money) - face), *[face * coupon / 100] * int(years[1])]
        flows[-1] += face
    else:
        return set()
    low, high = Decimal("0.00001"), Decimal(3)
    for _ in range(80):
        middle = (low + high) / 2
        worth = sum(f / (1 + middle) ** t for t, f in enumerate(flows))
        low, high = (middle, high) if worth > 0 else (low, middle)
    return {f"{(low * 100).quantize(Decimal('0.01'), ROUND_HALF_UP)}"}


def unsupported(row: dict, store: Store, shipped: str) -> list[str]:
    facts = [store.fact(i) for i in row["facts"].split(",") if i]
    missing = [i for i, f in zip(row["facts"].split(","), facts, strict=False) if i and f is None]
    facts = [f for f in facts if f is not None]
    values = [Decimal(f["value"]) for f in facts if f["value"] is not None]
    turns = [*row["history"], [row["question"], row["answer"]]]
    said = "\n".join(q for q, _ in turns)
    columns = ("item", "dimensions", "period", "who", "entity", "text", "raw")
    told = [" | ".join(str(f[c] or "") for c in columns) for f in facts]
    if row["article"] or row["generator"] == "relations":
        told.append(store.articles(row["sha256"], row["article"]) + store.policy(row["sha256"]))
    if row["passage"] and ":" in row["passage"]:
        told.append(store.passage(row["passage"]))
    known = set(numerals("\n".join([said, *told])))
    known |= {k.lstrip("0") for k in known}
    known |= {"10000"} if "基点" in row["question"] else set()
    known |= solved(row["question"]) if row["generator"] == "exercises" else set()
    shown: set[Decimal] = {f for v in values for f in forms(v)}
    shown |= {(a + b) / 2 for a, b in permutations(values, 2)}
    bad = list(missing)
    for _, answer in turns:
        proved = equations(answer)
        texts = known | (
            set(numerals(shipped))
            if row["generator"] in ("formulas", "concepts", "exercises", "refusals")
            else set()
        )
        for m in NUMERAL.finditer(answer):
            text = m[0]
            fine = text in texts or text in proved or number(text) in shown or follows(text, values)
            ordinal = (
                answer[max(0, m.start() - 1) : m.start()] == "第" and answer[m.end() : m.end() + 1] in "年期"
            )
            step = answer[max(0, m.start() - 1) : m.start()] == "^" or (
                row["generator"] == "exercises" and len(text) <= 2 and "." not in text
            )
            if not (
                fine
                or ordinal
                or step
                or (text in ("100", "2") and row["generator"] in ("formulas", "facts", "exercises"))
            ):
                bad.append(text)
    return bad


def grams(text: str) -> frozenset[str]:
    flat = re.sub(r"\W", "", text)
    return frozenset(flat[i : i + 5] for i in range(max(1, len(flat) - 4)))


def near_duplicates(rows: list[dict]) -> int:
    """Pairs that have an earlier one of the same keys whose question is 80% the same."""
    shapes: dict[str, list[frozenset[str]]] = defaultdict(list)
    count = 0
    for row in rows:
        key = row["keys"]
        shape = grams("".join(q for q, _ in row["history"]) + row["question"])
        if any(len(shape & other) >= 0.8 * len(shape | other) for other in shapes[key]):
            count += 1
        shapes[key].append(shape)
    return count


def asked_with(row: dict) -> set[str]:
    """The templates of its questions, without those of the answers."""
    return {part.partition("/")[0] for part in row["template"].split("+")}


def splits(rows: list[dict]) -> list[str]:
    """What is wrong with the splits, in words."""
    parts = {name: [r for r in rows if r["split"] == name] for name in ("train", "wording", "evidence")}
    keys = {name: {k for r in part for k in r["keys"].split("\n")} for name, part in parts.items()}
    templates = {t for r in parts["train"] for t in asked_with(r)}
    seen = [r for r in parts["wording"] if asked_with(r) & templates]
    strange = [r for r in parts["wording"] if not set(r["keys"].split("\n")) <= keys["train"]]
    shared = keys["evidence"] & (keys["train"] | keys["wording"])
    return [
        "splits " + ", ".join(f"{name} {len(part):,}" for name, part in parts.items()),
        f"wording-held-out pairs with a training template: {len(seen)}; with a fact that training lacks: {len(strange)}",
        f"fact keys shared by evidence-held-out and the rest: {len(shared)}",
        *(f"  - {r['generator']} {r['template']} {r['question']}" for r in (seen + strange)[:5]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--show", type=int, default=10)
    args = parser.parse_args()
    store, shipped = Store(args.store), shipped_text()
    rows = [json.loads(line) for line in args.pairs.read_text(encoding="utf-8").splitlines()]
    rows = [r for r in rows if r["status"] == "verified"]
    counted: Counter[str] = Counter()
    wrong: list[tuple[dict, list[str]]] = []
    for row in rows:
        counted[row["generator"]] += sum(
            len(numerals(a)) for _, a in [*row["history"], [row["question"], row["answer"]]]
        )
        bad = unsupported(row, store, shipped)
        if bad:
            wrong.append((row, bad))
    print(f"verified pairs {len(rows):,}; numerals {sum(counted.values()):,} {dict(counted)}")
    print(
        f"pairs with an unsupported numeral: {len(wrong):,}; unsupported numerals: {sum(len(b) for _, b in wrong):,}"
    )
    near = near_duplicates(rows)
    same = len(rows) - len({(json.dumps(r["history"], ensure_ascii=False), r["question"]) for r in rows})
    print(f"repeated questions {same:,}; near-duplicates {near:,} ({near / max(len(rows), 1):.2%})")
    print("\n".join(splits(rows)))
    for row, bad in wrong[: args.show]:
        print("-", row["generator"], row["question"], "|", row["answer"][:300], "|", bad[:6])


if __name__ == "__main__":
    main()
