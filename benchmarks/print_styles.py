"""How many statement cells survive other print styles: random reports with known accounts, typeset anew each time.

    python benchmarks/print_styles.py --han FILE.ttf --latin FILE.ttf ... [--count 40] [--seed 1] [--borders none]
                                      [--json FILE] [--keep DIR]

Every report holds the three statements of a made-up company (``examples/make/ledger.py``), consolidated and
parent, in a style drawn at random: borders, units, words of the column headers, notes column, way of printing
negatives and blanks, repeated headers and titles, side-by-side balance sheets, group and parent in one table, three
years, how far rows stand apart, where figures stand beside wrapped names, widths, faces, spread and centred names,
mirrored margins, signatures and prose after the tables. A cell counts as found when a fact has its scope, period, statement, label and
exact value; a fact that no cell of that place explains counts as wrong; prose that ends up in a table counts as lost.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "examples" / "make"))

from forms import BALANCE, CASH, INCOME, Line, parent_lines
from layout import Fonts, TableStyle, Writer, text_width
from ledger import Drivers, Year, accounts
from reportlab.lib.pagesizes import A4

from caiwen import documents, knowledge
from caiwen.finance.text import squash
from caiwen.records import Paragraph

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
    repeat: str
    title: str
    layout: str
    size: float
    indent: bool
    year: int
    years: int
    padding: float
    leading: float
    upright: str
    whole_rows: bool
    width: str
    face: int
    spread: bool
    centred: bool
    after: str
    wide: bool
    gutter: float = 0.0
    """Points by which odd pages stand right of even ones, twice: mirrored margins."""


class Mirrored(Writer):
    """Sets odd pages ``gutter`` points to the right and even ones to the left."""

    def __init__(self, path: Path, fonts: Fonts, header: str, gutter: float) -> None:
        self.gutter = gutter
        super().__init__(path, fonts, "", header)

    def open_page(self, size: tuple[float, float] = A4) -> None:
        self.canvas.translate(-self.gutter if self.number % 2 else self.gutter, 0)
        super().open_page(size)


def draw(rng: random.Random, faces: int = 1, borders: str | None = None) -> Style:
    layout = rng.choice(["apart", "apart", "apart", "sides", "together"])
    years = 3 if layout == "apart" and rng.random() < 0.25 else 2
    return Style(
        borders=borders or rng.choice(["grid", "three", "three", "none", "none", "open", "rows", "rows"]),
        unit=rng.choice(["元", "元", "千元", "万元", "百万元"]),
        unit_place=rng.choice(["right", "bracket", "caption", "currency"]),
        dates=rng.choice(["date", "spaced", "dash", "years"] + (["plain", "balance"] if years == 2 else [])),
        notes=rng.choice(["none", "blank", "section", "number"]),
        negative=rng.choice(["hyphen", "brackets", "fullwidth"]),
        blank=rng.choice(["", "", "-", "—"]),
        repeat=rng.choice(["none", "none", "none", "header", "title"]),
        title=rng.choice(["plain", "numbered", "spaced", "dated"]),
        layout=layout,
        size=rng.choice([7.5, 8.5, 9.0, 10.0]),
        indent=rng.random() < 0.5,
        year=rng.choice([2018, 2020, 2021, 2023]),
        years=years,
        padding=rng.choice([0.0, 1.5, 5.0, 5.0, 10.0]),
        leading=rng.choice([1.15, 1.35, 1.5]),
        upright=rng.choice(["top", "middle", "bottom"]),
        whole_rows=rng.random() < 0.7,
        width=rng.choice(["narrow", "usual", "usual", "broad"]),
        face=rng.randrange(faces),
        spread=rng.random() < 0.25,
        centred=rng.random() < 0.25,
        after=rng.choice(["nothing", "signatures", "prose"]),
        wide=rng.random() < 0.15,
    )


def bound(style: Style, number: int, seed: int) -> Style:
    """The style with mirrored margins in one of six reports, drawn apart so that a seed's other traits stay."""
    rng = random.Random(f"{seed}/{number}")
    return replace(style, gutter=rng.choice([7.0, 14.0, 25.0]) if rng.random() < 1 / 6 else 0.0)


