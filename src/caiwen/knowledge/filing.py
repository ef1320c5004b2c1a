"""What a document is: its kind, who issued it, for which period, when; from its content.

The file name only settles what the content leaves open (the day of publication), and only where it fits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from caiwen.finance.companies import exchange_of
from caiwen.finance.text import normalise, squash
from caiwen.knowledge.data import load
from caiwen.knowledge.dates import dates_in, year_of
from caiwen.knowledge.labels import Pair, bare, in_prose, in_table
from caiwen.knowledge.sector import sector_of
from caiwen.records import Block, Document, Filing, FilingKind, Paragraph

_YEAR = r"(?P<year>(?:19|20)\d{2}|[二一][〇○零Oo九][〇○零Oo一二三四五六七八九]{2})"
_COMPANY = re.compile(
    r"[一-鿿（）()·]{2,34}?(?:股份有限公司|股份公司|有限责任公司|集团有限公司|有限公司|股份有限責任公司)"
)
_KINDS = {
    "annual": FilingKind.ANNUAL,
    "interim": FilingKind.INTERIM,
    "q1": FilingKind.Q1,
    "q3": FilingKind.Q3,
}
_SUMMARIES = {FilingKind.ANNUAL: FilingKind.ANNUAL_SUMMARY, FilingKind.INTERIM: FilingKind.INTERIM_SUMMARY}
_PARTS = {
    FilingKind.INTERIM: "H1",
    FilingKind.INTERIM_SUMMARY: "H1",
    FilingKind.Q1: "Q1",
    FilingKind.Q3: "Q3",
}
_NAMES = {
    "中文名称": "issuer", "中文名": "issuer", "法定中文名称": "issuer", "名称": "issuer", "公司名称": "issuer",
    "股票简称": "short", "证券简称": "short", "A股简称": "short", "中文简称": "alias", "股票代码": "code",
    "证券代码": "code", "A股代码": "code", "公司代码": "code", "股份代号": "code",
}  # fmt: skip
_SPELLING = re.compile(
    r"(?P<label>(?:公司的?|法定|发行人)?中文名称|发行人名称|(?:股票|证券|A股|公司)(?:简称|代码)|中文简称)\s*[:：]"
)


@dataclass(frozen=True, slots=True)
class _Title:
    kind: FilingKind
    year: str | None
    text: str
    block: int
    before: str


def recognise(document: Document) -> Filing:
    """Never raises: what the document does not say stays None."""
    rules = load("filing.yaml")
    if document.format in rules["data_formats"]:
        return Filing(kind=FilingKind.DATA, title=document.title, published=document.published)
    title = None if _is_policy(document) else _find_title(document)
    if title is None:
        return _without_title(document)
    pairs = _self_description(document)
    filing = Filing(kind=title.kind, title=title.text, period=_period(title))
    filing = replace(filing, issuer=_issuer(document, title, pairs), code=_code(document, pairs))
    filing = replace(filing, short_name=_short_name(document, pairs, filing.issuer))
    filing = replace(filing, sector=sector_of(document, filing.issuer))
    if filing.kind is FilingKind.PROSPECTUS:
        filing = replace(filing, period=_last_period(document))
    return replace(_hinted(document, filing), published=_published(document, filing))


# --- the title -----------------------------------------------------------------------------------


@cache
def _title_patterns() -> tuple[tuple[FilingKind, re.Pattern[str]], ...]:
    rules = load("filing.yaml")
    reports = [(_KINDS[r["kind"]], re.compile(r["title"].replace("{year}", _YEAR))) for r in rules["reports"]]
    return (*reports, *((FilingKind.PROSPECTUS, re.compile(p)) for p in rules["prospectus"]))


def _find_title(document: Document) -> _Title | None:
    """The first title on the cover that the document bears itself: set alone, or sworn to in its first notices."""
    sworn = re.search(load("filing.yaml")["oath"], _head(document)) is not None
    own = [(-1, squash(document.title))] if document.title else []
    for number, text in (*own, *_cover(document)):
        title = _title_in(number, text)
        if title is not None and (sworn or _stands_alone(title, text)):
            return title
    return None


def _title_in(number: int, text: str) -> _Title | None:
    rules = load("filing.yaml")
    found: list[tuple[int, _Title]] = []
    for kind, pattern in _title_patterns():
        for match in pattern.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            if re.search(rules["about_before"], before) or re.search(rules["about_after"], after):
                continue
            summary = re.search(rules["summary"], after)
            kept = _SUMMARIES.get(kind, kind) if summary else kind
            mark = re.match(r"(?:全文|正文)?(?:摘要)?[（(](?:修订|更正|更新|修正)[^）)]{0,6}[）)]", after)
            words = match.group() + (summary.group() if summary else "") + (mark.group() if mark else "")
            year = match.groupdict().get("year")
            found.append((match.start(), _Title(kept, year, words, number, before)))
            break
    return min(found, key=lambda item: item[0])[1] if found else None


def _stands_alone(title: _Title, text: str) -> bool:
    rest = text.replace(title.text, "", 1)
    return len(_COMPANY.sub("", rest)) <= 40 and not re.search("[，。；]", rest)


@cache
def _limits() -> tuple[dict[str, int], dict[str, int]]:
    rules = load("filing.yaml")
    return rules["head"], rules["cover"]


def _cover(document: Document) -> Iterator[tuple[int, str]]:
    limit, size = _limits()[1], 0
    for number, block in enumerate(document.blocks[: limit["blocks"]]):
        text = squash(_words(block))
        yield number, text[:600]
        size += len(text)
        if size > limit["characters"]:
            return


def _head(document: Document) -> str:
    limit, parts, size = _limits()[0], [], 0
    for block in document.blocks[: limit["blocks"]]:
        if (getattr(block, "page", None) or 0) > limit["pages"] or size > limit["characters"]:
            break
        parts.append(squash(_words(block)))
        size += len(parts[-1])
    return "\n".join(parts)


def _words(block: Block) -> str:
    return block.text if isinstance(block, Paragraph) else " ".join(cell.text for cell in block.cells[:60])


def _period(title: _Title) -> str | None:
    year = year_of(title.year) if title.year else None
    return f"{year}{_PARTS.get(title.kind, '')}" if year else None


# --- who -----------------------------------------------------------------------------------------


def _lookup(label: str) -> str | None:
    return _NAMES.get(label)


def _self_description(document: Document) -> list[Pair]:
    """What the document prints about itself in its first third: names and codes beside their labels."""
    pairs: list[Pair] = []
    for block in document.blocks[: max(200, len(document.blocks) // 3)]:
        text = _words(block)
        if not any(word in squash(text) for word in ("名称", "简称", "代码")):
            continue
        if isinstance(block, Paragraph):
            pairs.extend(in_prose(block, _SPELLING, _lookup))
        else:
            pairs.extend(in_table(block, _lookup))
        if any(p.name == "issuer" for p in pairs) and any(p.name == "code" for p in pairs):
            break
    return pairs


def _issuer(document: Document, title: _Title, pairs: list[Pair]) -> str | None:
    for pair in pairs:
        if (
            pair.name == "issuer"
            and bare(pair.label) not in ("名称",)
            and (names := companies_in(pair.value))
        ):
            return names[0]
    return _before_title(document, title) or _most_named(document)


def _before_title(document: Document, title: _Title) -> str | None:
    """The company printed last before the title, within the cover."""
    above = [text for number, text in _cover(document) if number < title.block]
    for text in (title.before, *reversed(above)):
        if names := companies_in(text):
            return names[-1]
    return None


def _most_named(document: Document) -> str | None:
    names = companies_in(_head(document)[:6000])
    return Counter(names).most_common(1)[0][0] if names else None


def companies_in(text: str) -> list[str]:
    """Company names in squashed text, without those who only sign beside the issuer."""
    rules = load("filing.yaml")
    found = []
    for match in _COMPANY.finditer(squash(text)):
        if re.search(rules["sponsor_before"], text[: match.start()]) or re.search(
            rules["not_issuer"], match.group()
        ):
            continue
        found.append(_clean_name(match.group()))
    return found


def _clean_name(name: str) -> str:
    """Drop what print has glued on: a label, an opening bracket, the short name repeated before the full one."""
    name = re.sub(r"^.*?(?:简称|名称|代码)", "", name)
    name = name.lstrip("）)·")
    if name.count("（") > name.count("）"):
        name = name[name.index("（") + 1 :]
    glued = re.match(r"(.{2,6}?)(?=\1)", name)
    return name[len(glued.group(1)) :] if glued else name


def _code(document: Document, pairs: list[Pair]) -> str | None:
    """The A share's code; a B share's only where there is no other. Preference shares (360xxx) never."""
    labelled = [c for p in pairs if p.name == "code" for c in re.findall(r"(?<!\d)\d{6}(?!\d)", p.value)]
    spelling = load("filing.yaml")["code_labels"] + r"[:：]?[^\d]{0,12}?(\d{6})(?!\d)"
    codes = [*re.findall(spelling, _head(document)), *labelled]
    codes = [c for c in codes if not c.startswith("360")]
    shares = [c for c in codes if c[:3] not in load("filing.yaml")["b_share_codes"]]
    return next(iter(shares or codes), None)


def _hinted(document: Document, filing: Filing) -> Filing:
    """What the content lacks and the file name states, where the name otherwise fits the issuer's."""
    parts = re.split(r"[_\W]+", re.sub(r"\.\w+$", "", document.name))
    shorts = [p for p in parts if 3 <= len(p) <= 5 and filing.issuer and _within(p, filing.issuer)]
    if not shorts:
        return filing
    codes = [p for p in parts if re.fullmatch(r"\d{6}", p) and exchange_of(p)]
    code = filing.code or next(iter(codes), None)
    return replace(filing, code=code, short_name=filing.short_name or shorts[0])


