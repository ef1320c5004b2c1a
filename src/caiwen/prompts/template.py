"""Chat templates as data, and messages as pieces of text that a tokenizer turns into ids one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from caiwen.errors import ConfigError

_CONTENT = "{content}"


class Message(NamedTuple):
    """``role``: user or assistant, in turns; the system text travels apart."""

    role: str
    content: str


class Special(Enum):
    """A token that the tokenizer names, not a text."""

    BOS = "{bos}"
    EOS = "{eos}"


Piece = str | Special
_SPECIAL = {special.value: special for special in Special}


@dataclass(frozen=True)
class Template:
    """How a chat is told to one family of models. Slots are pieces as in ``templates.yaml``."""

    name: str
    prefix: tuple[str, ...] = ()
    system: tuple[str, ...] = (_CONTENT,)
    user: tuple[str, ...] = (_CONTENT,)
    assistant: tuple[str, ...] = (_CONTENT, Special.EOS.value)
    system_in_user: bool = False
    default_system: str = ""
    stop: tuple[str, ...] = ()
    replace_eos: bool = False
    thought: tuple[str, str] | None = None
    enable_thinking: bool | None = True
    preserve_thinking: bool = False

    def turns(
        self, messages: Sequence[Message], system: str | None = None, *, forget_thoughts: bool = False
    ) -> list[tuple[list[Piece], list[Piece]]]:
        """(prompt, answer) of every turn. ``forget_thoughts``: only the last answer keeps its reasoning.

        The first prompt carries the prefix and the system text. A reasoning model's answer without reasoning
        gets an empty one: in the answer (and so learnt) when thinking is on, in the prompt when it is off.
        """
        _check(messages)
        if self.thought is not None:
            messages = self._thoughts(messages, forget_thoughts)
        told = [self._message(i, message, system) for i, message in enumerate(messages)]
        if self.thought is not None:
            empty = "".join(self.thought)
            first = len(messages) - 2 if forget_thoughts else 0
            for i in range(first, len(messages), 2):
                if not any(word.strip() in messages[i + 1].content for word in self.thought):
                    if self.enable_thinking:
                        told[i + 1].insert(0, empty)
                    else:
                        told[i].append(empty)
        return list(zip(told[::2], told[1::2], strict=True))

    def encode_multiturn(
        self,
        tokenizer: Any,
        messages: Sequence[Message],
        system: str | None = None,
        *,
        forget_thoughts: bool = False,
    ) -> list[tuple[list[int], list[int]]]:
        """Token ids of every turn's prompt and answer: what training reads."""
        turns = self.turns(messages, system, forget_thoughts=forget_thoughts)
        return [(encode(tokenizer, prompt), encode(tokenizer, answer)) for prompt, answer in turns]

    def encode_prompt(
        self,
        tokenizer: Any,
        messages: Sequence[Message],
        system: str | None = None,
        *,
        forget_thoughts: bool = False,
    ) -> list[int]:
        """Token ids up to where the answer begins: what serving feeds. The last message is the user's."""
        open_ended = [*messages, Message("assistant", "")]
        turns = self.encode_multiturn(tokenizer, open_ended, system, forget_thoughts=forget_thoughts)
        earlier = [token for prompt, answer in turns[:-1] for token in (*prompt, *answer)]
        return earlier + turns[-1][0]

    def stop_ids(self, tokenizer: Any) -> list[int]:
        """Tokens at which generation ends, without doubles."""
        ids = [tokenizer.eos_token_id, *(tokenizer.convert_tokens_to_ids(word) for word in self.stop)]
        return list(dict.fromkeys(i for i in ids if i is not None))

    def _message(self, i: int, message: Message, system: str | None) -> list[Piece]:
        system = system or self.default_system
        first = i == 0
        pieces = _fill(self.prefix, "") if first else []
        content = message.content
        if first and system:
            told = _fill(self.system, system)
            if self.system_in_user:
                content = f"{told[0]}{content}"
            else:
                pieces += told
        return pieces + _fill(self.user if message.role == "user" else self.assistant, content)

    def _thoughts(self, messages: Sequence[Message], forget: bool) -> Sequence[Message]:
        """Thinking switched off: no answer keeps its reasoning; forgetting: only the last one does."""
        keep = len(messages) if not forget else len(messages) - 1
        dropped = self.enable_thinking is False
        return [
            m._replace(content=self._without_thought(m.content))
            if m.role == "assistant" and (dropped or (forget and i < keep))
            else m
            for i, m in enumerate(messages)
        ]

    def _without_thought(self, content: str) -> str:
        opening, closing = self.thought or ("", "")
        return re.sub(f"{re.escape(opening)}(.*?){re.escape(closing)}", "", content, flags=re.DOTALL).lstrip(
            "\n"
        )


def encode(tokenizer: Any, pieces: Sequence[Piece]) -> list[int]:
    ids: list[int] = []
    for piece in pieces:
        if isinstance(piece, Special):
            ids += special_ids(tokenizer, piece)
        elif piece:
            ids += tokenizer.encode(piece, add_special_tokens=False)
    return ids


def special_ids(tokenizer: Any, special: Special) -> list[int]:
    """One id, or none for a tokenizer without this token."""
    token = tokenizer.bos_token_id if special is Special.BOS else tokenizer.eos_token_id
    return [] if token is None else [token]


def template(
    name: str,
    *,
    default_system: str | None = None,
    enable_thinking: bool | None = True,
    preserve_thinking: bool = False,
) -> Template:
    """A known template, with the settings that a configuration may change. ConfigError names the known ones."""
    known = _templates()
    if name not in known:
        raise ConfigError(f"没有名为“{name}”的对话模板", where="template", hint=f"可以写：{'、'.join(known)}")
    changed = replace(known[name], enable_thinking=enable_thinking, preserve_thinking=preserve_thinking)
    return changed if default_system is None else replace(changed, default_system=default_system)


def names() -> list[str]:
    return list(_templates())


def _check(messages: Sequence[Message]) -> None:
    roles = [message.role for message in messages]
    if not roles or len(roles) % 2 or roles != ["user", "assistant"] * (len(roles) // 2):
        raise ConfigError(f"对话应当一问一答、以提问开始，现在是：{'、'.join(roles) or '空'}")


def _fill(slot: Sequence[str], content: str) -> list[Piece]:
    return [_SPECIAL.get(piece) or piece.replace(_CONTENT, content, 1) for piece in slot]


@cache
def _templates() -> dict[str, Template]:
    import yaml

    text = files("caiwen.prompts").joinpath("templates.yaml").read_text(encoding="utf-8")
    found = {}
    for name, data in yaml.safe_load(text).items():
        slots: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        found[name] = Template(name=name, **slots)
    return found
