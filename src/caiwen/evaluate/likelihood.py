"""How likely a causal language model finds an answer: what the exam chooses by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import ConfigError, MissingExtraError, NotFoundError
from caiwen.prompts import Message, template

if TYPE_CHECKING:
    import torch

_BASE_CHANGES = "base_changes.safetensors"
"""Where ``caiwen train`` keeps base layers that learned beside the adapter."""
_ROWS = 32
"""Options scored at once."""


class ModelChooser:
    """``model``: a causal model of transformers (or peft); ``template``: the chat template that it was tuned with."""

    def __init__(self, model: Any, tokenizer: Any, template_name: str, system: str = "") -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.template = template(template_name)
        self.system = system or None

    def likelihoods(self, question: str, options: Sequence[str]) -> list[float]:
        rows = [self._encoded(question, option) for option in options]
        found: list[float] = []
        for start in range(0, len(rows), _ROWS):
            found += self._score(rows[start : start + _ROWS])
        return found

    def _encoded(self, question: str, option: str) -> tuple[list[int], list[int]]:
        """The prompt, and the answer without what ends it."""
        chat = [Message("user", question), Message("assistant", option)]
        ((prompt, answer),) = self.template.encode_multiturn(self.tokenizer, chat, self.system)
        ends = set(self.template.stop_ids(self.tokenizer))
        while len(answer) > 1 and answer[-1] in ends:
            answer = answer[:-1]
        return prompt, answer

    def _score(self, rows: Sequence[tuple[list[int], list[int]]]) -> list[float]:
        """Mean log-probability of each answer's tokens; rows are padded on the right, where causal attention ends."""
        import torch

        device = next(self.model.parameters()).device
        width = max(len(prompt) + len(answer) for prompt, answer in rows)
        ids = torch.zeros((len(rows), width), dtype=torch.long)
        seen = torch.zeros((len(rows), width), dtype=torch.long)
        for i, (prompt, answer) in enumerate(rows):
            row = torch.tensor([*prompt, *answer])
            ids[i, : len(row)] = row
            seen[i, : len(row)] = 1
        with torch.inference_mode():
            out = self.model(input_ids=ids.to(device), attention_mask=seen.to(device), use_cache=False)
        return [_mean(out.logits[i], ids[i], len(p), len(a)) for i, (p, a) in enumerate(rows)]


def _mean(logits: torch.Tensor, ids: torch.Tensor, start: int, count: int) -> float:
    told = logits[start - 1 : start + count - 1].float().log_softmax(-1)
    wanted = ids[start : start + count].to(told.device)
    return float(told.gather(1, wanted[:, None]).mean())


def load_chooser(folder: Path, template_name: str, *, adapter: Path | None = None) -> ModelChooser:
    """The model of a folder, with an adapter of peft on top where given."""
    try:
        from peft import PeftModel
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise MissingExtraError(
            f"缺少 {error.name}", hint="安装：pip install 'caiwen[train]'（先按 PyTorch 官网装好 torch）"
        ) from error
    for place in (folder, adapter):
        if place is not None and not place.is_dir():
            raise NotFoundError("没有这个模型文件夹", where=str(place))
    if adapter is not None and (adapter / _BASE_CHANGES).exists():
        hint = "先并入基座再考：caiwen.train.weights.merge(适配器文件夹, 新文件夹)，然后 --model 新文件夹"
        raise ConfigError(
            "这个适配器还改了基座的层，只载入 LoRA 不是训练出的模型", where=str(adapter), hint=hint
        )
    logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder))
        model = AutoModelForCausalLM.from_pretrained(str(folder))
        if adapter is not None:
            model = PeftModel.from_pretrained(model, str(adapter))
    except (OSError, ValueError) as error:
        raise ConfigError("模型载入失败", where=str(folder), hint=str(error).splitlines()[0]) from error
    return ModelChooser(model.eval(), tokenizer, template_name)
