"""What each number of an answer is about: company, item, period, member, and whether it is a level or a change."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from caiwen.dataset.data import words
from caiwen.dataset.ledger import When
from caiwen.dataset.mentions import Mention
from caiwen.finance.period import Period
from caiwen.records import Scope

_SENTENCE = re.compile(r"[^。；;！？!?\n]+[。；;！？!?]?")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_RISES = re.compile(r".{0,10}?(?:至|到|为)")
_LOOSE = 2
_TOTALS = ("合计", "共计", "总计", "合计为", "共计为", "总计为")
_LAST_CLAUSE = re.compile(r"^.*[，,（(](?=.*[\u4e00-\u9fff])")
_OTHER_FIRM = re.compile(
    r"[\u4e00-\u9fff（）()]{4,24}(?:有限公司|有限责任公司|银行|合伙企业)|(?:该|各|其|控股|参股|子)(?:子)?公司"
)
_QUARTERS = re.compile(r"第?([一二三四1-4](?:、[一二三四1-4])+)季度")


@dataclass(frozen=True, slots=True)
class Frame:
    """What is being spoken of. ``members``: set only where the text names one."""

    who: str | None = None
    items: tuple[str, ...] = ()
    when: When | None = None
    member: str | None = None
    scope: Scope | None = None
    stranger: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """A number and its frame. ``role``: level, change or share. ``bases``: periods it may be compared with;
    ``others``: further items, periods and companies of the sentence, in order."""

    mention: Mention
    frame: Frame
    role: str
    way: int
    before: str
    after: str
    bases: tuple[When, ...] = ()
    others: tuple[Mention, ...] = ()
    sentence: tuple[int, int] = (0, 0)
    far_member: bool = False
    """Another number stands between the member and this one, so that it may be about the whole again."""
    tight: bool = True
    """Nothing but numbers, periods and words of linking stands between the item and the number."""
    starts: bool = False
    """由A升至B: A is told as the value of the year before, though it may be that of another measure of this year."""


@dataclass(slots=True)
class Reader:
    """Goes through an answer sentence by sentence; what a sentence leaves open comes from the one before, or the question."""

    text: str
    frame: Frame
    asked: str = ""
    own_names: tuple[str, ...] = ()
    bound: list[Bound] = field(default_factory=list)
    about_others: bool = False
    """Another company (a subsidiary, a customer) is named, whose figures are no facts of this one."""

    def read(self, mentions: Sequence[Mention]) -> list[Bound]:
        for match in _SENTENCE.finditer(self.text):
            inside = [m for m in mentions if match.start() <= m.start < match.end()]
            if inside:
                self._sentence(match.span(), inside)
        return self.bound

    def _sentence(self, span: tuple[int, int], inside: list[Mention]) -> None:
        sentence = self.text[span[0] : span[1]]
        plain = self.asked + sentence
        for m in inside:
            plain = plain.replace(m.text, "，") if m.kind in ("item", "member") else plain
        others = [m[0] for m in _OTHER_FIRM.finditer(plain)]
        members = [m.text for m in inside if m.kind in ("member", "item", "company")]
        self.about_others = any(
            not any(name in o or o in name for name in (*self.own_names, *members)) for o in others
        )
        bases = [m for m in inside if m.kind == "period" and self._is_base(m, inside)]
        main = next((m for m in inside if m.kind == "period" and m not in bases), None)
        frame = replace(
            self.frame,
            when=main.when if main else self.frame.when,
            member=None if any(m.kind in ("company", "item") for m in inside) else self.frame.member,
        )
        self._walk(span, inside, frame, bases, main)
        self._scope(span, inside)
        self._distribute(span, inside)

    def _scope(self, span: tuple[int, int], inside: list[Mention]) -> None:
        """The scope named last before a number, or right behind it in brackets; else that of the question."""
        marks = scopes_in(self.text[slice(*span)], span[0], inside)
        for place, bound in enumerate(self.bound):
            at, end = bound.mention.start, bound.mention.end
            if bound.sentence != span or not marks:
                continue
            before = [scope for start, scope in marks if start < at]
            behind = [
                s for start, s in marks if end <= start <= end + 2 and self.text[end : end + 1] in ("（", "(")
            ]
            named = behind or before[-1:]
            if named:
                self.bound[place] = replace(bound, frame=replace(bound.frame, scope=named[0]))

    def _walk(
        self,
        span: tuple[int, int],
        inside: list[Mention],
        frame: Frame,
        bases: list[Mention],
        main: Mention | None,
    ) -> None:
        here, last, near = frame, span[0], frame.when
        item_at = -1
        for one in inside:
            match one.kind:
                case "company":
                    here = replace(
                        here, who=one.names[0] if one.names else None, stranger="" if one.names else one.text
                    )
                case "item":
                    here, item_at = replace(here, items=one.names), one.start
                case "member":
                    here = replace(here, member=one.names[0])
                case "period":
                    near = one.when
                    if one not in bases:
                        here = replace(here, when=one.when)
                case "amount" | "number":
                    following = self._following_item(one, inside) if item_at < 0 else None
                    now = replace(here, items=following.names) if following else here
                    start = self._is_start(one, last, span, inside)
                    self._bind(one, now, year_before(near) if start else near, inside, last, span, bases)
                    self.bound[-1] = replace(self.bound[-1], starts=start)
                    near = here.when
            last = one.end
        self.frame = replace(here, when=main.when if main else here.when, scope=self.frame.scope)

    def _bind(
        self,
        one: Mention,
        frame: Frame,
        near: When | None,
        inside: list[Mention],
        last: int,
        span: tuple[int, int],
        bases: list[Mention],
    ) -> None:
        before = self.text[max(last, span[0]) : one.start]
        lead = self.text[max(span[0], one.start - 14) : one.start]
        after = self.text[one.end : min(span[1], one.end + 8)]
        role, way = role_of(before, lead, one)
        level = role == "level"
        self.bound.append(
            Bound(
                one,
                replace(frame, when=near if level else frame.when),
                role,
                way,
                before,
                after,
                tuple(m.when for m in bases if m.when),
                tuple(m for m in inside if m.kind in ("item", "period", "company", "member")),
                span,
                self._member_is_far(inside, one),
                self._is_tight(inside, one),
            )
        )

    def _is_tight(self, inside: list[Mention], one: Mention) -> bool:
        """Measured by the characters left over when mentions and linking words are taken out."""
        items = [m for m in inside if m.kind == "item" and m.start < one.start]
        if not items or self.about_others or self._is_modified(items[-1], inside):
            return False
        gap = self.text[items[-1].end : one.start]
        total = self.text[max(items[-1].end, one.start - 8) : one.start]
        total += "|" + self.text[max(0, items[-1].start - 4) : items[-1].start]
        if any(word in total for word in ("合计", "共计", "总计")) and items[-1].text not in total:
            return False
        if any(word in gap for word in words("other_measure")):
            return False
        for m in inside:
            if m.kind != "item" and items[-1].end <= m.start < one.start:
                gap = gap.replace(m.text, "", 1)
        return len(_HAN.findall(_glue().sub("", gap))) <= _LOOSE

    def _member_is_far(self, inside: list[Mention], one: Mention) -> bool:
        members = [m for m in inside if m.kind == "member" and m.start < one.start]
        at = members[-1].end if members else one.start
        return any(at <= m.start < one.start for m in inside if m.kind in ("amount", "number"))

    def _is_start(self, one: Mention, last: int, span: tuple[int, int], inside: list[Mention]) -> bool:
        """由1566.6万元升至2233.4万元: the first number is the one of the year before, where no period says otherwise."""
        lead = self.text[max(last, span[0]) : one.start].rstrip()
        dated = any(m.kind == "period" and last - 1 <= m.end <= one.start for m in inside)
        return (
            lead.endswith(("由", "从"))
            and not dated
            and bool(_RISES.match(self.text[one.end : one.end + 14]))
        )

    def _is_modified(self, item: Mention, inside: list[Mention]) -> bool:
        """金融负债合计 is not 负债合计: a word touches the item that is no linking word and no other mention."""
        before = self.text[max(0, item.start - 1) : item.start]
        touches = any(m.end == item.start for m in inside)
        return bool(_HAN.match(before)) and not touches and before not in words("touching")

    def _following_item(self, one: Mention, inside: list[Mention]) -> Mention | None:
        """13.04亿元的营业收入: the item stands behind the number, with nothing but 的 between."""
        for other in inside:
            if other.kind == "item" and 0 <= other.start - one.end <= 2:
                return other if self.text[one.end : other.start].strip() in ("", "的") else None
        return None

    def _is_base(self, one: Mention, inside: list[Mention]) -> bool:
        before = self.text[max(0, one.start - 3) : one.start]
        return any(before.endswith(word) for word in words("base"))

    def _distribute(self, span: tuple[int, int], inside: list[Mention]) -> None:
        """甲、乙分别为1元、2元: as many names (items, periods, companies or members) as numbers, in order."""
        at = self.text.find("分别", *span)
        if at < 0:
            return
        clause_end = span[1]
        numbers = [b for b in self.bound if b.sentence == span and at < b.mention.start < clause_end]
        numbers = [b for b in numbers if not b.before.endswith(_TOTALS)]
        if len(numbers) == 4 and _every_quarter().search(self.text[span[0] : at]):
            for part, bound in zip(("Q1", "Q2", "Q3", "Q4"), numbers, strict=True):
                year = (bound.frame.when.period if bound.frame.when else "")[:4]
                when = When(f"{year}{part}", part != "Q1")
                self.bound[self.bound.index(bound)] = replace(bound, frame=replace(bound.frame, when=when))
            return
        if self._deal_quarters(self.text[span[0] : at], numbers):
            return
        for kind in ("item", "period", "company", "member"):
            names = [m for m in inside if m.kind == kind and m.end <= at]
            names = names[-len(numbers) :] if len(names) > len(numbers) else names
            if len(names) == len(numbers) > 1 and self._together(names, numbers):
                for name, bound in zip(names, numbers, strict=True):
                    self.bound[self.bound.index(bound)] = replace(bound, frame=_with(bound.frame, name))
                return

    def _deal_quarters(self, head: str, numbers: list[Bound]) -> bool:
        """第二、三季度分别为…: one quarter a number."""
        match = _QUARTERS.search(head)
        parts = match[1].split("、") if match else []
        if len(parts) != len(numbers):
            return False
        for part, bound in zip(parts, numbers, strict=True):
            number = "一二三四".find(part) + 1 or int(part)
            year = (bound.frame.when.period if bound.frame.when else "")[:4]
            when = When(f"{year}Q{number}", number != 1)
            self.bound[self.bound.index(bound)] = replace(bound, frame=replace(bound.frame, when=when))
        return True

    def _together(self, names: list[Mention], numbers: list[Bound]) -> bool:
        """The names stand in one list: nothing long between them."""
        gaps = [b.start - a.end for a, b in itertools.pairwise(names)]
        return all(gap <= 12 for gap in gaps) and len({n.mention.unit for n in numbers}) == 1


def _with(frame: Frame, name: Mention) -> Frame:
    match name.kind:
        case "item":
            return replace(frame, items=name.names)
        case "period":
            return replace(frame, when=name.when)
        case "company":
            return replace(
                frame, who=name.names[0] if name.names else None, stranger="" if name.names else name.text
            )
    return replace(frame, member=name.names[0])


def scopes_in(sentence: str, offset: int, inside: Iterable[Mention]) -> list[tuple[int, Scope]]:
    """Where a sentence names the parent's own figures, or the group's, outside the names of things."""
    spans = [(m.start - offset, m.end - offset) for m in inside if m.kind in ("item", "company", "member")]
    found = []
    for scope, key in ((Scope.PARENT, "parent"), (Scope.CONSOLIDATED, "consolidated")):
        for m in _scope_words(key).finditer(sentence):
            if not any(a <= m.start() < b for a, b in spans):
                found.append((m.start() + offset, scope))
    return sorted(found)


@cache
def _scope_words(key: str) -> re.Pattern[str]:
    return re.compile(words(key))


@cache
def _glue() -> re.Pattern[str]:
    return re.compile("|".join(sorted(words("glue"), key=len, reverse=True)))


@cache
def _every_quarter() -> re.Pattern[str]:
    return re.compile(words("times", "every_quarter"))


def year_before(when: When | None) -> When | None:
    parsed = Period.parse(when.period) if when else None
    return When(str(parsed.prior_year()), when.single) if parsed and when else None


@cache
def _to_level() -> re.Pattern[str]:
    return re.compile(words("to_level"))


def role_of(before: str, lead: str, one: Mention) -> tuple[str, int]:
    """level, change (with its direction: 1, -1, or 0 where only 变动 is said) or share, by the words right before."""
    if one.unit in ("百分点", "基点"):
        return "change", _way(before) or _way(lead) or 0
    before = _LAST_CLAUSE.sub("", before)
    plain = _to_level().sub("◇", before)
    for word in words("not_change"):
        plain = plain.replace(word, "")
    if "◇" in plain or before.rstrip().endswith(("由", "从")):
        return "level", 0
    way = _way(plain)
    if way is not None:
        return "change", way
    if one.unit == "%" and any(word in before for word in words("share")):
        return "share", 0
    return "level", 0


def _way(text: str) -> int | None:
    """The direction that the last change word tells; None where there is none."""
    ways = ((1, "up"), (-1, "down"), (0, "neutral"))
    found = [
        (text.rfind(word) + len(word), len(word), way)
        for way, key in ways
        for word in words(key)
        if word in text
    ]
    return max(found)[2] if found else None


def frame_of(question: Sequence[Mention], text: str) -> Frame:
    """What the question speaks of, as far as it speaks of one thing."""
    first: dict[str, Mention] = {}
    for one in question:
        first.setdefault(one.kind, one)
    company, item, period = first.get("company"), first.get("item"), first.get("period")
    member = first.get("member")
    scopes = scopes_in(text, 0, question)
    return Frame(
        who=company.names[0] if company and company.names else None,
        items=item.names if item else (),
        when=period.when if period else None,
        member=member.names[0] if member else None,
        scope=scopes[-1][1] if scopes else None,
        stranger=company.text if company and not company.names else "",
    )
