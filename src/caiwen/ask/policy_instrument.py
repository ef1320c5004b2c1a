"""Answers about an instrument itself: its days, its standing, its history, its size; not what its articles say."""

from __future__ import annotations

import re

from caiwen.ask.plan import Policy
from caiwen.ask.policies import PolicyStore
from caiwen.ask.policy_words import (
    PolicyQuote,
    PolicyReply,
    PolicyValue,
    action_word,
    by_word,
    called,
    dated,
    day_words,
    described,
    how_words,
    own_day,
    quote_of,
    shortened,
    standing_words,
    text_of,
    text_value,
    whose,
)
from caiwen.finance.statutes import article_refs
from caiwen.knowledge.policy_library import Law, Library, Standing, Version


class InstrumentAnswers:
    """Each method takes the plan, the instrument and the texts meant, the first one first."""

    def __init__(self, store: PolicyStore, library: Library) -> None:
        self._store = store
        self._library = library

    def about(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        reply = PolicyReply()
        version = versions[0]
        record = version.record
        made = f"由{record.issuer}制定，" if record.issuer else ""
        number = f"文号{record.number}，" if record.number else ""
        count = len(self._store.articles(record.document))
        quote = self._closing(version)
        reply.say(f"{called(version)}：{made}{number}{described(version, plan.day)}，共{count}条。", quote)
        first = self._store.articles(record.document)[0]
        opening = quote_of(version, first, first.text)
        reply.say(f"{first.label}：“{shortened(first.text)}”", opening)
        reply.values.append(text_value(version, first.label, first.text, opening))
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
                reply.values.append(dated(version, "原文所写施行日期", stated, quote))
                reply.say(f"{called(version)}{how_words(stated)}，{whose(record)}。", quote)
                reply.say(f"库中文本为{text_of(version)}，{effective.how}。", quote)
                reply.values.append(dated(version, "施行日期", effective, quote))
                continue
            reply.values.append(dated(version, "施行日期", effective, quote))
            how = f"（{effective.how}）" if effective.assumed else f"（依据：{effective.how}）"
            reply.say(f"{called(version)}{text_of(version)}自{day_words(effective.day)}起施行{how}。", quote)
            reply.say(f"该文本{day_words(plan.day)}{standing_words(version, plan.day)}。")
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
            f"，最初于{day_words(record.revisions[0].day)}{action_word(record.revisions[0].action)}"
            if record.revisions
            else ""
        )
        word = "假定为" if first.assumed else "为"
        reply.say(
            f"《{record.title}》{passed.lstrip('，')}，最初的施行日{word}{day_words(first.day)}（{how}）。",
            quote,
        )
        reply.values.append(dated(version, "最初施行日期", first, quote))
        return reply

    def status(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        quote = self._closing(version)
        holds = version.standing(plan.day) is Standing.IN_FORCE
        reply = PolicyReply()
        reply.say(
            f"{called(version)}{text_of(version)}在{day_words(plan.day)}{standing_words(version, plan.day)}。",
            quote,
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
                own_day(version),
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
        reply.say(f"{called(version)}{text_of(version)}{standing_words(version, version.end.day)}。", quote)
        if by:
            reply.say(f"依据：《{by[1].record.title}》{version.end.how}。", quote)
        reply.values.append(
            PolicyValue(
                "text",
                "失效日期",
                version.end.day,
                version.record.title,
                version.start,
                own_day(version),
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
                    own_day(by[1]),
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
            reply.say(f"{called(version)}{text_of(version)}没有写明废止其他文件。", quote)
            return reply
        names = "、".join(f"《{repeal.title}》" for repeal in record.repeals)
        reply.say(f"{called(version)}{record.repeals[0].article}写明废止：{names}。", quote)
        for repeal in record.repeals:
            reply.values.append(text_value(version, "废止的文件", repeal.title, quote))
        return reply

    def which(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        quote = self._closing(version)
        reply = PolicyReply()
        reply.say(
            f"{day_words(plan.day)}适用的是《{law.title}》{text_of(version)}（{described(version, plan.day)}）。",
            quote,
        )
        reply.values.append(text_value(version, "适用的文本", own_day(version) or version.start or "", quote))
        return reply

    def versions(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        reply = PolicyReply()
        reply.say(f"库中有《{law.title}》的{len(law.versions)}个文本：")
        for version in law.versions:
            quote = self._closing(version)
            reply.say(f"{text_of(version)}：{described(version, plan.day)}。", quote)
            reply.values.append(text_value(version, "文本", own_day(version) or version.start or "", quote))
        return reply

    def history(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = law.versions[-1] if not plan.said else versions[0]
        record = version.record
        reply = PolicyReply()
        changes = [e for e in record.revisions if e.action in ("amended", "revised")]
        if not record.revisions:
            return _not_stated(version, "修改沿革")
        lines = "；".join(
            f"{day_words(e.day)}{e.body}{by_word(e.instrument)}{action_word(e.action)}"
            for e in record.revisions
        )
        head = PolicyQuote(record.document, None, "；".join(e.text for e in record.revisions))
        reply.say(f"《{record.title}》题注所列沿革：{lines}。其中修改{len(changes)}次。", head)
        reply.values.append(
            PolicyValue(
                "number", "修改次数", str(len(changes)), record.title, version.start, own_day(version), head
            )
        )
        reply.values += [text_value(version, action_word(e.action), e.day, head) for e in changes]
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
            f"{called(version)}{text_of(version)}的日期是{day_words(record.issued.day)}{who and f'（{who}）'}（{record.issued.how}）。",
            head,
        )
        reply.values.append(dated(version, "公布日期", record.issued, head))
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
        reply.say(f"{called(version)}的{item}：{value}。", head)
        reply.values.append(text_value(version, item, value, head))
        return reply

    def size(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        version = versions[0]
        articles = self._store.articles(version.record.document)
        chapters = dict.fromkeys(t for a in articles for t in a.path if re.match("第.{1,4}章", t))
        last = quote_of(version, articles[-1], articles[-1].text)
        reply = PolicyReply()
        parts = f"，分{len(chapters)}章" if chapters else ""
        reply.say(f"{called(version)}（{described(version, plan.day)}）共{len(articles)}条{parts}。", last)
        asks_chapters = "章" in plan.topic
        count = len(chapters) if asks_chapters else len(articles)
        unit = "章数" if asks_chapters else "条数"
        reply.values.append(
            PolicyValue(
                "number", unit, str(count), version.record.title, version.start, own_day(version), last
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
            return quote_of(version, articles[0], articles[0].text)
        return PolicyQuote(record.document, None, "；".join(e.text for e in record.revisions) or record.title)


def _first_made(version: Version) -> PolicyReply:
    """When an instrument was made: its first enactment; then when the text at hand was."""
    record = version.record
    head = PolicyQuote(record.document, None, "；".join(e.text for e in record.revisions))
    first = record.revisions[0]
    reply = PolicyReply()
    reply.say(
        f"{called(version)}最初于{day_words(first.day)}{first.body and f'由{first.body}'}{action_word(first.action)}；库中为{text_of(version)}。",
        head,
    )
    reply.values.append(text_value(version, f"最初{action_word(first.action)}日期", first.day, head))
    own = own_day(version)
    if own and own != first.day:
        reply.values.append(text_value(version, "现有文本日期", own, head))
    return reply


def _not_stated(version: Version, what: str) -> PolicyReply:
    reply = PolicyReply(answered=False)
    reply.say(f"{called(version)}的原文没有写明{what}。")
    return reply
