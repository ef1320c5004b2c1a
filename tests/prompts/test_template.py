"""Chats as tokens: what every template says, and that training and serving say it alike."""

from __future__ import annotations

from typing import Any

import pytest

from caiwen import prompts
from caiwen.errors import ConfigError
from caiwen.prompts import Message
from tests.prompts.tokenizers_here import KINDS, LLAMA3, QWEN, byte_level, llama2, llama3, qwen

pytest.importorskip("transformers", reason="the extra train is not installed")

TALK = [
    Message("user", "净利润是多少？"),
    Message("assistant", "12.34 亿元。"),
    Message("user", "那去年呢 \n"),
    Message("assistant", "10 亿元。"),
]
THOUGHT = Message("assistant", "<think>\n先查表\n</think>\n\n10 亿元。")


def told(name: str, tokenizer: Any, **settings: Any) -> list[tuple[str, str]]:
    shown = prompts.template(name, **settings)
    prompts.fix_tokenizer(tokenizer, shown)
    turns = shown.encode_multiturn(tokenizer, TALK, "你是财问。")
    return [(tokenizer.decode(prompt), tokenizer.decode(answer)) for prompt, answer in turns]


def test_llama3() -> None:
    header = "<|start_header_id|>{}<|end_header_id|>\n\n"
    user, assistant = header.format("user"), header.format("assistant")
    assert told("llama3", llama3()) == [
        (
            f"<|begin_of_text|>{header.format('system')}你是财问。<|eot_id|>{user}净利润是多少？<|eot_id|>{assistant}",
            "12.34 亿元。<|eot_id|>",
        ),
        (f"{user}那去年呢 \n<|eot_id|>{assistant}", "10 亿元。<|eot_id|>"),
    ]


def test_llama2_tells_the_system_text_within_the_first_question() -> None:
    tokenizer = byte_level(("<s>", "</s>"), bos_token="<s>", eos_token="</s>")
    assert told("llama2", tokenizer) == [
        ("<s>[INST] <<SYS>>\n你是财问。\n<</SYS>>\n\n净利润是多少？ [/INST]", "12.34 亿元。</s>"),
        ("<s>[INST] 那去年呢 \n [/INST]", "10 亿元。</s>"),
    ]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("alpaca", "你是财问。### Instruction:\n净利润是多少？\n\n### Response:\n", "10 亿元。</s>\n\n"),
        ("default", "System: 你是财问。</s>\nHuman: 净利润是多少？</s>\nAssistant:", "10 亿元。</s>\n"),
        ("empty", "你是财问。净利润是多少？", "10 亿元。"),
    ],
)
def test_templates_with_plain_words(name: str, first: str, last: str) -> None:
    turns = told(name, byte_level(("<s>", "</s>"), bos_token="<s>", eos_token="</s>"))
    assert (turns[0][0], turns[-1][1]) == (first, last)


def test_qwen() -> None:
    assert told("qwen", qwen())[0] == (
        "<|im_start|>system\n你是财问。<|im_end|>\n<|im_start|>user\n净利润是多少？<|im_end|>\n<|im_start|>assistant\n",
        "12.34 亿元。<|im_end|>\n",
    )


@pytest.mark.parametrize(
    ("thinking", "prompt_ends", "answer"),
    [
        (True, "assistant\n", "<think>\n\n</think>\n\n10 亿元。<|im_end|>\n"),
        (False, "assistant\n<think>\n\n</think>\n\n", "10 亿元。<|im_end|>\n"),
        (None, "assistant\n<think>\n\n</think>\n\n", "10 亿元。<|im_end|>\n"),
    ],
)
def test_an_answer_without_reasoning(thinking: bool | None, prompt_ends: str, answer: str) -> None:
    """Thinking on: the empty thought is learnt. Off: it is part of the prompt."""
    turn = told("qwen3", qwen(), enable_thinking=thinking)[-1]
    assert turn[0].endswith(prompt_ends)
    assert turn[1] == answer


@pytest.mark.parametrize(
    ("thinking", "forget", "kept"),
    [(True, False, [True, True]), (True, True, [False, True]), (False, False, [False, False])],
)
def test_which_answers_keep_their_reasoning(thinking: bool, forget: bool, kept: list[bool]) -> None:
    shown = prompts.template("qwen3", enable_thinking=thinking)
    talk = [TALK[0], THOUGHT, TALK[2], THOUGHT]
    turns = shown.turns(talk, forget_thoughts=forget)
    assert ["先查表" in "".join(map(str, answer)) for _, answer in turns] == kept


