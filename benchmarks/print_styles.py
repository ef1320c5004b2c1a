"""How many statement cells survive other print styles: random reports with known accounts, typeset anew each time.

    python benchmarks/print_styles.py --han FILE.ttf --latin FILE.ttf [--count 40] [--seed 1] [--json FILE] [--keep DIR]

Every report holds the three statements of a made-up company (``examples/make/ledger.py``), consolidated and
parent, in a style drawn at random: borders, units, words of the column headers, notes column, way of printing
negatives and blanks, repeated headers, side-by-side balance sheets, group and parent in one table. A cell
counts as found when a fact has its scope, period, statement, label and exact value; a fact that no cell of
that place explains counts as wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples" / "make"))

from forms import BALANCE, CASH, INCOME, Line, parent_lines  # noqa: E402
from layout import Fonts, TableStyle, Writer  # noqa: E402
from ledger import Drivers, Year, accounts  # noqa: E402

from caiwen import documents, knowledge  # noqa: E402
from caiwen.finance.text import squash  # noqa: E402

Key = tuple[str, str, str, str]
UNITS = {
    "元": (Decimal("0.01"), 2),
    "千元": (Decimal("0.00001"), 0),
    "万元": (Decimal("0.000001"), 2),
    "百万元": (Decimal("0.00000001"), 0),
}
FACTORS = {"元": 1, "千元": 1000, "万元": 10000, "百万元": 1000000}
NAME = "岚汐仪器股份有限公司"


@dataclass(frozen=True)
class Style:
    borders: str
    unit: str
    unit_place: str
    dates: str
    notes: str
    negative: str
    blank: str
    repeat_header: bool
    title: str
    layout: str
    size: float
    indent: bool
    year: int


def draw(rng: random.Random) -> Style:
    return Style(
        borders=rng.choice(["grid", "grid", "three", "none", "open", "rows"]),
        unit=rng.choice(["元", "元", "千元", "万元", "百万元"]),
        unit_place=rng.choice(["right", "bracket", "caption", "currency"]),
        dates=rng.choice(["date", "plain", "balance", "dash", "spaced"]),
        notes=rng.choice(["none", "blank", "section", "number"]),
        negative=rng.choice(["hyphen", "brackets", "fullwidth"]),
        blank=rng.choice(["", "", "-", "—"]),
        repeat_header=rng.random() < 0.4,
        title=rng.choice(["plain", "numbered", "spaced", "dated"]),
        layout=rng.choice(["apart", "apart", "apart", "sides", "together"]),
        size=rng.choice([7.5, 8.5, 9.0, 10.0]),
        indent=rng.random() < 0.5,
        year=rng.choice([2018, 2020, 2021, 2023]),
    )


class Report:
    """Typesets one report and remembers what every cell means."""

    def __init__(self, style: Style, seed: int) -> None:
        self.style, self.rng = style, random.Random(seed)
        scale = self.rng.choice([1, 3, 40])
        revenue = tuple(scale * x for x in (164230577342, 187316420981, 213894466257))
        self.group = accounts(Drivers(seed, revenue, style.year - 2, 412560000 * scale, 0.04, (0, 18, 20)))
        parent = tuple(round(x * 0.7) for x in revenue)
        self.parent = accounts(Drivers(seed + 1, parent, style.year - 2, 412560000 * scale, 0.0, (0, 12, 14)))
        self.truth: dict[Key, Decimal] = {}

    # -- cells --------------------------------------------------------------------------------
    def cell(self, amount: int | None) -> str:
        if amount is None:
            return self.style.blank
        factor, places = UNITS[self.style.unit]
        value = (Decimal(amount) * factor).quantize(Decimal(1).scaleb(-places))
        digits = f"{abs(value):,.{places}f}"
        if value >= 0:
            return digits
        return {"hyphen": f"-{digits}", "brackets": f"({digits})", "fullwidth": f"－{digits}"}[
            self.style.negative
        ]

    def remember(self, scope: str, year: int, statement: str, label: str, amount: int | None) -> None:
        if amount is None:
            return
        factor, places = UNITS[self.style.unit]
        value = (Decimal(amount) * factor).quantize(Decimal(1).scaleb(-places)) * FACTORS[self.style.unit]
        self.truth[(scope, str(year), statement, plain(label))] = value

    def values(self, year: Year) -> dict[str, int]:
        cents = {**year.balance, **year.income, **year.cash}
        cents["归母综合收益"] = year.income["归母净利润"] + year.income["其他综合收益"]
        return cents

    def rows(self, scopes: list[str], statement: str, lines: tuple[Line, ...]) -> list[list[str]]:
        """Label, note, then this and last year for each scope."""
        out = []
        for number, (label, key) in enumerate(lines):
            if key == "每股收益":
                continue
            cells = []
            for scope in scopes:
                book = self.group if scope == "consolidated" else self.parent
                for year in (self.style.year, self.style.year - 1):
                    amount = self.values(book[year]).get(key) if key else None
                    if scope == "parent" and (label, key) not in parent_lines(lines) and len(scopes) > 1:
                        amount = None
                    self.remember(scope, year, statement, label, amount)
                    cells.append(self.cell(amount) if key else "")
            indented = f"　{label}" if self.style.indent and key and "、" not in label[:3] else label
            out.append([indented, *self.note(number, bool(key)), *cells])
        return out

    def note(self, number: int, has_value: bool) -> list[str]:
        kind = self.style.notes
        if kind == "none":
            return []
        if kind == "blank" or not has_value or number % 3:
            return [""]
        return [f"七、{number + 1}" if kind == "section" else str(number + 1)]

    # -- words --------------------------------------------------------------------------------
    def heads(self, instant: bool) -> list[str]:
        y = self.style.year
        if self.style.dates == "plain":
            return ["期末余额", "期初余额"] if instant else ["本期发生额", "上期发生额"]
        if self.style.dates == "balance":
            return ["年末余额", "年初余额"] if instant else ["本年金额", "上年金额"]
        if self.style.dates == "dash":
            return [f"{y}-12-31", f"{y - 1}-12-31"] if instant else [f"{y}年1-12月", f"{y - 1}年1-12月"]
        if self.style.dates == "spaced":
            return (
                [f"{y} 年 12 月 31 日", f"{y - 1} 年 12 月 31 日"]
                if instant
                else [f"{y} 年度", f"{y - 1} 年度"]
            )
        return [f"{y}年12月31日", f"{y - 1}年12月31日"] if instant else [f"{y}年度", f"{y - 1}年度"]

    def head(self, w: Writer, title: str, instant: bool) -> None:
        s = self.style
        shown = {
            "plain": title,
            "numbered": f"1、{title}",
            "spaced": " ".join(title),
            "dated": f"{s.year}年度{title}",
        }[s.title]
        if s.title == "dated" and instant:
            shown = title
        unit = {
            "right": f"单位：{s.unit}",
            "bracket": f"（除特别注明外，金额单位为人民币{s.unit}）",
            "currency": f"单位:{s.unit} 币种:人民币",
            "caption": "",
        }[s.unit_place]
        w.line(f"{shown}（单位：{s.unit}）" if s.unit_place == "caption" else shown, 11, "c", 2)
        w.line(f"{s.year}年12月31日" if instant else f"{s.year}年度", 10, "c")
        w.line(f"编制单位：{NAME}", 9)
        if unit:
            w.line(unit, 9, "r")

    # -- pages --------------------------------------------------------------------------------
    def compose(self, w: Writer) -> None:
        s = self.style
        w.y -= 150
        w.line(NAME, 22, "c", 2)
        w.line(f"{s.year}年年度报告", 20, "c", 2)
        w.new_page()
        w.chapter("第二节 公司简介和主要财务指标")
        w.table(
            [
                ["股票简称", "岚汐仪器", "股票代码", "609988"],
                ["公司的中文名称", NAME, "公司的法定代表人", "江予安"],
            ],
            TableStyle((90, 140, 100, 120), "llll", 9, header_rows=0),
        )
        w.chapter("第十节 财务报告")
        w.paragraph("审计意见类型为标准的无保留意见。")
        w.heading("二、财务报表")
        forms = (
            ("资产负债表", BALANCE, "balance_sheet"),
            ("利润表", INCOME, "income_statement"),
            ("现金流量表", CASH, "cash_flow"),
        )
        for name, lines, source in forms:
            instant = source == "balance_sheet"
            if s.layout == "together":
                self.head(w, f"合并及公司{name}", instant)
                heads = [f"{h}\n{who}" for who in ("合并", "公司") for h in self.heads(instant)]
                self.table(w, heads, self.rows(["consolidated", "parent"], source, lines))
                continue
            for scope, who in (("consolidated", "合并"), ("parent", "母公司")):
                form = lines if scope == "consolidated" else parent_lines(lines)
                self.head(w, f"{who}{name}", instant)
                body = self.rows([scope], source, form)
                if instant and s.layout == "sides":
                    self.sides(w, body)
                else:
                    self.table(w, self.heads(instant), body)

    def table(self, w: Writer, heads: list[str], body: list[list[str]]) -> None:
        note = [] if self.style.notes == "none" else ["附注"]
        count = len(heads)
        number = (300 if count == 2 else 330) / count
        first = 451 - number * count - (34 if note else 0)
        widths = (first, *([34.0] if note else []), *([number] * count))
        self.draw(w, ["项目", *note, *heads], body, widths, "l" + "c" * len(note) + "r" * count)

    def sides(self, w: Writer, body: list[list[str]]) -> None:
        """The old account form: assets on the left, liabilities and equity on the right. Printed without notes."""
        at = next(k for k, row in enumerate(body) if "流动负债：" in row[0])
        strip = [[row[0], *row[-2:]] for row in body]
        left, right = strip[:at], strip[at:]
        longest = max(len(left), len(right))
        total = left.pop()
        left += [["", "", ""]] * (longest - len(left) - 1) + [total]
        right[-1:-1] = [["", "", ""]] * (longest - len(right))
        now, before = self.heads(True)
        heads = ["资产", now, before, "负债和所有者权益", now, before]
        self.draw(
            w,
            heads,
            [a + b for a, b in zip(left, right, strict=True)],
            (90, 70, 70, 90, 70, 70),
            "lrrlrr",
            6.8,
        )

    def draw(
        self,
        w: Writer,
        heads: list[str],
        body: list[list[str]],
        widths: tuple[float, ...],
        align: str,
        size: float = 0,
    ) -> None:
        style = TableStyle(
            widths,
            align,
            size or min(self.style.size, 8.5 if len(widths) > 4 else 10),
            borders=self.style.borders,
        )
        if not self.style.repeat_header:
            w.table([heads, *body], style)
            return
        per_page = 30
        for start in range(0, len(body), per_page):
            if start:
                w.new_page()
            w.table([heads, *body[start : start + per_page]], style)


def plain(label: str) -> str:
    """Labels as both sides write them: full-width signs and spaces aside."""
    return squash(label)


@dataclass
class Score:
    style: Style
    cells: int
    found: int
    facts: int
    wrong: int
    missing: list[str]
    mistaken: list[str]


def measure(style: Style, seed: int, fonts: Fonts, folder: Path) -> Score:
    report = Report(style, seed)
    path = folder / f"style-{seed}.pdf"
    w = Writer(path, fonts, "", f"{NAME}{style.year}年年度报告")
    report.compose(w)
    w.save()
    understood = knowledge.understand(documents.read(path))
    sources = {key[2] for key in report.truth}
    facts = [f for f in understood.facts if f.source in sources]
    got = {(f.scope.value, f.period, f.source, plain(f.observation.label)): f.value for f in facts}
    missing = [
        f"{key}: {value} 读成 {got.get(key)}" for key, value in report.truth.items() if got.get(key) != value
    ]
    possible = {(k[0], k[1], k[2], v) for k, v in report.truth.items()}
    mistaken = [
        f"{f.scope} {f.period} {f.source} {f.observation.label} {f.value}"
        for f in facts
        if (f.scope.value, f.period, f.source, f.value) not in possible
    ]
    return Score(
        style,
        len(report.truth),
        len(report.truth) - len(missing),
        len(facts),
        len(mistaken),
        missing,
        mistaken,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--han", type=Path, required=True)
    parser.add_argument("--latin", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="keep the reports in this folder")
    options = parser.parse_args()
    fonts, rng, scores = Fonts(options.han, options.latin), random.Random(options.seed), []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(options.count):
            score = measure(draw(rng), options.seed * 1000 + number, fonts, folder)
            scores.append(score)
            print(
                f"{number:3} {score.found}/{score.cells} 格，{score.wrong} 条错  {' '.join(str(v) for v in asdict(score.style).values())}",
                flush=True,
            )
    show(scores)
    if options.json:
        options.json.write_text(
            json.dumps([asdict(s) for s in scores], ensure_ascii=False, indent=1, default=str),
            encoding="utf-8",
        )


def show(scores: list[Score]) -> None:
    """Totals, and the rate by each trait of style."""
    print(
        f"\n合计：{sum(s.found for s in scores)}/{sum(s.cells for s in scores)} 格读对；{sum(s.facts for s in scores)} 条事实，{sum(s.wrong for s in scores)} 条错"
    )
    for trait in (
        "borders",
        "unit",
        "unit_place",
        "dates",
        "notes",
        "negative",
        "blank",
        "repeat_header",
        "title",
        "layout",
        "size",
        "indent",
    ):
        cells, found = Counter(), Counter()
        for s in scores:
            cells[getattr(s.style, trait)] += s.cells
            found[getattr(s.style, trait)] += s.found
        print(
            f"{trait:14}"
            + "  ".join(f"{value}: {found[value] / cells[value]:.1%}" for value in sorted(cells, key=str))
        )


if __name__ == "__main__":
    main()