class Report:
    """Typesets one report and remembers what every cell means."""

    def __init__(self, style: Style, seed: int) -> None:
        self.style, self.rng = style, random.Random(seed)
        scale = self.rng.choice([1, 3, 40])
        revenue = tuple(scale * x for x in (151230577342, 164230577342, 187316420981, 213894466257))
        shares, first = 412560000 * scale, style.year - 3
        self.group = accounts(Drivers(seed, revenue, first, shares, 0.04, (0, 16, 18, 20)))
        parent = tuple(round(x * 0.7) for x in revenue)
        self.parent = accounts(Drivers(seed + 1, parent, first, shares, 0.0, (0, 10, 12, 14)))
        self.truth: dict[Key, Decimal] = {}
        self.prose: list[str] = []
        self.current = ""

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
                for year in range(self.style.year, self.style.year - self.style.years, -1):
                    amount = self.values(book[year]).get(key) if key else None
                    if scope == "parent" and (label, key) not in parent_lines(lines) and len(scopes) > 1:
                        amount = None
                    self.remember(scope, year, statement, label, amount)
                    cells.append(self.cell(amount) if key else "")
            out.append([self.shown(label, bool(key)), *self.note(number, bool(key)), *cells])
        return out

    def shown(self, label: str, has_value: bool) -> str:
        """A name as printed: indented, or two to four characters spread over the width of six."""
        roomy = self.style.layout == "apart" and self.style.width != "narrow"
        if self.style.spread and roomy and 2 <= len(label) <= 4 and "：" not in label:
            return ("　" * round((6 - len(label)) / (len(label) - 1))).join(label)
        if self.style.centred and not has_value and label.endswith("："):
            return f"<c>{label}"
        return f"　{label}" if self.style.indent and has_value and "、" not in label[:3] else label

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
        named = {
            "plain": ("期末余额 期初余额", "本期发生额 上期发生额"),
            "balance": ("年末余额 年初余额", "本年金额 上年金额"),
        }
        if self.style.dates in named:
            return named[self.style.dates][not instant].split()
        instants, flows = {
            "dash": ("{}-12-31", "{}年1-12月"),
            "spaced": ("{} 年 12 月 31 日", "{} 年度"),
            "years": ("{}年", "{}年"),
            "date": ("{}年12月31日", "{}年度"),
        }[self.style.dates]
        return [(instants if instant else flows).format(y - k) for k in range(self.style.years)]

    def head(self, w: Writer, title: str, instant: bool, again: str = "") -> None:
        s = self.style
        self.current = title
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
        shown += again
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
        if s.wide:
            w.new_page(wide=True)
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
                self.table(w, heads, self.rows(["consolidated", "parent"], source, lines), instant)
                self.close(w)
                continue
            for scope, who in (("consolidated", "合并"), ("parent", "母公司")):
                form = lines if scope == "consolidated" else parent_lines(lines)
                self.head(w, f"{who}{name}", instant)
                body = self.rows([scope], source, form)
                if instant and s.layout == "sides":
                    self.sides(w, body)
                else:
                    self.table(w, self.heads(instant), body, instant)
                self.close(w)

    def close(self, w: Writer) -> None:
        """What stands below a statement."""
        if self.style.after == "signatures":
            w.line("法定代表人：江予安　　主管会计工作负责人：沈知秋　　会计机构负责人：陆听澜", 9)
        if self.style.after == "prose":
            text = f"上述{self.current}应当与第{len(self.prose) + 3}号附注一并阅读，其中涉及的 12 项会计估计均已在附注中逐项说明。"
            self.prose.append(text)
            w.paragraph(text, 9)

    def table(self, w: Writer, heads: list[str], body: list[list[str]], instant: bool) -> None:
        note = [] if self.style.notes == "none" else ["附注"]
        count = len(heads)
        full = w.width - 144
        numbers = (300 if count == 2 else 330) * {"narrow": 1.08, "usual": 1.0, "broad": 0.8}[
            self.style.width
        ]
        number = numbers / count * full / 451
        first = full - number * count - (34 if note else 0)
        widths = (first, *([34.0] if note else []), *([number] * count))
        align = "l" + "c" * len(note) + "r" * count
        self.draw(w, ["项目", *note, *heads], body, widths, align, instant=instant)

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
            tuple(x * (w.width - 144) / 451 for x in (90.0, 68.0, 68.0, 90.0, 68.0, 68.0)),
            "lrrlrr",
            6.8,
            instant=True,
        )

    def draw(
        self,
        w: Writer,
        heads: list[str],
        body: list[list[str]],
        widths: tuple[float, ...],
        align: str,
        size: float = 0,
        *,
        instant: bool,
    ) -> None:
        s = self.style
        style = TableStyle(
            widths,
            align,
            size or min(s.size, 8.5 if len(widths) > 4 else 10),
            borders=s.borders,
            padding=s.padding,
            leading=s.leading,
            upright=s.upright,
            whole_rows=s.whole_rows,
        )
        body = [[centre(c, wide, style) for c, wide in zip(row, widths, strict=True)] for row in body]

        def again() -> None:
            if s.repeat == "title":
                self.head(w, self.current, instant, "（续）")
            if s.repeat != "none":
                w.table([heads], replace(style, again=None))
                w.y += 6

        w.table([heads, *body], replace(style, again=again))


def centre(text: str, width: float, style: TableStyle) -> str:
    """A centred name: as many spaces before it as centre it."""
    if not text.startswith("<c>"):
        return text
    room = width - 6 - text_width(text[3:], style.size)
    return "　" * int(max(room, 0) / 2 / style.size) + text[3:]


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
    lost: int
    missing: list[str]
    mistaken: list[str]


def measure(style: Style, seed: int, faces: list[Fonts], folder: Path) -> Score:
    report = Report(style, seed)
    path = folder / f"style-{seed}.pdf"
    w = Mirrored(path, faces[style.face], f"{NAME}{style.year}年年度报告", style.gutter)
    report.compose(w)
    w.save()
    document = documents.read(path)
    read = "".join(squash(b.text) for b in document.blocks if isinstance(b, Paragraph))
    lost = [text for text in report.prose if squash(text) not in read]
    understood = knowledge.understand(document)
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
        len(lost),
        missing,
        mistaken,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--han", type=Path, required=True)
    parser.add_argument("--latin", type=Path, required=True, nargs="+")
    parser.add_argument("--borders", choices=["grid", "open", "three", "rows", "none"])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="keep the reports in this folder")
    options = parser.parse_args()
    faces, rng, scores = (
        [Fonts(options.han, latin) for latin in options.latin],
        random.Random(options.seed),
        [],
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(options.count):
            style = bound(draw(rng, len(faces), options.borders), number, options.seed)
            score = measure(style, options.seed * 1000 + number, faces, folder)
            scores.append(score)
            print(
                f"{number:3} {score.found}/{score.cells} 格，{score.wrong} 条错，{score.lost} 段失  {' '.join(str(v) for v in asdict(score.style).values())}",
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
        f"\n合计：{sum(s.found for s in scores)}/{sum(s.cells for s in scores)} 格读对；{sum(s.facts for s in scores)} 条事实，{sum(s.wrong for s in scores)} 条错；{sum(s.lost for s in scores)} 段正文混入表格"
    )
    for trait in (field.name for field in fields(Style)):
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
