"""The special tokens that a template asks of a tokenizer."""

from __future__ import annotations

from typing import Any

from caiwen.prompts.jinja import chat_template
from caiwen.prompts.parsing import READ_OFF
from caiwen.prompts.template import Template

_END = "<|endoftext|>"


def fix_tokenizer(tokenizer: Any, template: Template) -> int:
    """Give the tokenizer the template's end and stop tokens and a padding token; how many were new to it.

    Its ``chat_template`` becomes this template, so that whoever serves the model renders chats as it was tuned.
    Padding is the end-of-sequence token when there is none, as in LLaMA-Factory: never mask labels by it.
    New tokens need ``resize_vocab``.
    """
    added, stop = 0, list(template.stop)
    if template.replace_eos and stop:
        added += _set_eos(tokenizer, stop.pop(0))
    if tokenizer.eos_token_id is None:
        added += _set_eos(tokenizer, _END)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if stop:
        # By position: the name of the second parameter differs between versions of transformers.
        added += tokenizer.add_special_tokens({"additional_special_tokens": stop}, False)
    if template.name != READ_OFF:
        tokenizer.chat_template = chat_template(template, tokenizer)
    return added


def _set_eos(tokenizer: Any, token: str) -> int:
    if tokenizer.eos_token == token:
        return 0
    count: int = tokenizer.add_special_tokens({"eos_token": token})
    return count