def _within(short: str, full: str) -> bool:
    """Whether the characters of a short name stand in the full one in this order (迈瑞医疗 in 深圳迈瑞生物医疗电子…)."""
    rest = iter(full)
    return all(character in rest for character in short)


def _short_name(document: Document, pairs: list[Pair], issuer: str | None) -> str | None:
    for _, block in zip(range(_limits()[1]["blocks"]), document.blocks, strict=False):
        if name := _short_in(normalise(_words(block)), issuer):
            return name
    for wanted in ("short", "alias"):
        for pair in pairs:
            name = squash(pair.value)
            if pair.name == wanted and 2 <= len(name) <= 12 and not re.search(r"\d{3}|[:：]", name):
                return name
    return None


def _short_in(text: str, issuer: str | None) -> str | None:
    match = re.search(load("filing.yaml")["short_labels"] + r"[:：]", re.sub(r"\s*([:：])\s*", r"\1", text))
    if not match:
        return None
    rest = re.sub(r"\s*([:：])\s*", r"\1", text)[match.end() :]
    rest = squash(rest) if issuer and issuer in squash(rest) else rest.strip().split("\n")[0]
    rest = rest.split(issuer)[0] if issuer else rest
    rest = re.split(
        r"(?:公告|编号|证券|股票|公司|债券|[A-Z]股)?(?:编号|代码|简称)|[；;，,。（(]|\s{2,}|\d{4}", rest
    )[0]
    name = squash(re.split(r"(?<=\S{2}) ", rest.strip())[0])
    return name if 2 <= len(name) <= 10 else None


