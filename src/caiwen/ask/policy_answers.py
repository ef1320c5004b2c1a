"""Plan about a policy → what to say, with the articles quoted and the text named that they come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from caiwen.ask.plan import Policy
from caiwen.ask.policies import PolicyStore
from caiwen.ask.policy_instrument import InstrumentAnswers
from caiwen.ask.policy_search import ArticleSearch, Scored
from caiwen.ask.policy_words import (
    PolicyReply,
    called,
    day_words,
    described,
    part_of,
    quote_of,
    shortened,
    since,
    standing_words,
    text_of,
    text_value,
)
from caiwen.ask.words import load
from caiwen.finance.statutes import ArticleRef, article_refs, plain
from caiwen.knowledge.policy_library import Law, Library, Standing, Version
from caiwen.records.policy import Article, NormKind


class PolicyAnswerer(InstrumentAnswers):
    """Answers plans over the store's policies. ``find``: topic, sha256s → sha256s of the documents that speak of it."""

    def __init__(
        self,
        store: PolicyStore,
        library: Library,
        search: ArticleSearch,
        find: Callable[[str, Sequence[str]], Sequence[str]],
    ) -> None:
        super().__init__(store, library)
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
        name = f"{called(version)}{ref.words}"
        if article is None:
            last = self._store.articles(version.record.document)[-1].label
            reply.say(f"{name}不存在：{described(version, plan.day)}最后一条是{last}。")
            return
        text = part_of(article, ref)
        if text is None:
            reply.say(f"{called(version)}{ref.label}没有所问的款、项，全条如下。")
            text = article.text
        reply.answered = True
        quote = quote_of(version, article, text)
        reply.say(f"{name}（{described(version, plan.day)}）：“{shortened(text)}”", quote)
        reply.values.append(text_value(version, ref.words, text, quote))

    def topic(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        """The articles of the text meant that speak of the topic."""
        reply = PolicyReply(answered=False)
        for version in versions:
            scored = self._search.best(plan.topic, [version.record.document])
            defining = [s for s in scored if plan.asks == "define" and _defines(s.article, plan.topic)]
            self._tell(reply, plan, defining or _leading(scored))
        if not reply.answered:
            reply.say(f"{called(versions[0])}中未找到与“{plan.topic.replace(' ', '')}”有关的条文。")
        return reply

    def compare(self, plan: Policy, law: Law, versions: list[Version]) -> PolicyReply:
        """The same topic in two texts, the later one first; without a topic, the texts themselves."""
        if len(law.versions) < 2:
            reply = PolicyReply(answered=False)
            reply.say(
                f"库中只有《{law.title}》的一个文本（{described(versions[0], plan.day)}），无法比较新旧。"
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
        enough = float(load("policies.yaml")["enough" if plan.cue else "enough_without_cue"])
        kept = [s for s in scored if s.share >= enough]
        if plan.asks == "define":
            kept = [s for s in kept if _defines(s.article, plan.topic)]
        reply = PolicyReply(answered=False)
        self._tell(reply, plan, _leading(kept))
        return reply

    def _tell(self, reply: PolicyReply, plan: Policy, scored: Sequence[Scored]) -> None:
        for one in scored:
            found = self._library.of_document(one.document)
            if found is None:
                continue
            version, article = found[1], one.article
            quote = quote_of(version, article, article.text)
            state = described(version, plan.day)
            reply.say(f"{called(version)}{article.label}（{state}）：“{shortened(article.text)}”", quote)
            reply.values.append(text_value(version, article.label, article.text, quote))
            reply.answered = True


Writer = Callable[[PolicyAnswerer, Policy, Law, list[Version]], PolicyReply]
_WRITERS: dict[str, Writer] = {
    "article": PolicyAnswerer.articles,
    "topic": PolicyAnswerer.topic,
    "define": PolicyAnswerer.topic,
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


def _no_text(plan: Policy, law: Law) -> PolicyReply:
    """Nothing at hand was in force then: say what is, and do not answer from another text."""
    reply = PolicyReply(answered=False)
    when = day_words(plan.day) if plan.said else "目前"
    there = "；".join(f"{text_of(v)}（{since(v)}）" for v in law.versions)
    ended = law.versions[-1]
    if ended.standing(plan.day) in (Standing.REPEALED, Standing.EXPIRED):
        reply.say(f"《{law.title}》在{when}{standing_words(ended, plan.day)}。库中的文本：{there}。")
    else:
        reply.say(f"库中没有《{law.title}》在{when}有效的文本。库中的文本：{there}。")
    return reply


def _defines(article: Article, term: str) -> bool:
    """本法所称反洗钱，是指……: the term itself is what the sentence defines."""
    pattern = re.compile(rf"(?:^|[。；）)]|所称(?:的)?){re.escape(term)}[，,]?(?:是指|，?包括|系指)")
    return any(
        norm.kind is NormKind.DEFINITION and pattern.search(plain(norm.text)) for norm in article.norms
    )


def _leading(scored: Sequence[Scored]) -> Sequence[Scored]:
    """The best article, and those that come close to it."""
    rules = load("policies.yaml")
    if not scored:
        return ()
    least = scored[0].score * float(rules["close"])
    return [s for s in scored[: int(rules["quoted"])] if s.score >= least]
