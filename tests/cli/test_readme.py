"""The commands that the README and the how-tos show work as they are written, and the captures are true."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from caiwen.workspace import Workspace
from tests.cli.conftest import Run
from tests.engines.scripted import Answer, Body, serving

ROOT = Path(__file__).resolve().parents[2]
MATERIAL = ROOT / "examples" / "material"
REPORT = "砚川精工_2023年年度报告.pdf"
GUIDES = [
    "README.md",
    "docs/howto/ingest.md",
    "docs/howto/ask.md",
    "docs/howto/verify.md",
    "docs/howto/dataset.md",
    "docs/howto/dataset_text.md",
    "docs/howto/train.md",
    "docs/howto/macro.md",
    "docs/howto/policies.md",
    "docs/howto/search.md",
]
PLACEHOLDERS = {
    "某某2023年年度报告.pdf": REPORT,
    "某某公司": "砚川精工",
    "甲公司": "砚川精工",
    "乙公司": "星垣岭证券",
    "某某": "砚川精工",
    '"…"': '"砚川精工2023年净利润是多少？"',
    "~/年报/": "年报",
    "~/招股书/砚川精工.pdf": "年报",
}
ENDPOINT = "http://localhost:8000/v1"
FILES = {
    "数据集.yaml": "name: 年报问答\ngenerators: {facts: {kinds: [lookup]}, concepts: }\ncorpus:\n",
    "问答.json": '[{"instruction": "砚川精工2023年净利润是多少？", "output": "砚川精工2023年净利润为1元。"}]',
    "text.yaml": f"name: text\ngenerators: {{text: {{base_url: '{ENDPOINT}', model: m, passages: 3}}}}\n",
    "dataset_info.json": '{"pairs": {"file_name": "pairs.json"}}',
    "pairs.json": '[{"instruction": "净利润是多少？", "output": "12 亿元。"}]',
    "微调.yaml": "dataset: pairs\ndataset_dir: .\ntemplate: default\nfinetuning_type: lora\nuse_cpu: true\n"
    "max_steps: 1\noutput_dir: runs/一\ncaiwen: {from_scratch: {hidden_size: 16, num_hidden_layers: 1}}\n",
    "questions.jsonl": '{"id": 1, "question": "砚川精工2023年净利润是多少？"}\n',
    "名单.txt": "609937\n",
    "对照表.csv": "doc,year,field,literal_in_doc,team_table_value_yuan,page\n"
    f'{REPORT},2023,营业收入,"2,415,623,108.74",2415623108.74,18\n',
}


def answering(body: Body, _before: int) -> Answer:
    """A model that asks what a passage is about and answers with its beginning."""
    passage = body["messages"][-1]["content"].split("：\n", 1)[1]
    told = {"question": f"砚川精工的材料里，{passage[:12]}讲了什么？", "answer": passage[:60]}
    return Answer(json.dumps(told, ensure_ascii=False))


def blocks(guide: str, language: str) -> list[str]:
    text = (ROOT / guide).read_text(encoding="utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [body for kind, body in fenced if kind == language]


def commands(guide: str) -> Iterator[list[str]]:
    """Every ``caiwen`` command of a guide as words, without comments, its placeholders filled in."""
    for block in blocks(guide, "bash"):
        for line in block.splitlines():
            for part in re.split(r"\s*&&\s*", re.split(r"\s+#\s", line)[0]):
                if part.startswith("caiwen "):
                    for placeholder, word in PLACEHOLDERS.items():
                        part = part.replace(placeholder, word)
                    yield shlex.split(part)[1:]


def captures(guide: str) -> Iterator[tuple[list[str], str]]:
    """Commands after ``$`` with the output printed below them."""
    for block in blocks(guide, ""):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            yield shlex.split(line)[1:], output.strip()


@pytest.mark.parametrize("guide", GUIDES)
def test_commands_of_a_guide(
    guide: str, shown: tuple[Path, str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(shown[0], tmp_path / "w")
    monkeypatch.chdir(tmp_path / "w")
    shutil.copytree(MATERIAL, "年报")
    shutil.copytree(MATERIAL.parent / "macro", "宏观")
    shutil.copytree(ROOT / "configs", "configs")
    with serving(answering) as server:
        for name, text in FILES.items():
            Path(name).write_text(text.replace(ENDPOINT, server.url), encoding="utf-8")
        run_all(guide, run, tmp_path)


def run_all(guide: str, run: Run, tmp_path: Path) -> None:
    (fact, *_) = Workspace(tmp_path / "w").facts(document=REPORT, item="营业收入", scope="合并")
    shown_commands = list(commands(guide))
    assert shown_commands, guide
    for words in shown_commands:
        code, _, err = run(*(fact.id if word == "事实编号" else word for word in words))
        assert code == 0, (words, err)


@pytest.mark.parametrize("guide", ["README.md", "README.en.md"])
def test_captures_of_a_guide(guide: str, shown: tuple[Path, str], run: Run) -> None:
    assert guide != "README.md" or list(captures(guide))
    for words, output in captures(guide):
        code, out, _ = run("--workspace", shown[0], *words)
        assert code == 0
        assert out.strip() == output, f"{guide} is behind: caiwen {shlex.join(words)}\n{out}"


@pytest.mark.parametrize(
    "guide", [*GUIDES, "README.en.md", "docs/howto/sources.md", "CONTRIBUTING.md", "docs/architecture.md"]
)
def test_links_of_a_guide(guide: str) -> None:
    file = ROOT / guide
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8"))
    assert [link for link in links if not (file.parent / link).exists()] == []