# --- when ----------------------------------------------------------------------------------------


def _last_period(document: Document) -> str | None:
    """The newest period of a prospectus: the latest balance date in the header rows of its tables."""
    ends = {"12月31日": "", "6月30日": "H1", "3月31日": "Q1", "9月30日": "Q3"}
    found: Counter[str] = Counter()
    for table in document.tables:
        for cell in table.cells[: table.n_columns * 2]:
            for year, day in re.findall(
                r"((?:19|20)\d\d)年(12月31日|6月30日|3月31日|9月30日)", squash(cell.text)
            ):
                found[year + ends[day]] += 1
    often = [p for p, n in found.items() if n >= 3]
    order = {"": 4, "Q3": 3, "H1": 2, "Q1": 1}
    return max(often, key=lambda p: (p[:4], order[p[4:]])) if often else None


def _published(document: Document, filing: Filing) -> str | None:
    """A full date on the cover, the board's date of release, a date of the file name that fits the period."""
    cover = "\n".join(text for _, text in _cover(document) if len(text) < 100)
    after = (filing.period or "")[:4]
    candidates = [document.published] if document.published else []
    candidates += [d for d in dates_in(cover[:800]) if not after or d[:4] >= after]
    candidates += _release_dates(document) or _signed(document)
    candidates += [d for d in dates_in(document.name) if after and after <= d[:4] <= str(int(after) + 2)]
    end = {"H1": "06-30", "Q1": "03-31", "Q3": "09-30"}.get((filing.period or "")[4:], "12-31")
    late = [d for d in candidates if not after or d > f"{after}-{end}"]
    return late[0] if late else None


