"""Rows as ids and labels: truncation, masking, and what is never cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from caiwen import prompts
from caiwen.prompts import Message
from caiwen.train.rows import Row
from caiwen.train.tokens import Encoded, Rules, encode_rows, encode_texts, fit
from tests.prompts.tokenizers_here import KINDS, byte_level, llama3

TALK = Row((Message("user", "aa"), Message("assistant", "bbb"), Message("user", "cccc")), "ddddd", "s")


def plain() -> Any:
    return byte_level(("<s>", "</s>"), bos_token="<s>", eos_token="</s>")


def shown(row: Row, limit: int = 1000, name: str = "empty", **rules: bool) -> str:
    """The row's text, with learnt tokens in capitals."""
    tokenizer = plain()
    (made,) = encode_rows(tokenizer, prompts.template(name), [row], Rules(limit, **rules))
    words = [tokenizer.decode([int(token)]) for token in made.ids]
    return "".join(w.upper() if learnt else w for w, learnt in zip(words, made.learnt, strict=True))


@pytest.mark.parametrize(
    ("prompt", "answer", "room", "expected"),
    [
        (10, 10, 100, (10, 10)),
        (500, 10, 100, (90, 10)),  # a short answer stays whole
        (10, 500, 100, (10, 90)),  # a short prompt stays whole
        (300, 100, 100, (75, 25)),  # both long: in proportion
        (100, 300, 100, (25, 75)),
        (0, 500, 100, (0, 100)),
        (500, 0, 100, (100, 0)),
        (50, 49, 98, (50, 48)),  # 2 x 49 is not below 98
        (3, 3, 1, (1, 0)),
        (0, 0, 1, (0, 0)),
    ],
)
def test_how_a_turn_is_cut(prompt: int, answer: int, room: int, expected: tuple[int, int]) -> None:
    assert fit(prompt, answer, room) == expected


def test_answers_are_learnt_and_prompts_are_not() -> None:
    assert shown(TALK) == "saaBBBccccDDDDD"


def test_prompts_too() -> None:
    assert shown(TALK, learn_prompt=True) == "SAABBBCCCCDDDDD"


def test_the_last_answer_only() -> None:
    assert shown(TALK, last_only=True) == "saabbbccccDDDDD"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (14, "saaBBBccccDDDD"),
        (12, "saaBBBcccDDD"),
        (10, "saaBBBccDD"),
        (7, "saaBBBc"),
        (6, "saaBBB"),
        (5, "saaBB"),
    ],
)
def test_dialogues_are_cut_from_the_end(limit: int, expected: str) -> None:
    assert shown(TALK, limit) == expected


@pytest.mark.parametrize(
    ("limit", "expected"), [(14, "saabbccccDDDDD"), (12, "sabccccDDDDD"), (9, "ccccDDDDD"), (6, "cccDDD")]
)
def test_with_the_last_answer_only_they_are_cut_from_the_beginning(limit: int, expected: str) -> None:
    assert shown(TALK, limit, last_only=True) == expected


def test_the_full_length_is_kept() -> None:
    (made,) = encode_rows(plain(), prompts.template("empty"), [TALK], Rules(6))
    assert (len(made.ids), made.full) == (6, 15)


def test_an_empty_answer_teaches_the_end() -> None:
    row = Row((Message("user", "q"),), "")
    assert shown(row, name="llama2").endswith("</S>")
    assert shown(row, name="empty") == "q"


def test_padding_is_never_told_from_labels() -> None:
    """The padding token is the end token: it is learnt at the end of an answer all the same."""
    tokenizer = llama3()
    template = prompts.template("llama3")
    prompts.fix_tokenizer(tokenizer, template)
    assert tokenizer.pad_token_id == tokenizer.eos_token_id
    (made,) = encode_rows(tokenizer, template, [TALK], Rules(1000))
    ends = np.flatnonzero(made.ids == tokenizer.eos_token_id)
    assert made.learnt[ends].tolist() == [False, False, True, False, True]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", prompts.names())
def test_a_batch_gives_what_single_rows_give(name: str, kind: str) -> None:
    tokenizer, template = KINDS[kind](), prompts.template(name)
    prompts.fix_tokenizer(tokenizer, template)
    rows = [TALK, Row((Message("user", "净利润 \n"),), "1.2 亿元", ""), Row((Message("user", ""),), "")]
    for row, made in zip(rows, encode_rows(tokenizer, template, rows, Rules(1000)), strict=True):
        turns = template.encode_multiturn(tokenizer, row.messages, row.system)
        assert made.ids.tolist() == [token for turn in turns for side in turn for token in side]
        assert made.learnt.sum() == sum(len(answer) for _, answer in turns)


def texts(tokenizer: Any, limit: int | None, *, llama3: bool = False) -> list[str]:
    made = encode_texts(tokenizer, ["ab", "cdef"], limit, llama3=llama3)
    assert all(row.learnt.all() for row in made)
    return [tokenizer.decode(row.ids) for row in made]


def test_texts() -> None:
    begins = byte_level(("<s>", "</s>"), bos_token="<s>", eos_token="</s>", add_bos_token=True)
    assert texts(plain(), 4) == ["ab</s>", "cdef"]
    assert texts(plain(), None) == ["ab</s>", "cdef</s>"]
    assert texts(begins, 100) == ["<s>ab</s>", "<s>cdef</s>"]
    assert texts(begins, None) == ["ab</s>", "cdef</s>"]
    assert texts(KINDS["llama3"](), 100, llama3=True)[0] == "ab<|end_of_text|>"


def test_nothing_keeps_a_place() -> None:
    assert len(Encoded.nothing().ids) == Encoded.nothing().full == 0
