"""The report of an audit as one HTML page."""

from __future__ import annotations

from html import escape
from itertools import groupby

from caiwen.dataset.audit import Audit
from caiwen.dataset.records import Claim

WHY = {
    "value": "数值不对",
    "unit": "单位不对",
    "period": "期间不对",
    "company": "公司不对",
    "item": "科目不对",
    "scope": "口径不对（合并与母公司）",
    "direction": "方向不对",
    "step": "步骤算错",
    "unknown": "材料里没有",
}
SUPPORT = {
    "fact": "与事实相等",
    "rounded": "四舍五入",
    "hedged": "约数",
    "derived": "可由事实算出",
    "given": "题目给出",
    "text": "原文写有",
    "none": "没有支持",
}
_STYLE = (
    "body{font-family:sans-serif;max-width:60em;margin:2em auto;line-height:1.6}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:2px 8px;text-align:left}mark{background:#fd8}small{color:#666}"
)


def told(claim: Claim) -> str:
    """One line on an unsupported claim: what it says, what is wrong, whether a fact denies it, the nearest one."""
    denied = "（与事实矛盾）" if claim.contradicted else ""
    nearest = f"；最近的是 {claim.nearest}" if claim.nearest else ""
    return f"{claim.text}：{WHY.get(claim.why, claim.why)}{denied}{nearest}"


def summary(audit: Audit) -> str:
    denied = sum(claim.contradicted for _, claim in audit.found)
    return f"{audit.pairs:,} 对问答，{audit.claims:,} 个论断，{len(audit.found):,} 个没有支持，其中 {denied:,} 个与事实矛盾"


def audit_page(audit: Audit, title: str) -> str:
    rows = "".join(
        f"<tr><td>{SUPPORT.get(k, k)}</td><td>{v:,}</td></tr>" for k, v in audit.supports.most_common()
    )
    whys = "".join(f"<tr><td>{WHY.get(k, k)}</td><td>{v:,}</td></tr>" for k, v in audit.whys.most_common())
    parts = [
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>',
        f"<h1>{escape(title)}</h1><p>{summary(audit)}。</p>",
        f"<table><tr><th>支持的方式</th><th>个数</th></tr>{rows}</table>",
        f"<h2>没有支持的</h2><table><tr><th>问题</th><th>个数</th></tr>{whys}</table>",
    ]
    parts += [f"<p>读不了的：{escape('；'.join(audit.broken))}</p>"] if audit.broken else []
    for number, group in groupby(audit.found, key=lambda f: f[0].number):
        found = list(group)
        asked = found[0][0]
        marks = {c.text for _, c in found}
        answer = escape(asked.answer)
        for mark in sorted(marks, key=len, reverse=True):
            answer = answer.replace(escape(mark), f"<mark>{escape(mark)}</mark>", 1)
        lines = "".join(f"<li>{escape(told(c))}</li>" for _, c in found)
        parts.append(
            f"<h3>第 {number} 条</h3><p><b>{escape(asked.question)}</b></p><p>{answer}</p><ul>{lines}</ul>"
        )
    return "\n".join(parts) + "</html>\n"
