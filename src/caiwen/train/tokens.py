"""Rows as token ids and labels, by LLaMA-Factory 0.9.5's rules of truncation and masking.

Labels are not shifted: a label stands at its own token (transformers shifts). Every label is either the token
at its place or IGNORE_INDEX, so a row is kept as ids and a mask.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from caiwen.prompts.template import Piece, Special, Template, special_ids
from caiwen.train.rows import Row

if TYPE_CHECKING:
    import numpy as np

IGNORE_INDEX = -100
_LLAMA3_END = "<|end_of_text|>"


@dataclass(frozen=True)
class Rules:
    """``limit``: tokens a row may have; ``learn_prompt``: prompts are labelled too; ``last_only``: mask_history."""

    limit: int
    learn_prompt: bool = False
    last_only: bool = False


@dataclass(frozen=True, slots=True)
class Encoded:
    """``ids`` int32 and ``learnt`` bool of one length; ``full``: tokens before truncation."""

    ids: np.ndarray
    learnt: np.ndarray
    full: int

    @classmethod
    def nothing(cls) -> Encoded:
        """Keeps the place of a broken row: mixing and splitting count it, as in LLaMA-Factory, then drop it."""
        import numpy as np

        return cls(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=bool), 0)


def fit(prompt: int, answer: int, room: int) -> tuple[int, int]:
    """How many tokens of a prompt and an answer go into ``room``: LLaMA-Factory's ``infer_seqlen``.

    A short answer (under half the room) is kept whole and the prompt cut; else a short prompt is kept whole;
    else both are cut in proportion. Each keeps its beginning.
    """
    if 2 * answer < room:
        most = room
    elif 2 * prompt < room:
        most = room - prompt
    else:
        most = int(room * (answer / (prompt + answer)))
    answer = min(most, answer)
    return min(max(room - answer, 0), prompt), answer


def encode_rows(tokenizer: Any, template: Template, rows: Sequence[Row], rules: Rules) -> list[Encoded]:
    """Rows of a batch; every text is tokenised by itself, all texts of the batch in one call."""
    forget = rules.last_only and not template.preserve_thinking
    talks = [template.turns(row.messages, row.system, forget_thoughts=forget) for row in rows]
    ids = _ids_of(tokenizer, (piece for talk in talks for turn in talk for side in turn for piece in side))
    return [
        _lay_out([(_joined(prompt, ids), _joined(answer, ids)) for prompt, answer in talk], rules)
        for talk in talks
    ]


def _ids_of(tokenizer: Any, pieces: Iterable[Piece]) -> dict[Piece, list[int]]:
    """Ids of every distinct piece. A batch call gives what a call for each text gives."""
    wanted = dict.fromkeys(pieces)
    found: dict[Piece, list[int]] = {
        p: special_ids(tokenizer, p) if isinstance(p, Special) else [] for p in wanted
    }
    texts = [p for p in wanted if isinstance(p, str) and p]
    if texts:
        found.update(zip(texts, tokenize(tokenizer, texts), strict=True))
    return found


def tokenize(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """``verbose`` off: rows longer than the model's context are cut later, and counted."""
    made = tokenizer(
        list(texts),
        add_special_tokens=False,
        return_attention_mask=False,
        return_token_type_ids=False,
        verbose=False,
    )
    ids: list[list[int]] = made["input_ids"]
    return ids


def _joined(pieces: Sequence[Piece], ids: dict[Piece, list[int]]) -> list[int]:
    return [token for piece in pieces for token in ids[piece]]


def _lay_out(turns: list[tuple[list[int], list[int]]], rules: Rules) -> Encoded:
    """Turn after turn while there is room; under ``last_only`` from the last turn backwards."""
    import numpy as np

    full = sum(len(prompt) + len(answer) for prompt, answer in turns)
    parts: list[tuple[list[int], bool]] = []
    room = rules.limit
    for i, (prompt, answer) in enumerate(reversed(turns) if rules.last_only else turns):
        if room <= 0:
            break
        prompt_length, answer_length = fit(len(prompt), len(answer), room)
        room -= prompt_length + answer_length
        turn = [
            (prompt[:prompt_length], rules.learn_prompt),
            (answer[:answer_length], not (rules.last_only and i)),
        ]
        parts = turn + parts if rules.last_only else parts + turn
    ids = np.fromiter((token for tokens, _ in parts for token in tokens), dtype=np.int32)
    learnt = np.repeat([label for _, label in parts], [len(tokens) for tokens, _ in parts])
    return Encoded(ids, learnt.astype(bool), full)


def encode_texts(tokenizer: Any, texts: Sequence[str], limit: int | None, *, llama3: bool) -> list[Encoded]:
    """Texts for continued pre-training, every token learnt. ``limit`` None: whole, to be cut from one stream.

    As in LLaMA-Factory every text ends with the end-of-sequence token (``<|end_of_text|>`` for llama3), and a
    row that stands alone begins as the tokenizer has texts begin.
    """
    import numpy as np

    end = _LLAMA3_END if llama3 else tokenizer.eos_token
    lead = tokenizer.bos_token if limit is not None and begins(tokenizer) else ""
    made = tokenize(tokenizer, [f"{lead}{text}{end}" for text in texts])
    return [
        Encoded(np.array(ids[:limit], dtype=np.int32), np.ones(len(ids[:limit]), dtype=bool), len(ids))
        for ids in made
    ]


def begins(tokenizer: Any) -> bool:
    """Whether the tokenizer puts a beginning-of-sequence token before texts."""
    return bool(getattr(tokenizer, "add_bos_token", False)) and tokenizer.bos_token_id is not None
