"""A workspace of passages and what a scripted model writes about them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from caiwen.records import Passage
from caiwen.workspace import Workspace
from tests.engines.scripted import Answer, Body
from tests.store import make

SECTIONS = [
    "第三节 / 一、主要业务",
    "第四节 / 二、经营分析",
    "第四节 / 三、风险",
    "第十节 / 五、会计政策",
    "第五节 / 六、承诺",
]


def text_of(document: int, section: int, number: int) -> str:
    tag = (
        "甲乙丙丁戊己庚辛壬癸子丑寅卯"[number % 14]
        + "东南西北右"[section]
        + "山海河湖江田林石风云"[document % 10]
    )
    return (
        f"公司的{tag}冷链设备业务在报告期内保持增长，{tag}产品主要销往食品与医药企业，客户结构稳定。"
        f"本期{tag}产品销量为 {1000 + document * 97 + section * 31 + number} 台，毛利率保持平稳，"
        f"主要原因是原材料价格下降以及生产效率提高，公司将继续加大{tag}方向的研发。"
    )


def passages(document: int, each: int) -> list[Passage]:
    name = f"报告{document}.pdf"
    found = [
        (section, text_of(document, number, of))
        for number, section in enumerate(SECTIONS)
        for of in range(each)
    ]
    return [make.passage(name, n, text, section=section) for n, (section, text) in enumerate(found)]


def workspace(folder: Path, documents: int = 3, each: int = 4) -> Workspace:
    made = Workspace.init(folder)
    for number in range(documents):
        facts = [make.fact(f"报告{number}.pdf", "126690000.00", period=str(2018 + number), row=4)]
        make.add(
            made.store,
            f"报告{number}.pdf",
            *facts,
            period=str(2018 + number),
            passages=passages(number, each),
        )
    return made


def passage_in(body: Body) -> str:
    """The passage in a prompt of ours."""
    found = re.search(r"公司的.*?方向的研发。", body["messages"][-1]["content"], re.DOTALL)
    assert found
    return found[0]


def pair(body: Body, **more: Any) -> Answer:
    """A question and an answer that repeat the passage's words."""
    text = passage_in(body)
    tag, count = re.findall(r"公司的(.+?)冷链", text)[0], re.findall(r"(\d+) 台", text)[0]
    told = {
        "question": f"山海冷链的{tag}产品销量如何？",
        "answer": f"{tag}产品销量为{count}台，毛利率保持平稳。",
    }
    return Answer(json.dumps(told, ensure_ascii=False), **more)


def config(folder: Path, url: str, **more: Any) -> Path:
    """A configuration file with the text generator alone."""
    text = {"base_url": url, "model": "m", "timeout": 5.0, **more}
    path = folder / "text.yaml"
    path.write_text(
        json.dumps({"name": "text", "generators": {"text": text}}, ensure_ascii=False), encoding="utf-8"
    )
    return path


def rows(folder: Path) -> list[dict[str, Any]]:
    """All rows of a build: kept and rejected ones."""
    lines = [(folder / name).read_text(encoding="utf-8") for name in ("pairs.jsonl", "rejected.jsonl")]
    return [json.loads(line) for line in "".join(lines).splitlines()]


def failures(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "text_failures.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
