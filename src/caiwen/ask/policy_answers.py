"""Plan about a policy → what to say, with the articles quoted and the text named that they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from caiwen.ask.plan import Policy
from caiwen.ask.policies import PolicyStore
from caiwen.ask.policy_search import ArticleSearch, Scored
from caiwen.ask.words import load
from caiwen.finance.numerals import in_chinese
from caiwen.finance.statutes import ArticleRef, article_refs
from caiwen.knowledge.policy_library import Law, Library, Standing, Version
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


class PolicyAnswerer:
    """Answers plans over the store's policies. ``find``: topic, sha256s → sha256s of the documents that speak of it."""

    def __init__(
        self,
        store: PolicyStore,
        library: Library,
        search: ArticleSearch,
        find: Callable[[str, Sequence[str]], Sequence[str]],
    ) -> None:
        self._store = store
        self._library = library
        self._search = search
        self._find = find

    def answer(self, plan: Policy) -> PolicyReply:
        law = self._library.laws.get(plan.law or "")
        if law is None:
            return self._anywhere(plan)
        found = [self._library.of_document(sha256) for sha256 in plan.versions]
        versions = [pair[1] for pair in found if pair]
        if not versions:
            return _no_text(plan, law)
        reply = _WRITERS[plan.asks](self, plan, law, versions)
        if plan.note and reply.answered:
            reply.say(plan.note)
        return reply

    # --- articles ---------------------------------------------------------------------------------

    def articles(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        reply = PolicyReply(answered=False)
        refs = [ref for words in plan.articles for ref in article_refs(words)]
        for version in versions:
            labels = [ref.label for ref in refs]
            by_label = {a.label: a for a in self._store.articles(version.record.document, labels)}
            for ref in refs:
                self._cite(reply, plan, version, ref, by_label.get(ref.label))
        return reply

    def _cite(
        self, reply: PolicyReply, plan: Policy, version: Version, ref: ArticleRef, article: Article | None
    ) -> None:
        name = f"{_called(version)}{ref.words}"
        if article is None:
            last = self._store.articles(version.record.document)[-1].label
            reply.say(f"{name}不存在：{_described(version, plan.day)}最后一条是{last}。")
            return
        text = _part(article, ref)
        if text is None:
            reply.say(f"{_called(version)}{ref.label}没有所问的款、项，全条如下。")
            text = article.text
        reply.answered = True
        quote = _quote(version, article, text)
        reply.say(f"{name}（{_described(version, plan.day)}）：“{_shortened(text)}”", quote)
        reply.values.append(_value(version, ref.words, text, quote))

    def topic(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        """The articles of the text meant that speak of the topic."""
        reply = PolicyReply(answered=False)
        for version in versions:
            scored = self._search.best(plan.topic, [version.record.document])
            self._tell(reply, plan, _leading(scored))
        if not reply.answered:
            reply.say(f"{_called(versions[0])}中未找到与“{plan.topic.replace(' ', '')}”有关的条文。")
        return reply

    def compare(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        """The same topic in two texts, the later one first; without a topic, the texts themselves."""
        if len(law.versions) < 2:
            reply = PolicyReply(answered=False)
            reply.say(
                f"库中只有《{law.title}》的一个文本（{_described(versions[0], plan.day)}），无法比较新旧。"
            )
            return reply
        if plan.articles:
            return self.articles(plan, law, versions[::-1])
        if not plan.topic:
            return self.versions(plan, law, versions)
        reply = PolicyReply(answered=False)
        for version in reversed(versions):
            scored = self._search.best(plan.topic, [version.record.document])
            self._tell(reply, plan, scored[:1])
        return reply

    def _anywhere(self, plan: Policy) -> PolicyReply:
        """Any rule in force on the day that speaks of the topic; nothing where none speaks of most of it."""
        in_force = [v.record.document for v in self._library.in_force(plan.day)]
        documents = self._find(plan.topic, in_force) if in_force else []
        scored = self._search.best(plan.topic, documents)
        enough = float(load("policies.yaml")["enough"])
        reply = PolicyReply(answered=False)
        self._tell(reply, plan, _leading([s for s in scored if s.share >= enough]))
        return reply

    def _tell(self, reply: PolicyReply, plan: Policy, scored: Sequence[Scored]) -> None:
        for one in scored:
            found = self._library.of_document(one.document)
            if found is None:
                continue
            version, article = found[1], one.article
            quote = _quote(version, article, article.text)
            described = _described(version, plan.day)
            reply.say(
                f"{_called(version)}{article.label}（{described}）：“{_shortened(article.text)}”", quote
            )
            reply.values.append(_value(version, article.label, article.text, quote))
            reply.answered = True

    # --- the instrument itself --------------------------------------------------------------------

    def about(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        reply = PolicyReply()
        version = versions[0]
        record = version.record
        made = f"由{record.issuer}制定，" if record.issuer else ""
        number = f"文号{record.number}，" if record.number else ""
        count = len(self._store.articles(record.document))
        quote = self._closing(version)
        reply.say(f"{_called(version)}：{made}{number}{_described(version, plan.day)}，共{count}条。", quote)
        first = self._store.articles(record.document)[0]
        opening = _quote(version, first, first.text)
        reply.say(f"{first.label}：“{_shortened(first.text)}”", opening)
        reply.values.append(_value(version, first.label, first.text, opening))
        return reply

    def effect(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        """When this text took effect; the day that the text states goes first where no particular text was meant."""
        reply = PolicyReply()
        for version in versions:
            record, quote = version.record, self._closing(version)
            effective, stated = record.effective, record.stated
            if effective is None:
                continue
            if effective.assumed and stated and not plan.said:
                reply.values.append(_dated(version, "原文所写施行日期", stated, quote))
                reply.say(f"{_called(version)}{_how(stated)}，{_whose(record)}。", quote)
                reply.say(f"库中文本为{_text_of(version)}，{effective.how}。", quote)
                reply.values.append(_dated(version, "施行日期", effective, quote))
                continue
            reply.values.append(_dated(version, "施行日期", effective, quote))
            how = f"（{effective.how}）" if effective.assumed else f"（依据：{effective.how}）"
            reply.say(f"{_called(version)}{_text_of(version)}自{_day(effective.day)}起施行{how}。", quote)
            reply.say(f"该文本{_day(plan.day)}{_standing(version, plan.day)}。")
        return reply if reply.values else _not_stated(versions[0], "施行日期")

    def first(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = law.versions[0]
        record, quote = version.record, self._closing(version)
        if record.first_effective is None:
            return _not_stated(version, "最初的施行日期")
        reply = PolicyReply()
        first = record.first_effective
        how = first.how if first.assumed else f"依据：{first.how}"
        passed = (
            f"，最初于{_day(record.revisions[0].day)}{_action(record.revisions[0].action)}"
            if record.revisions
            else ""
        )
        word = "假定为" if first.assumed else "为"
        reply.say(
            f"《{record.title}》{passed.lstrip('，')}，最初的施行日{word}{_day(first.day)}（{how}）。", quote
        )
        reply.values.append(_dated(version, "最初施行日期", first, quote))
        return reply

    def status(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        quote = self._closing(version)
        holds = version.standing(plan.day) is Standing.IN_FORCE
        reply = PolicyReply()
        reply.say(
            f"{_called(version)}{_text_of(version)}在{_day(plan.day)}{_standing(version, plan.day)}。", quote
        )
        if version.end and version.ended_by:
            by = self._library.of_document(version.ended_by.document)
            if by:
                reply.say(f"《{version.ended_by.title}》{version.end.how}。", self._closing(by[1]))
        reply.values.append(
            PolicyValue(
                "boolean",
                "是否有效",
                "true" if holds else "false",
                version.record.title,
                version.start,
                _own_day(version),
                quote,
            )
        )
        return reply

    def ended(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = next((v for v in reversed(law.versions) if v.why is Standing.REPEALED), versions[0])
        if version.end is None:
            return self.status(plan, law, [version])
        by = self._library.of_document(version.ended_by.document) if version.ended_by else None
        quote = self._closing(by[1]) if by else self._closing(version)
        reply = PolicyReply()
        reply.say(f"{_called(version)}{_text_of(version)}{_standing(version, version.end.day)}。", quote)
        if by:
            reply.say(f"依据：《{by[1].record.title}》{version.end.how}。", quote)
        reply.values.append(
            PolicyValue(
                "text",
                "失效日期",
                version.end.day,
                version.record.title,
                version.start,
                _own_day(version),
                quote,
            )
        )
        if by:
            reply.values.append(
                PolicyValue(
                    "text",
                    "取代或废止它的文件",
                    by[1].record.title,
                    version.record.title,
                    by[1].start,
                    _own_day(by[1]),
                    quote,
                )
            )
        return reply

    def repeals(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        record, quote = version.record, self._closing(version)
        reply = PolicyReply()
        if not record.repeals:
            reply.answered = False
            reply.say(f"{_called(version)}{_text_of(version)}没有写明废止其他文件。", quote)
            return reply
        names = "、".join(f"《{repeal.title}》" for repeal in record.repeals)
        reply.say(f"{_called(version)}{record.repeals[0].article}写明废止：{names}。", quote)
        for repeal in record.repeals:
            reply.values.append(_text_value(version, "废止的文件", repeal.title, quote))
        return reply

    def which(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        quote = self._closing(version)
        reply = PolicyReply()
        reply.say(
            f"{_day(plan.day)}适用的是《{law.title}》{_text_of(version)}（{_described(version, plan.day)}）。",
            quote,
        )
        reply.values.append(
            _text_value(version, "适用的文本", _own_day(version) or version.start or "", quote)
        )
        return reply

    def versions(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        reply = PolicyReply()
        reply.say(f"库中有《{law.title}》的{len(law.versions)}个文本：")
        for version in law.versions:
            quote = self._closing(version)
            reply.say(f"{_text_of(version)}：{_described(version, plan.day)}。", quote)
            reply.values.append(_text_value(version, "文本", _own_day(version) or version.start or "", quote))
        return reply

    def history(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = law.versions[-1] if not plan.said else versions[0]
        record = version.record
        reply = PolicyReply()
        changes = [e for e in record.revisions if e.action in ("amended", "revised")]
        if not record.revisions:
            return _not_stated(version, "修改沿革")
        lines = "；".join(
            f"{_day(e.day)}{e.body}{_by(e.instrument)}{_action(e.action)}" for e in record.revisions
        )
        head = PolicyQuote(record.document, None, "；".join(e.text for e in record.revisions))
        reply.say(f"《{record.title}》题注所列沿革：{lines}。其中修改{len(changes)}次。", head)
        reply.values.append(
            PolicyValue(
                "number", "修改次数", str(len(changes)), record.title, version.start, _own_day(version), head
            )
        )
        reply.values += [_text_value(version, _action(e.action), e.day, head) for e in changes]
        return reply

    def issued(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        record = version.record
        if record.issued is None:
            return _not_stated(version, "公布日期")
        if not plan.said and len(record.revisions) > 1:
            return _first_made(version)
        head = PolicyQuote(record.document, None, "；".join(e.text for e in record.revisions) or record.title)
        reply = PolicyReply()
        who = record.revisions[-1].body if record.revisions else ""
        reply.say(
            f"{_called(version)}{_text_of(version)}的日期是{_day(record.issued.day)}{who and f'（{who}）'}（{record.issued.how}）。",
            head,
        )
        reply.values.append(_dated(version, "公布日期", record.issued, head))
        return reply

    def number(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        return self._said_in_head(version, "文号", version.record.number)

    def issuer(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        return self._said_in_head(version, "制定机关", version.record.issuer)

    def _said_in_head(self, version: Version, item: str, value: str) -> PolicyReply:
        if not value:
            return _not_stated(version, item)
        record = version.record
        head = PolicyQuote(record.document, None, "；".join(e.text for e in record.revisions) or record.title)
        reply = PolicyReply()
        reply.say(f"{_called(version)}的{item}：{value}。", head)
        reply.values.append(_text_value(version, item, value, head))
        return reply

    def size(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        articles = self._store.articles(version.record.document)
        chapters = dict.fromkeys(t for a in articles for t in a.path if re.match("第.{1,4}章", t))
        last = _quote(version, articles[-1], articles[-1].text)
        reply = PolicyReply()
        parts = f"，分{len(chapters)}章" if chapters else ""
        reply.say(f"{_called(version)}（{_described(version, plan.day)}）共{len(articles)}条{parts}。", last)
        asks_chapters = "章" in plan.topic
        count = len(chapters) if asks_chapters else len(articles)
        unit = "章数" if asks_chapters else "条数"
        reply.values.append(
            PolicyValue(
                "number", unit, str(count), version.record.title, version.start, _own_day(version), last
            )
        )
        return reply

    def _closing(self, version: Version) -> PolicyQuote:
        """What the days of a text rest on: the article that states them, else the head."""
        record = version.record
        how = record.stated.how if record.stated else ""
        refs = article_refs(how)
        articles = self._store.articles(record.document, [refs[0].label]) if refs else []
        if articles:
            return _quote(version, articles[0], articles[0].text)
        return PolicyQuote(record.document, None, "；".join(e.text for e in record.revisions) or record.title)


Writer = Callable[[PolicyAnswerer, Policy, Law, list[Version]], PolicyReply]
_WRITERS: dict[str, Writer] = {
    "article": PolicyAnswerer.articles,
    "topic": PolicyAnswerer.topic,
    "about": PolicyAnswerer.about,
    "compare": PolicyAnswerer.compare,
    "first": PolicyAnswerer.first,
    "effect": PolicyAnswerer.effect,
    "ended": PolicyAnswerer.ended,
    "repeals": PolicyAnswerer.repeals,
    "status": PolicyAnswerer.status,
    "which": PolicyAnswerer.which,
    "versions": PolicyAnswerer.versions,
    "history": PolicyAnswerer.history,
    "issued": PolicyAnswerer.issued,
    "number": PolicyAnswerer.number,
    "issuer": PolicyAnswerer.issuer,
    "size": PolicyAnswerer.size,
}


def _first_made(version: Version) -> PolicyReply:
    """When an instrument was made: its first enactment; then when the text at hand was."""
    record = version.record
    head = PolicyQuote(record.document, None, "；".join(e.text for e in record.revisions))
    first = record.revisions[0]
    reply = PolicyReply()
    reply.say(
        f"{_called(version)}最初于{_day(first.day)}{first.body and f'由{first.body}'}{_action(first.action)}；库中为{_text_of(version)}。",
        head,
    )
    reply.values.append(_text_value(version, f"最初{_action(first.action)}日期", first.day, head))
    own = _own_day(version)
    if own and own != first.day:
        reply.values.append(_text_value(version, "现有文本日期", own, head))
    return reply


# --- words ---------------------------------------------------------------------------------------


def _no_text(plan: Policy, law: Law) -> PolicyReply:
    """Nothing at hand was in force then: say what is, and do not answer from another text."""
    reply = PolicyReply(answered=False)
    when = _day(plan.day) if plan.said else "目前"
    there = "；".join(f"{_text_of(v)}（{_since(v)}）" for v in law.versions)
    ended = law.versions[-1]
    if ended.standing(plan.day) in (Standing.REPEALED, Standing.EXPIRED):
        reply.say(f"《{law.title}》在{when}{_standing(ended, plan.day)}。库中的文本：{there}。")
    else:
        reply.say(f"库中没有《{law.title}》在{when}有效的文本。库中的文本：{there}。")
    return reply


def _not_stated(version: Version, what: str) -> PolicyReply:
    reply = PolicyReply(answered=False)
    reply.say(f"{_called(version)}的原文没有写明{what}。")
    return reply


def _leading(scored: Sequence[Scored]) -> Sequence[Scored]:
    """The best article, and those that come close to it."""
    rules = load("policies.yaml")
    if not scored:
        return ()
    least = scored[0].score * float(rules["close"])
    return [s for s in scored[: int(rules["quoted"])] if s.score >= least]


def _called(version: Version) -> str:
    return f"《{version.record.title}》"


def _own_day(version: Version) -> str | None:
    return version.record.version.day if version.record.version else None


def _text_of(version: Version) -> str:
    """2018年10月26日修正的文本."""
    record, day = version.record, _own_day(version)
    if day is None:
        return "现有文本"
    event = next((e for e in reversed(record.revisions) if e.day == day), None)
    return f"{_day(day)}{_action(event.action) if event else '公布'}的文本"


def _action(action: str) -> str:
    return _ACTIONS.get(action, "公布")


def _by(instrument: str) -> str:
    return f"以《{instrument}》" if "决定" in instrument else (f"以{instrument}" if instrument else "")


def _since(version: Version) -> str:
    start = version.record.effective
    if start is None:
        return "施行日期不详"
    return f"自{_day(start.day)}起施行" + ("，该日期为假定" if start.assumed else "")


def _standing(version: Version, day: str) -> str:
    state = version.standing(day)
    ended = _day(version.end.day) if version.end else ""
    by = version.ended_by
    match state:
        case Standing.NOT_YET:
            return f"尚未施行（自{_day(version.start or '')}起施行）"
        case Standing.SUPERSEDED:
            assumed = "，该日期为假定" if version.end and version.end.assumed else ""
            made = f"{_day(by.version.day)}的文本" if by and by.version else "新的文本"
            return f"已被{made}取代（自{ended}起{assumed}）"
        case Standing.REPEALED:
            return f"已被《{by.title if by else ''}》废止（自{ended}起）"
        case Standing.EXPIRED:
            return f"已过有效期（至{ended}）"
        case _:
            return "有效"


def _described(version: Version, day: str) -> str:
    """Which text, from when, and how it stands on the day asked about."""
    return f"{_text_of(version)}，{_since(version)}，{_day(day)}{_standing(version, day)}"


def _whose(record: PolicyRecord) -> str:
    """To which text a stated day belongs that is not this one's."""
    first = record.first_effective
    if first and record.stated and first.day == record.stated.day:
        return "这是最初文本的施行日，后来的修改没有改动这一条"
    return "这是较早一次修订文本的施行日，后来的修改没有改动这一条"


def _how(date: PolicyDate) -> str:
    return date.how if date.how.startswith("第") else f"{date.how}为{_day(date.day)}"


def _day(day: str) -> str:
    year, month, number = day.split("-")
    return f"{year}年{int(month)}月{int(number)}日"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}……"


def _part(article: Article, ref: ArticleRef) -> str | None:
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


def _quote(version: Version, article: Article, text: str) -> PolicyQuote:
    return PolicyQuote(version.record.document, article.label, text, article.page, article.box)


def _value(version: Version, item: str, text: str, quote: PolicyQuote) -> PolicyValue:
    return _text_value(version, item, text, quote)


def _dated(version: Version, item: str, date: PolicyDate, quote: PolicyQuote) -> PolicyValue:
    return _text_value(version, item, date.day, quote)


def _text_value(version: Version, item: str, value: str, quote: PolicyQuote) -> PolicyValue:
    return PolicyValue("text", item, value, version.record.title, version.start, _own_day(version), quote)
