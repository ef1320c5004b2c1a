"""What a person says of a document (its sidecar) goes before what is recognised in it."""

from __future__ import annotations

import json
from dataclasses import replace

from caiwen.errors import DocumentError
from caiwen.finance.companies import normalise_code
from caiwen.finance.period import Period
from caiwen.knowledge.data import load
from caiwen.knowledge.policy import SIDECAR
from caiwen.records import Document, Filing, FilingKind
from caiwen.records.words import KIND_WORDS


def with_told(filing: Filing, document: Document) -> Filing:
    """The filing with the kind, company, period and date that the sidecar gives. DocumentError for a kind that is none."""
    text = document.extra.get(SIDECAR)
    told: dict[str, str] = json.loads(text) if text else {}
    kind = _kind(told["kind"], document.name) if told.get("kind") else filing.kind
    period = Period.parse(told.get("period") or "")
    return replace(
        filing,
        kind=kind,
        title=told.get("title") or filing.title,
        issuer=_issuer(told, kind) or filing.issuer,
        short_name=told.get("short_name") or filing.short_name,
        code=normalise_code(told.get("code") or "") or filing.code,
        period=str(period) if period else filing.period,
        published=told.get("published") or filing.published,
    )


def _issuer(told: dict[str, str], kind: FilingKind) -> str | None:
    """The body that made a policy is told with the policy, not as a company."""
    return None if kind is FilingKind.POLICY else told.get("issuer")


def _kind(said: str, name: str) -> FilingKind:
    """By its Chinese word or its value; the legal kinds (行政法规) are policies."""
    rules = load("policy.yaml")
    legal = {str(one["kind"]) for one in rules["kinds"]} | {str(rules["kind_otherwise"]), "行政法规"}
    if said in legal:
        return FilingKind.POLICY
    known = {word: kind for kind, word in KIND_WORDS.items()} | {kind.value: kind for kind in FilingKind}
    if said not in known:
        hint = f"可以写：{'、'.join(KIND_WORDS.values())}，或法规的种类（{'、'.join(sorted(legal))}）"
        raise DocumentError(f"随附的说明文件里的 kind 不认识：{said}", where=name, hint=hint)
    return known[said]