def test_the_default_system_text_and_one_instead() -> None:
    own = prompts.template("qwen").turns(TALK)[0][0]
    other = prompts.template("qwen", default_system="你是财问。").turns(TALK)[0][0]
    none = prompts.template("qwen", default_system="").turns(TALK)[0][0]
    assert "Alibaba Cloud" in str(own[0])
    assert "你是财问。" in str(other[0])
    assert "system" not in str(none[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("thinking", [True, False])
@pytest.mark.parametrize("forget", [True, False])
@pytest.mark.parametrize("name", prompts.names())
def test_serving_renders_as_training(name: str, forget: bool, thinking: bool, kind: str) -> None:
    """Token for token, at every turn of a dialogue with and without reasoning."""
    tokenizer = KINDS[kind]()
    shown = prompts.template(name, enable_thinking=thinking)
    prompts.fix_tokenizer(tokenizer, shown)
    for talk in (TALK, [TALK[0], THOUGHT, TALK[2], THOUGHT], TALK[:2], [*TALK, *TALK]):
        for turns in range(1, len(talk) // 2 + 1):
            trained = shown.encode_multiturn(tokenizer, talk[: 2 * turns], "系统", forget_thoughts=forget)
            *earlier, (prompt, _) = trained
            served = shown.encode_prompt(tokenizer, talk[: 2 * turns - 1], "系统", forget_thoughts=forget)
            assert served == [token for turn in earlier for side in turn for token in side] + prompt


@pytest.mark.parametrize("system", [None, "你是“财问”。\n", ""])
@pytest.mark.parametrize("thinking", [True, False, None])
@pytest.mark.parametrize("name", prompts.names())
def test_other_servers_render_as_training(name: str, thinking: bool | None, system: str | None) -> None:
    """The saved ``chat_template``, rendered by transformers, is what ``encode_prompt`` encodes."""
    tokenizer = byte_level((*LLAMA3, *QWEN), bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>")
    shown = prompts.template(name, enable_thinking=thinking)
    prompts.fix_tokenizer(tokenizer, shown)
    for talk in (TALK[:1], TALK[:3], [TALK[0], THOUGHT, TALK[2]]):
        asked = [{"role": "system", "content": system}] if system is not None else []
        asked += [{"role": role, "content": content} for role, content in talk]
        rendered = tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
        assert tokenizer.encode(rendered, add_special_tokens=False) == shown.encode_prompt(
            tokenizer, talk, system
        )


def test_the_first_question_is_the_same_where_pieces_begin_with_a_space() -> None:
    tokenizer, shown = llama2(), prompts.template("llama2")
    prompts.fix_tokenizer(tokenizer, shown)
    asked = [{"role": "user", "content": "a a"}]
    rendered = tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
    assert tokenizer.encode(rendered, add_special_tokens=False) == shown.encode_prompt(
        tokenizer, [Message("user", "a a")]
    )


def test_pieces_are_tokenised_one_by_one() -> None:
    """A tokenizer that puts a space before texts does so before every piece, and not in the middle of one."""
    tokenizer = llama2()
    shown = prompts.template("llama2")
    (prompt, answer), *_ = shown.encode_multiturn(
        tokenizer, [Message("user", "a"), Message("assistant", "a")]
    )
    space_a = tokenizer.convert_tokens_to_ids("▁a")
    assert answer == [space_a, tokenizer.eos_token_id]
    assert prompt[0] == tokenizer.bos_token_id
    assert prompt.count(space_a) == 1


def test_the_tokenizer_gets_what_the_template_needs() -> None:
    tokenizer = llama3()
    shown = prompts.template("llama3")
    assert prompts.fix_tokenizer(tokenizer, shown) == 1  # <|eom_id|> was not there
    assert tokenizer.eos_token == tokenizer.pad_token == "<|eot_id|>"
    assert prompts.fix_tokenizer(tokenizer, shown) == 0
    stops = tokenizer.convert_ids_to_tokens(shown.stop_ids(tokenizer))
    assert stops == ["<|eot_id|>", "<|eom_id|>"]


def test_a_tokenizer_without_an_end_gets_one() -> None:
    tokenizer = byte_level()
    prompts.fix_tokenizer(tokenizer, prompts.template("default"))
    assert tokenizer.eos_token == tokenizer.pad_token == "<|endoftext|>"


def test_a_padding_token_of_its_own_stays() -> None:
    tokenizer = qwen()
    prompts.fix_tokenizer(tokenizer, prompts.template("qwen"))
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<|im_end|>", "<|endoftext|>")


CHATML = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\nYou help.<|im_end|>\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def test_a_template_read_off_the_tokenizer() -> None:
    tokenizer = qwen()
    tokenizer.chat_template = CHATML
    read = prompts.from_tokenizer(tokenizer)
    assert read.default_system == "You help."
    turns = read.encode_multiturn(tokenizer, TALK, "你是财问。")
    asked = [{"role": "system", "content": "你是财问。"}, *({"role": r, "content": c} for r, c in TALK)]
    whole = tokenizer.apply_chat_template(asked, tokenize=False)
    assert "".join(tokenizer.decode(side) for turn in turns for side in turn) == whole


def test_no_chat_template_at_all() -> None:
    assert prompts.from_tokenizer(qwen()).name == "empty"


def test_an_unknown_template_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="没有名为“lama3”的对话模板") as error:
        prompts.template("lama3")
    assert "llama3" in str(error.value)


@pytest.mark.parametrize("talk", [[], TALK[1:3], [TALK[0], TALK[0]]])
def test_a_dialogue_out_of_turn(talk: list[Message]) -> None:
    with pytest.raises(ConfigError, match="一问一答"):
        prompts.template("llama3").turns(talk)
