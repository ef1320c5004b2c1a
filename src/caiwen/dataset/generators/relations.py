"""Pairs from statutes and rules: what an article says, whom it binds, who made it and when, from when it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from caiwen.dataset.generators.wording import Thing
from caiwen.dataset.records import Source
from caiwen.records.policy import Article, Norm, NormKind, PolicyRecord

_LONGEST = 500
_SHORTEST = 15
_SUBJECT = re.compile(
    r"(?!违反|未|没有|有|不|采取|申请|根据|依照|经|在|对|决定)[\u4e00-\u9fff、]{2,15}(?<!的)(?<!规定)"
)
_KINDS = {
    NormKind.OBLIGATION: ("义务", "应当做"),
    NormKind.PROHIBITION: ("禁止", "不得做"),
    NormKind.PERMISSION: ("权利", "可以做"),
    NormKind.PENALTY: ("处罚", "受到的处罚是"),
    NormKind.THRESHOLD: ("数量标准", "要达到的标准是"),
}


def things(policy: PolicyRecord, articles: list[Article], name: str) -> Iterator[Thing]:
    """``name``: of the file."""
    head = _head(policy)
    if head is None:
        return
    yield from _dates(policy, head, name)
    for article in articles:
        if _SHORTEST <= len(article.text) <= _LONGEST:
            yield _article(policy, article, head, name)
        yield from _norms(policy, article, head, name)


def _head(policy: PolicyRecord) -> tuple[str, str] | None:
    """The day of this text and what happened on it."""
    day = policy.version or policy.issued
    if day is None:
        return None
    last = policy.revisions[-1].action if policy.revisions else ""
    return _words(day.day), {"amended": "修正", "revised": "修订", "passed": "通过"}.get(last, "公布")


def _words(day: str) -> str:
    when = date.fromisoformat(day)
    return f"{when.year}年{when.month}月{when.day}日"


def _text(policy: PolicyRecord, head: tuple[str, str], article: Article | None = None) -> str:
    """What the material says, for the check: title, day, article."""
    said = f"《{policy.title}》{policy.issuer} {head[0]}{head[1]}"
    return f"{said}\n{article.label} {article.text}" if article else said


def _source(policy: PolicyRecord, name: str, article: Article | None = None) -> Source:
    if article is None:
        return Source(name, policy.document)
    return Source(name, policy.document, article.page, article.box, article=article.label)


def _key(policy: PolicyRecord, label: str) -> str:
    return f"law|{policy.key}|{policy.version.day if policy.version else ''}|{label}"


def _article(policy: PolicyRecord, article: Article, head: tuple[str, str], name: str) -> Thing:
    slots = {"t": policy.title, "a": article.label, "day": head[0], "how": head[1], "v": _line(article.text)}
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


def _norms(policy: PolicyRecord, article: Article, head: tuple[str, str], name: str) -> Iterator[Thing]:
    """A sentence of an article that names whom it binds. Several sentences of one kind and subject are one thing."""
    told: dict[tuple[NormKind, str], list[Norm]] = {}
    for norm in article.norms:
        if _SUBJECT.fullmatch(norm.subject) and norm.kind in _KINDS:
            told.setdefault((norm.kind, norm.subject), []).append(norm)
    for (kind, subject), norms in told.items():
        text = "".join(norm.text for norm in norms)
        if not _SHORTEST <= len(text) <= _LONGEST:
            continue
        word, act = _KINDS[kind]
        slots = {
            "t": policy.title,
            "a": article.label,
            "s": subject,
            "kind": word,
            "act": act,
            "day": head[0],
            "how": head[1],
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


def _dates(policy: PolicyRecord, head: tuple[str, str], name: str) -> Iterator[Thing]:
    sources = (_source(policy, name),)
    if policy.issuer:
        slots = {"t": policy.title, "who": policy.issuer, "day": head[0], "how": head[1]}
        texts = (_text(policy, head),)
        yield Thing("law_date", slots, (), (_key(policy, "date"),), "relations", texts=texts, sources=sources)
    if policy.effective is not None and not policy.effective.assumed:
        day = _words(policy.effective.day)
        texts = (f"《{policy.title}》自{day}起施行（{policy.effective.how}）",)
        slots = {"t": policy.title, "day": day}
        yield Thing(
            "law_effect", slots, (), (_key(policy, "effect"),), "relations", texts=texts, sources=sources
        )