def _release_dates(document: Document) -> list[str]:
    """董事会批准报送日期 at the end of Shanghai reports, 报告日期 of research."""
    found: list[str] = []
    for block in (*document.blocks[:60], *document.blocks[-60:]):
        text = squash(_words(block))
        if match := re.search(r"(?:批准报送日期|报告日期|公告日期|披露日期)[:：]?(.{0,16})", text):
            found.extend(dates_in(match.group(1)))
    return found


def _signed(document: Document) -> list[str]:
    """The date under the board's name at the very end."""
    ends = [squash(_words(b)) for b in document.blocks[-6:]]
    return [day for text in ends if len(text) < 60 for day in dates_in(text)][-1:]


# --- documents that bear no report's title -------------------------------------------------------


def _without_title(document: Document) -> Filing:
    kind = _other_kind(document)
    published = document.published or _published_otherwise(document, kind)
    return Filing(kind=kind, title=document.title or _first_words(document), published=published)


def _first_words(document: Document) -> str:
    """The first line that speaks of a report or a rule; else the first line."""
    lines = [text[:80] for _, text in _cover(document) if text]
    said = [line for line in lines[:6] if re.search("报告|办法|规定|法$|条例|通知", line)]
    return next(iter(said or lines), "")


def _is_policy(document: Document) -> bool:
    """A statute bears its title at the head and counts in articles, or names the body that made it."""
    policy = load("filing.yaml")["policy"]
    name = re.sub(r"\.\w+$", "", squash(document.name))
    bears = any(
        len(t) <= 80 and re.search(policy["titles"], t.lstrip("#")) for t in (_first_line(document), name)
    )
    if not bears:
        return False
    return bool(
        re.search(policy["article"], _all(document, 60)) or re.search(policy["bodies"], _head(document)[:800])
    )


def _first_line(document: Document) -> str:
    return next((squash(_words(b)) for b in document.blocks if _words(b).strip()), "")


def _other_kind(document: Document) -> FilingKind:
    if _is_policy(document):
        return FilingKind.POLICY
    rules, head = load("filing.yaml"), _head(document)
    dated = document.published or re.search(rules["news"]["strong"], head[:2000])
    if document.extra.get("layout") == "news" or (document.format in rules["news"]["formats"] and dated):
        return FilingKind.NEWS
    named = _first_line(document)[:40] + squash(document.title) + squash(document.name)
    if re.search(rules["textbook"]["named"], named):
        return FilingKind.TEXTBOOK
    if len(set(re.findall(rules["textbook"]["strong"], head))) >= rules["textbook"]["needed"]:
        return FilingKind.TEXTBOOK
    research = rules["research"]
    weak = len(set(re.findall(research["weak"], head[:600] + squash(document.name))))
    if re.search(research["strong"], head[:3000]) or weak >= research["weak_needed"]:
        return FilingKind.RESEARCH
    return FilingKind.OTHER


def _all(document: Document, blocks: int) -> str:
    return "\n".join(squash(_words(b)) for b in document.blocks[:blocks])


def _published_otherwise(document: Document, kind: FilingKind) -> str | None:
    """A statute: the last adoption or amendment that its preamble or its file name states; not the day it takes effect."""
    if kind is FilingKind.POLICY:
        lines = re.split(r"目录|第一章|第一条", _all(document, 40))[0].split("\n")
        dates = [day for line in lines if not re.search("施行|生效", line) for day in dates_in(line)]
        return max([*dates, *dates_in(document.name)], default=None)
    return next(iter(_release_dates(document)), None)
