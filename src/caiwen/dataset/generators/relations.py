"""Pairs from statutes and rules: what an article says, whom it binds, who made it and when, from when it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from caiwen.dataset.data import load
from caiwen.dataset.generators.wording import Thing
from caiwen.dataset.records import Source
from caiwen.records.policy import Article, Norm, NormKind, PolicyRecord

_LONGEST = 500
_SHORTEST = 15
_KINDS = {
    NormKind.OBLIGATION: ("义务", "应当做什么"),
    NormKind.PROHIBITION: ("禁止性规定", "不得做什么"),
    NormKind.PERMISSION: ("权利", "可以做什么"),
    NormKind.PENALTY: ("处罚", "会受到什么处罚"),
    NormKind.THRESHOLD: ("数量标准", "要达到什么标准"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """How a text is called: its title (titles inside it in single brackets), the day and what happened on it.

    ``edition``: named in questions where several versions of one statute are at hand, else empty."""

    title: str
    day: str
    how: str
    edition: str


def things(policy: PolicyRecord, articles: list[Article], name: str, several: bool) -> Iterator[Thing]:
    """``name``: of the file. ``several``: further versions of this statute are in the store."""
    head = _head(policy, several)
    if head is None:
        return
    yield from _dates(policy, head, name)
    for article in articles:
        if _SHORTEST <= len(article.text) <= _LONGEST:
            yield _article(policy, article, head, name)
        yield from _norms(policy, article, head, name)


def _head(policy: PolicyRecord, several: bool) -> Head | None:
    day = policy.version or policy.issued
    if day is None:
        return None
    last = policy.revisions[-1].action if policy.revisions else ""
    how = {"amended": "修正", "revised": "修订", "passed": "通过"}.get(last, "公布")
    title = policy.title.replace("《", "〈").replace("》", "〉")
    return Head(title, _words(day.day), how, f"（{day.day[:4]}年{how}）" if several else "")


def _words(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.year}年{when.month}月{when.day}日"


def _text(policy: PolicyRecord, head: Head, article: Article | None = None) -> str:
    """What the material says, for the check: title, day, article."""
    said = f"《{head.title}》{policy.issuer} {head.day}{head.how}"
    return f"{said}\n{article.label} {article.text}" if article else said


def _base(head: Head) -> dict[str, str]:
    return {"t": head.title, "e": head.edition, "day": head.day, "how": head.how}


def _source(policy: PolicyRecord, name: str, article: Article | None = None) -> Source:
    if article is None:
        return Source(name, policy.document)
    return Source(name, policy.document, article.page, article.box, article=article.label)


def _key(policy: PolicyRecord, label: str) -> str:
    return f"law|{policy.key}|{policy.version.day if policy.version else ''}|{label}"


def _article(policy: PolicyRecord, article: Article, head: Head, name: str) -> Thing:
    slots = {**_base(head), "a": article.label, "v": _line(article.text)}
    return Thing(
        "article",
        slots,
        (),
        (_key(policy, article.label),),
        "relations",
        texts=(_text(policy, head, article),),
        sources=(_source(policy, name, article),),
    )


def _line(text: str) -> str:
    """Quotes inside a quote become single ones."""
    return " ".join(text.split()).replace("“", "‘").replace("”", "’")


def _norms(policy: PolicyRecord, article: Article, head: Head, name: str) -> Iterator[Thing]:
    """A sentence of an article that names whom it binds. Several sentences of one kind and subject are one thing."""
    told: dict[tuple[NormKind, str], list[Norm]] = {}
    for norm in article.norms:
        if _parties().fullmatch(norm.subject) and norm.kind in _KINDS:
            told.setdefault((norm.kind, norm.subject), []).append(norm)
    for (kind, subject), norms in told.items():
        text = "".join(norm.text for norm in norms)
        if not _SHORTEST <= len(text) <= _LONGEST:
            continue
        word, act = _KINDS[kind]
        slots = {
            **_base(head),
            "a": article.label,
            "s": subject,
            "kind": word,
            "act": act,
            "v": _line(text),
        }
        key = _key(policy, f"{article.label}|{kind}|{subject}")
        text_of = (_text(policy, head, article), _line(text))
        yield Thing(
            "norm",
            slots,
            (),
            (key, _key(policy, article.label)),
            "relations",
            2,
            text_of,
            (_source(policy, name, article),),
        )


@cache
def _parties() -> re.Pattern[str]:
    """Whom a norm may bind: subjects that end in a word for persons and bodies, and begin with none of action."""
    rules = load("naming.yaml")["parties"]
    actions, ends = "|".join(rules["not_before"]), "|".join(rules["ends"])
    return re.compile(rf"(?!{actions})[\u4e00-\u9fff、]{{0,13}}(?:{ends})")


def _dates(policy: PolicyRecord, head: Head, name: str) -> Iterator[Thing]:
    sources = (_source(policy, name),)
    if policy.issuer:
        slots = {**_base(head), "who": policy.issuer}
        texts = (_text(policy, head),)
        yield Thing("law_date", slots, (), (_key(policy, "date"),), "relations", texts=texts, sources=sources)
    if policy.effective is not None and not policy.effective.assumed:
        day = _words(policy.effective.day)
        texts = (f"《{head.title}》自{day}起施行（{policy.effective.how}）",)
        slots = {**_base(head), "day": day}
        yield Thing(
            "law_effect", slots, (), (_key(policy, "effect"),), "relations", texts=texts, sources=sources
        )
