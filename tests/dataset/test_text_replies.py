"""What models write around the JSON does not matter; what is in it does."""

from __future__ import annotations

import json

import pytest

from caiwen.dataset.generators.text_replies import pairs_of, parse
from caiwen.engines import CallError, Reply

PAIR = ("什么是商誉？", "合并成本超过份额的差额。")
PLAIN = json.dumps(dict(zip(("question", "answer"), PAIR, strict=True)), ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"```json\n{PLAIN}\n```",
        f"```\n{PLAIN}\n```\n希望对您有帮助。",
        f"好的，见[1]：{PLAIN} 以上。",
        f'<think>先写 {{"question": "错的", "answer": "错的"}} 再想</think>\n{PLAIN}',
        f"没有开头的思考 {{}} </think>{PLAIN}",
        f"<THINK>\n多行\n</THINK>{PLAIN}",
        '{"question": "什么是商誉？", "answer": "合并成本超过份额的差额。",}',
        '{"Question": "什么是商誉？", "Answer": "合并成本超过份额的差额。"}',
        '{"问题": "什么是商誉？", "答案": "合并成本超过份额的差额。"}',
        '{"instruction": " 什么是商誉？ ", "output": ["合并成本超过份额的差额。"]}',
        f"[{PLAIN}]",
        f'{{"pairs": [{PLAIN}, {PLAIN}]}}',
        f'{{"说明": "空的"}}\n{PLAIN}',
    ],
)
def test_forms_of_one_pair(text: str) -> None:
    assert pairs_of(Reply(text)) == [PAIR]


def test_several_pairs_and_lines() -> None:
    assert parse('[{"q": "甲？", "a": "一"}, {"q": "乙？", "a": "二\n三"}]') == [
        ("甲？", "一"),
        ("乙？", "二\n三"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "好的，下面是您要的问答。",
        '{"question": "什么是商誉？"',
        '{"question": "什么是商誉？"}',
        '{"question": "什么是商誉？", "answer": ""}',
        '{"question": "…", "answer": "…"}',
        '{"question": "什么是商誉？", "answer": 5}',
        f"<think>想到一半 {PLAIN}",
        "[]",
        "null",
        "{" * 50,
    ],
)
def test_no_pair(text: str) -> None:
    assert parse(text) == []
    with pytest.raises(CallError, match="回答不是约定的 JSON"):
        pairs_of(Reply(text))


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("上文提到的商誉是什么？", "差额。", "问题离不开原文（“上文”）"),
        ("原文中的金额是多少？", "5 元。", "问题离不开原文（“原文”）"),
        ("什么是商誉？", '{"answer": "差额"}', "回答里又是 JSON"),
        ("什么是商誉？", "抱歉，我不能回答。", "模型没有作答"),
    ],
)
def test_pairs_that_cannot_be_used(question: str, answer: str, reason: str) -> None:
    text = json.dumps({"question": question, "answer": answer}, ensure_ascii=False)
    with pytest.raises(CallError) as caught:
        pairs_of(Reply(text))
    assert caught.value.message == reason


def test_replies_that_did_not_end_as_they_should() -> None:
    with pytest.raises(CallError, match="回答被截断"):
        pairs_of(Reply(PLAIN, "length"))
    with pytest.raises(CallError, match="内容审查"):
        pairs_of(Reply("", "content_filter"))
