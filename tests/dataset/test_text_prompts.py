"""The user's own prompts: what can be filled in, and what is refused before anything is spent."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.dataset.config import Text, load
from caiwen.dataset.generators.text_prompts import FIELDS, messages_of, prompt_hash, prompts_of
from caiwen.errors import ConfigError

VALUES = dict.fromkeys(FIELDS, "值")


def test_the_prompts_that_we_ship() -> None:
    shipped = prompts_of(Text(model="m"))
    assert list(shipped) == ["explain", "summary", "analysis"]
    for prompt in shipped.values():
        system, user = messages_of(prompt, {**VALUES, "passage": "一段{原文}"})
        assert system["role"] == "system"
        assert "一段{原文}" in user["content"]
        assert '{"question": "…", "answer": "…"}' in user["content"]


def test_an_own_prompt_comes_beside_ours() -> None:
    own = '{company}{period}《{document}》{section}：{passage} 写成 {{"question": 1}}'
    settings = Text(model="m", prompts=["summary"], own_prompts={"risk": own})
    assert list(prompts_of(settings)) == ["summary", "risk"]
    assert messages_of(own, VALUES)[1]["content"] == '值值《值》值：值 写成 {"question": 1}'


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ("就{passge}提问", "未知的字段 {passge}，是不是 passage？"),
        ("就{passage.text}提问", "未知的字段 {passage.text}，是不是 passage？"),
        ("就{0}提问", "未知的字段 {0}（可以写：passage、"),
        ('{passage} 输出 {"question": "…"}', '未知的字段 {"question"}，是不是'),
        ("就{passage提问", "花括号不成对"),
        ("随便问一个", "没有用到 {passage}"),
    ],
)
def test_what_an_own_prompt_cannot_hold(own: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        prompts_of(Text(model="m", own_prompts={"risk": own}))
    assert caught.value.message.startswith(message)
    assert caught.value.where == "text.own_prompts.risk"


def test_a_prompt_that_nobody_knows() -> None:
    with pytest.raises(ConfigError, match="没有提示词模板“sumary”，是不是 summary？"):
        prompts_of(Text(model="m", prompts=["sumary"]))
    with pytest.raises(ConfigError, match="没有写用哪些提示词"):
        prompts_of(Text(model="m", prompts=[]))


def test_the_hash_tells_prompts_apart() -> None:
    hashes = {prompt_hash(p) for p in prompts_of(Text(model="m")).values()}
    assert len(hashes) == 3


def test_the_configuration_that_we_ship() -> None:
    path = Path(__file__).resolve().parents[2] / "configs" / "dataset_text.yaml"
    text = load(path).generators.text
    assert text is not None
    assert list(prompts_of(text)) == ["explain", "summary", "analysis"]
    shown = {line.split(":")[0].strip(" #") for line in path.read_text(encoding="utf-8").splitlines()}
    assert {name for name in Text.model_fields if name not in shown} == {"device"}
