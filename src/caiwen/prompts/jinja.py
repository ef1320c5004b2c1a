"""A template as the ``chat_template`` of a tokenizer: what other servers (vLLM, transformers) render chats with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from caiwen.prompts.template import Special, Template

_CONTENT = "{content}"
_SAID = "message['content']"


def chat_template(template: Template, tokenizer: Any) -> str:
    """A Jinja text that renders what :meth:`Template.encode_prompt` encodes.

    As for Qwen, ``enable_thinking`` may be given to the renderer; its default is what the model was tuned with.
    """
    names = {
        Special.BOS.value: tokenizer.bos_token if tokenizer.bos_token_id is not None else "",
        Special.EOS.value: tokenizer.eos_token if tokenizer.eos_token_id is not None else "",
    }

    def slot(pieces: Sequence[str], content: str) -> str:
        texts = [names.get(piece, piece) for piece in pieces]
        return " + ".join(part for text in texts for part in _parts(text, content)) or "''"

    system = slot(template.system, "system")
    asked = f"(({system} if system and loop.first else '') + {_SAID})" if template.system_in_user else _SAID
    lines = [
        *_thinking(template),
        f"{{% set system = {_literal(template.default_system)} %}}",
        "{% if messages and messages[0]['role'] == 'system' %}",
        "{% set system = messages[0]['content'] or system %}{% set messages = messages[1:] %}",
        "{% endif %}",
        f"{{{{ {slot(template.prefix, '')} }}}}",
        "" if template.system_in_user else f"{{% if system %}}{{{{ {system} }}}}{{% endif %}}",
        "{% for message in messages %}{% if message['role'] == 'user' %}",
        f"{{{{ {slot(template.user, asked)} }}}}",
        "{% elif message['role'] == 'assistant' %}",
        *_thought_of_answer(template),
        f"{{{{ {slot(template.assistant, 'said')} }}}}",
        "{% endif %}{% endfor %}",
        *_thought_of_prompt(template),
    ]
    return "".join(lines)


def _parts(text: str, content: str) -> Iterator[str]:
    before, mark, after = text.partition(_CONTENT)
    if before:
        yield _literal(before)
    if mark:
        yield content
    if after:
        yield _literal(after)


def _thinking(template: Template) -> Iterator[str]:
    if template.thought:
        default = json.dumps(template.enable_thinking).replace("null", "none")
        yield f"{{% set thinking = enable_thinking if enable_thinking is defined else {default} %}}"


def _thought_of_answer(template: Template) -> Iterator[str]:
    """Thinking switched off, reasoning goes; an answer without any is told with an empty one."""
    yield "{% set said = message['content'] %}"
    if template.thought:
        opening, closing = (_literal(word) for word in template.thought)
        yield f"{{% if thinking is sameas false %}}{{% if {opening} in said and {closing} in said %}}"
        yield f"{{% set said = said.split({opening})[0] + said.split({closing})[-1] %}}{{% endif %}}"
        yield "{% set said = said.lstrip('\\n') %}{% endif %}"
        words = " or ".join(f"{_literal(word.strip())} in said" for word in template.thought)
        yield f"{{% if not ({words}) %}}{{{{ {_literal(''.join(template.thought))} }}}}{{% endif %}}"


def _thought_of_prompt(template: Template) -> Iterator[str]:
    """Thinking switched off: the answer begins behind an empty thought."""
    if template.thought:
        yield "{% if add_generation_prompt and not thinking %}"
        yield f"{{{{ {_literal(''.join(template.thought))} }}}}{{% endif %}}"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
