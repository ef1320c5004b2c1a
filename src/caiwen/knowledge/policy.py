"""Policy document → :class:`PolicyRecord`: who made it, under which number, when it holds, what it says and repeals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from caiwen.finance.statutes import title_key
from caiwen.finance.text import normalise, squash
from caiwen.knowledge.data import load
from caiwen.knowledge.dates import dates_in
from caiwen.knowledge.policy_articles import layout
from caiwen.knowledge.policy_dates import body_in, dates_of, number_in
from caiwen.records import Document, Filing, FilingKind
from caiwen.records.policy import Article, DateSource, PolicyDate, PolicyRecord, Repeal, Revision
from caiwen.records.words import KIND_WORDS

SIDECAR = "sidecar"
"""The key of ``Document.extra`` that holds the YAML file beside the document, as JSON."""


def read_policy(document: Document, filing: Filing) -> PolicyRecord | None:
    """None for a document that is no policy, or that holds no article."""
    if filing.kind is not FilingKind.POLICY:
        return None
    parts = layout(document)
    if not parts.articles:
        return None
    title = _title(document, parts.head)
    dates = dates_of(parts.head[:60], parts.articles, document.name)
    number = _number([e.instrument for e in dates.revisions], parts.head)
    record = PolicyRecord(
        document=document.sha256,
        title=title,
        key=title_key(title),
        kind=_kind(title, number),
        issuer=_issuer(title, dates.revisions, parts.head),
        number=number,
        issued=dates.issued,
        version=dates.version,
        effective=dates.effective,
        stated=dates.stated,
        first_effective=dates.first_effective,
        expires=dates.expires,
        revisions=dates.revisions,
        repeals=tuple(repeals_in(parts.articles)),
        articles=tuple(parts.articles),
    )
    return _with_sidecar(record, document.extra.get(SIDECAR))


def _title(document: Document, head: Sequence[str]) -> str:
    """The document's own title, its file name where it has none; lines that a title is broken over are joined."""
    titles = load("filing.yaml")["policy"]["titles"]
    for text in (document.title, *_joined(head)):
        flat = squash(normalise(text)).lstrip("#")
        if 3 <= len(flat) <= 80 and re.search(titles, flat) and not re.search("[。；]", flat):
            return flat
    name = re.sub(r"\.\w+$", "", document.name)
    return squash(normalise(re.sub(r"[（(]\s*(?:19|20)[\d\-.]+\s*[）)]$", "", name)))


def _joined(head: Sequence[str]) -> Iterator[str]:
    yield from head[:3]
    yield "".join(head[:2])


def _kind(title: str, number: str) -> str:
    """By the title; what the State Council decrees is an administrative regulation, whatever it is called."""
    rules = load("policy.yaml")
    if "国务院令" in number:
        return "行政法规"
    for kind in rules["kinds"]:
        if re.search(kind["title"], title) and not re.search(kind.get("not", "$^"), title):
            return str(kind["kind"])
    return str(rules["kind_otherwise"])


def _issuer(title: str, events: Sequence[Revision], head: Sequence[str]) -> str:
    """Who made it: named in the title, or who first promulgated or passed it, or named in the head."""
    before = re.split("关于", title)[0] if "关于" in title else ""
    if named := body_in(before):
        return named
    order = sorted(events[:3], key=lambda e: _MAKING.index(e.action) if e.action in _MAKING else 2)
    first = next((e.body for e in order if e.body), "")
    return first or next((body for line in head[:12] if (body := body_in(line)) and len(line) <= 60), "")


_MAKING = ("promulgated", "passed")


def _number(instruments: Sequence[str], head: Sequence[str]) -> str:
    """The document number of the promulgation: the last one among the events, else the first in the head."""
    own = [number for text in reversed(instruments) if (number := number_in(text))]
    if own:
        return own[0]
    return next((n for line in head if len(line) <= 60 and (n := number_in(line))), "")


def repeals_in(articles: Sequence[Article]) -> Iterator[Repeal]:
    """Titles named in the same sentence as 同时废止, in the last articles.

    A sentence that only abolishes what conflicts (与本法相抵触的) names no instrument.
    """
    rules = load("policy.yaml")
    for article in articles[-4:]:
        for sentence in re.split("[。；]", squash(article.text)):
            if not re.search(rules["repeal"], sentence) or re.search("抵触|不一致", sentence):
                continue
            for match in re.finditer(rules["repeal_lists"], sentence):
                yield Repeal(match["title"], title_key(match["title"]), article.label)


# --- the sidecar ---------------------------------------------------------------------------------


def _with_sidecar(record: PolicyRecord, text: str | None) -> PolicyRecord:
    """What the person who filed the document knows better goes before what was read."""
    if not text:
        return record
    told: Mapping[str, object] = json.loads(text)

    def words(name: str, otherwise: str) -> str:
        return str(told.get(name) or otherwise)

    def day(name: str, otherwise: PolicyDate | None) -> PolicyDate | None:
        found = next(iter(dates_in(str(told.get(name) or ""))), None)
        return PolicyDate(found, DateSource.SIDECAR, "随附说明文件（YAML）所给") if found else otherwise

    listed = told.get("repeals")
    titles = [str(title) for title in listed] if isinstance(listed, list) else []
    title = words("title", record.title)
    return replace(
        record,
        title=title,
        key=title_key(title),
        kind=record.kind if told.get("kind") in KIND_WORDS.values() else words("kind", record.kind),
        issuer=words("issuer", record.issuer),
        number=words("number", record.number),
        issued=day("issued", record.issued),
        version=day("version", record.version),
        effective=day("effective", record.effective),
        first_effective=day("first_effective", record.first_effective),
        expires=day("expires", record.expires),
        repeals=(*record.repeals, *(Repeal(name, title_key(name)) for name in titles)),
    )
