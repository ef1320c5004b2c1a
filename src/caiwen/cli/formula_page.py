"""The reference of formulas and calculators, from their tables."""

from __future__ import annotations

from collections.abc import Iterator


def formulas_page() -> str:
    """Markdown: every formula of the table, then every calculator with its inputs and results."""
    return "\n".join([*_formulas(), "", *_calculators()]) + "\n"


def _formulas() -> Iterator[str]:
    from caiwen.finance.formulas import formulas

    shown = {"percent": "百分数", "ratio": "数值", "amount": "金额"}
    every = formulas().all
    yield from (
        "# 公式与计算器",
        "",
        "由 `caiwen/finance` 里的表生成。",
        "",
        f"## 指标公式（{len(every)} 个）",
        "",
    )
    yield "| 名称 | 别名 | 公式 | 形式 | 问题中须给出 | 来源 |"
    yield "|---|---|---|---|---|---|"
    for one in every:
        form = one.unit if one.display == "ratio" and one.unit else shown[one.display]
        ways = "；或 ".join(_code(e) for e in (one.expression, *one.alternatives))
        yield f"| {one.name} | {'、'.join(one.aliases)} | {ways} | {form} | {'、'.join(one.given)} | {one.source} |"


def _code(expression: str) -> str:
    return "`" + expression.replace("'", "").replace("|", "\\|") + "`"


def _calculators() -> Iterator[str]:
    from caiwen.finance.valuation import calculators

    every = calculators()
    goals = sum(len(one.goals) for one in every.values())
    yield from (f"## 计算器（{len(every)} 个，{goals} 种结果）", "")
    for one in every.values():
        yield from (
            f"### {one.name}",
            "",
            f"来源：{one.source}",
            "",
            "| 输入 | 别名 | 惯例 |",
            "|---|---|---|",
        )
        yield from (f"| {i.name} | {'、'.join(i.aliases)} | {i.said} |" for i in one.inputs)
        yield from ("", "| 结果 | 别名 | 需要 | 公式 |", "|---|---|---|---|")
        for goal in one.goals:
            needs = "、".join(need.replace("|", "或") for need in goal.needs)
            yield f"| {goal.name} | {'、'.join(goal.aliases)} | {needs} | {goal.formula} |"
        yield ""
