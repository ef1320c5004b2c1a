"""Suite ``policies``: dated questions about statutes: is the right text chosen, the right article, the right day?

The lines are those of the suite ``questions``; ``reported_in`` is the day of the text that must answer, ``item`` the
article (第四十七条) or what is asked of the instrument, ``entity`` its title. An answer whose text or article is
wrong is wrong, whatever else it says.
"""

from __future__ import annotations

from collections.abc import Mapping

from caiwen.evaluate.framework import Case, Outcome
from caiwen.evaluate.questions import Questions, compare


class PolicyQuestions(Questions):
    name = "policies"
    title = "法规问答"
    metrics: Mapping[str, str] = {
        "status": "状态（回答、未找到）对",
        "version": "法规与文本（版本）对",
        "article": "条号对，且引用了该条",
        "value": "日期、数目、名称对",
        "text": "文字内容对",
        "right": "全部对",
    }

    def score(self, case: Case) -> Outcome:
        line = self.lines[case.id]
        record = self.answerer.ask_record(line["question"], line.get("within"))
        parts = policy_scores(line["expect"], record)
        scores = parts | {"right": all(score is not False for score in parts.values())}
        return Outcome(case, scores, f"答：{str(record.get('answer', ''))[:200]}")


def policy_scores(expect: Mapping[str, object], record: Mapping[str, object]) -> dict[str, bool | None]:
    values, citations = record.get("values"), record.get("citations")
    first = values[0] if isinstance(values, list) and values else {}
    cited = [c.get("article") for c in citations] if isinstance(citations, list) else []
    named = [field for field in ("entity", "reported_in") if field in expect]
    common = compare({k: v for k, v in expect.items() if k not in ("entity", "reported_in", "item")}, record)
    item = expect.get("item")
    article = None
    if isinstance(item, str):
        article = first.get("item") == item and any(label and item.startswith(label) for label in cited)
    return {
        "status": common["status"],
        "version": all(first.get(field) == expect[field] for field in named) if named else None,
        "article": article,
        "value": common["value"] if common["meaning"] is not False else False,
        "text": common["text"],
    }
