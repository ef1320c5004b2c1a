"""The dataset card: what is inside, where it comes from, how it was checked, what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST = 100
"""So many documents are named; a market has thousands."""

_SPLITS = {
    "train": "训练",
    "wording": "换说法测试（同样的事实，训练中没有的问法）",
    "evidence": "新证据测试（与训练没有共同的事实）",
    "corpus": "纯文本（继续预训练，单位为段）",
}
_STAGES = {"general": "通用", "bank": "银行", "securities": "证券", "insurance": "保险"}
_SUPPORTS = {
    "fact": "与事实完全相等",
    "rounded": "事实按所写位数四舍五入",
    "hedged": "在“约、超过、不足”等字样允许的范围内",
    "derived": "由事实重新算出（增长、差额、占比、公式、步骤）",
    "given": "题目给出",
    "text": "原文写有",
}


def card(report: Mapping[str, Any], counts: Mapping[str, int], style: str, form: str, texts: str) -> str:
    """With the head that ``datasets.load_dataset`` reads. ``texts``: the name of the part that holds plain text."""
    lines = [*_head(report["name"], counts, form, texts), f"# {report['name']}", ""]
    lines += [
        f"由 caiwen 从工作区的材料建成，样式 {style}，格式 {form}。每条问答的每个数字、单位、期间、公司、科目都与出处核对过。",
        "",
    ]
    lines += ["## 数量", "", "| 部分 | 条数 |", "|---|---:|"]
    lines += [f"| {_SPLITS.get(split, split)} | {n:,} |" for split, n in counts.items()]
    lines += [
        "",
        *_table("生成器", report["kept"]),
        *_table("阶段", {_STAGES.get(k, k): v for k, v in report["stages"].items()}),
    ]
    lines += ["## 核对", "", "| 论断得到支持的方式 | 个数 |", "|---|---:|"]
    lines += [f"| {_SUPPORTS.get(k, k)} | {v:,} |" for k, v in report["claims"].items()]
    lines += ["", *_table("去掉的（原因）", report["dropped"])]
    lines += [
        "## 出处",
        "",
        *_table("文件", dict(list(report["documents"].items())[:_MOST])),
        *_others(report["documents"]),
        "每条都带 `caiwen_` 开头的列：文件、sha256、页、框（PDF 点，左上角为原点）、表格文件的工作表与行列（从 1 数起）、事实编号、片段、条文、生成器、模板、核对。不适用的数为 0、文字为空。`caiwen_sources` 是全部出处的 JSON。",
        "",
    ]
    lines += [
        "## 许可",
        "",
        "问答里的数字与条文属于公开披露的事实；材料本身的许可由提供材料的人负责。句式与概念定义随 caiwen 以 Apache-2.0 许可。",
        "",
    ]
    lines += ["## 知识点", "", "![知识点覆盖](coverage.svg)", ""]
    lines += [f"- 还没有：{row['point']}（读入{row['material']}可以补上）" for row in report["empty"]]
    return "\n".join(lines)


def _head(name: str, counts: Mapping[str, int], form: str, texts: str) -> list[str]:
    """Which files are which split; the plain text is a configuration of its own."""
    pairs = [split for split in counts if split != texts]
    groups = [("default", [(split, split) for split in pairs])] if pairs else []
    groups += [(texts, [("train", texts)])] if texts in counts else []
    lines = ["---", "language: zh", "license: other", "tags: [finance, caiwen]", "configs:"]
    for config, files in groups:
        lines += [f"  - config_name: {config}", "    data_files:"]
        lines += [f"      - {{split: {split}, path: {name}_{part}.{form}}}" for split, part in files]
    return [*lines, "---", ""]


def _others(documents: Mapping[str, int]) -> list[str]:
    return [f"另有 {len(documents) - _MOST:,} 份文件。", ""] if len(documents) > _MOST else []


def _table(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    return [f"| {title} | 条数 |", "|---|---:|", *(f"| {name} | {n:,} |" for name, n in counts.items()), ""]
