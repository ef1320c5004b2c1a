"""What an answer about a policy is made of, and how its texts, days and standing are put into words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from caiwen.finance.numerals import in_chinese
from caiwen.finance.statutes import ArticleRef
from caiwen.knowledge.policy_library import Standing, Version
from caiwen.records.policy import Article, PolicyDate, PolicyRecord

_ACTIONS = {"amended": "修正", "revised": "修订", "promulgated": "公布", "passed": "通过", "approved": "批准"}
_LONGEST = 900


@dataclass(frozen=True, slots=True)
class PolicyQuote:
    """A place in a policy document that is cited. ``text``: quoted from it."""

    document: str
    article: str | None
    text: str
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """One value of the answer's record. ``period``: the day from which this text holds; ``version``: its own day."""

    kind: str
    item: str
    value: str
    title: str
    period: str | None = None
    version: str | None = None
    quote: PolicyQuote | None = None


@dataclass(slots=True)
class PolicyReply:
    """``lines``: sentences with the quotes that they cite. The first value is the answer."""

    answered: bool = True
    lines: list[tuple[str, tuple[PolicyQuote, ...]]] = field(default_factory=list)
    values: list[PolicyValue] = field(default_factory=list)

    def say(self, text: str, *quotes: PolicyQuote) -> None:
        self.lines.append((text, quotes))


def called(version: Version) -> str:
    return f"《{version.record.title}》"


def own_day(version: Version) -> str | None:
    return version.record.version.day if version.record.version else None


def text_of(version: Version) -> str:
    """2018年10月26日修正的文本."""
    record, day = version.record, own_day(version)
    if day is None:
        return "现有文本"
    event = next((e for e in reversed(record.revisions) if e.day == day), None)
    return f"{day_words(day)}{action_word(event.action) if event else '公布'}的文本"


def action_word(action: str) -> str:
    return _ACTIONS.get(action, "公布")


def by_word(instrument: str) -> str:
    return f"以《{instrument}》" if "决定" in instrument else (f"以{instrument}" if instrument else "")


def since(version: Version) -> str:
    start = version.record.effective
    if start is None:
        return "施行日期不详"
    return f"自{day_words(start.day)}起施行" + ("，该日期为假定" if start.assumed else "")


def standing_words(version: Version, day: str) -> str:
    state = version.standing(day)
    ended = day_words(version.end.day) if version.end else ""
    by = version.ended_by
    match state:
        case Standing.NOT_YET:
            return f"尚未施行（自{day_words(version.start or '')}起施行）"
        case Standing.SUPERSEDED:
            assumed = "，该日期为假定" if version.end and version.end.assumed else ""
            made = f"{day_words(by.version.day)}的文本" if by and by.version else "新的文本"
            return f"已被{made}取代（自{ended}起{assumed}）"
        case Standing.REPEALED:
            return f"已被《{by.title if by else ''}》废止（自{ended}起）"
        case Standing.EXPIRED:
            return f"已过有效期（至{ended}）"
        case _:
            return "有效"


def described(version: Version, day: str) -> str:
    """Which text, from when, and how it stands on the day asked about."""
    return f"{text_of(version)}，{since(version)}，{day_words(day)}{standing_words(version, day)}"


def whose(record: PolicyRecord) -> str:
    """To which text a stated day belongs that is not this one's."""
    first = record.first_effective
    if first and record.stated and first.day == record.stated.day:
        return "这是最初文本的施行日，后来的修改没有改动这一条"
    return "这是较早一次修订文本的施行日，后来的修改没有改动这一条"


def how_words(date: PolicyDate) -> str:
    return date.how if date.how.startswith("第") else f"{date.how}为{day_words(date.day)}"


def day_words(day: str) -> str:
    year, month, number = day.split("-")
    return f"{year}年{int(month)}月{int(number)}日"


def shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}……"


def part_of(article: Article, ref: ArticleRef) -> str | None:
    """The paragraph (款) or item (项) that is cited; None where there is none of that number."""
    if not ref.paragraph and not ref.item:
        return article.text
    groups: list[list[str]] = []
    for line in article.text.split("\n"):
        if groups and re.match(r"[（(][一二三四五六七八九十]+[）)]", line):
            groups[-1].append(line)
        else:
            groups.append([line])
    if ref.paragraph:
        if ref.paragraph > len(groups):
            return None
        groups = [groups[ref.paragraph - 1]]
    if not ref.item:
        return "\n".join(groups[0])
    mark = re.compile(rf"[（(]{in_chinese(ref.item)}[）)]")
    return next((line for group in groups for line in group if mark.match(line)), None)


def quote_of(version: Version, article: Article, text: str) -> PolicyQuote:
    return PolicyQuote(version.record.document, article.label, text, article.page, article.box)


def dated(version: Version, item: str, date: PolicyDate, quote: PolicyQuote) -> PolicyValue:
    return text_value(version, item, date.day, quote)


def text_value(version: Version, item: str, value: str, quote: PolicyQuote) -> PolicyValue:
    return PolicyValue("text", item, value, version.record.title, version.start, own_day(version), quote)
