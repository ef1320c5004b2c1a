"""A template read off a tokenizer's own chat template, for configurations that name none."""

from __future__ import annotations

from typing import Any

from caiwen.prompts.template import Template, template

_MARK = "{{content}}"
READ_OFF = "chat_template"


def from_tokenizer(
    tokenizer: Any,
    *,
    default_system: str | None = None,
    enable_thinking: bool | None = True,
    preserve_thinking: bool = False,
) -> Template:
    """What the model's chat template does with a system text, a question and an answer; ``empty`` without one.

    As in LLaMA-Factory, only chat templates that tell each message by itself are read rightly: trimming,
    dates and tools are not. Name the template where it is known.
    """
    if not isinstance(getattr(tokenizer, "chat_template", None), str):
        return template("empty", default_system=default_system)
    prefix = tokenizer.decode(tokenizer.encode(""))
    system = _told(tokenizer, [("system", _MARK)])[len(prefix) :]
    bare = _told(tokenizer, [("system", ""), ("user", _MARK)], ask=True)[len(prefix) :]
    user = _told(tokenizer, [("user", _MARK)], ask=True)[len(prefix) :]
    answer = _told(tokenizer, [("user", _MARK), ("assistant", _MARK)])[len(prefix) + len(user) :]
    thinks = "<think>" in answer
    answer = answer.replace("<think>", "").replace("</think>", "").lstrip("\n")
    own_system = ""
    if len(user) > len(bare):
        own_system = _inserted(bare, user)
        user = user[len(system.replace(_MARK, own_system, 1)) :]
    return Template(
        name=READ_OFF,
        prefix=(prefix,) if prefix else (),
        system=(_slot(system),),
        user=(_slot(user),),
        assistant=(_slot(answer),),
        default_system=own_system if default_system is None else default_system,
        thought=("<think>\n", "\n</think>\n\n") if thinks else None,
        enable_thinking=enable_thinking,
        preserve_thinking=preserve_thinking,
    )


def _told(tokenizer: Any, messages: list[tuple[str, str]], *, ask: bool = False) -> str:
    talk = [{"role": role, "content": content} for role, content in messages]
    text: str = tokenizer.apply_chat_template(talk, add_generation_prompt=ask, tokenize=False)
    return text


def _inserted(short: str, long: str) -> str:
    """The characters of ``long`` that are not in ``short``, both read from left to right."""
    found, i = [], 0
    for j, character in enumerate(long):
        if i == len(short):
            break
        if character == short[i]:
            i += 1
        else:
            found.append(long[j])
    return "".join(found)


def _slot(text: str) -> str:
    return text.replace(_MARK, "{content}", 1)
