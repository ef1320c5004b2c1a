"""What the KL term compares with: the model without its adapter, a frozen model, or cached best tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import torch

from caiwen.errors import ConfigError
from caiwen.train import hubs, models, teacher, weights
from caiwen.train.loss import Direction, Logits, Reference, Task, Terms
from caiwen.train.passes import Pass, frozen

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from caiwen.train.config import TrainConfig
    from caiwen.train.table import TokenTable
    from caiwen.train.windows import Micro

_WHERE = "caiwen.loss.reference"


class Source(Protocol):
    """Makes the reference of one micro-batch. ``model`` is the policy as the trainer has wrapped it."""

    def of(self, micro: Micro, model: Any, unwrapped: Any) -> Reference: ...

    def to(self, device: torch.device) -> None: ...


@dataclass
class AdapterOff:
    """The policy itself with its adapter disabled: exact as long as the base does not learn."""

    run: Pass

    def of(self, micro: Micro, model: Any, unwrapped: Any) -> Reference:
        task = Task(micro.positions, micro.targets, capture=True)
        with unwrapped.disable_adapter(), frozen(unwrapped):
            hidden = self.run(model, micro, task)
        own = task.head is self.run.heads[-1]
        if own or task.head is None:
            return Logits(hidden)  # through the policy's head, gathered in its own forward
        return Logits(hidden, task.head.weight.detach(), _bias(task))

    def to(self, device: torch.device) -> None:
        """It moves with the policy."""


class Frozen:
    """Another model, held whole on every process."""

    def __init__(self, model: Any) -> None:
        self.model = model.requires_grad_(False).eval()
        self.run = Pass(self.model)

    def of(self, micro: Micro, model: Any, unwrapped: Any) -> Reference:
        task = Task(micro.positions, micro.targets, capture=True)
        with torch.no_grad():
            hidden = self.run(self.model, micro, task)
        assert task.head is not None
        return Logits(hidden, task.head.weight, _bias(task))

    def to(self, device: torch.device) -> None:
        move(self.model, device)


@dataclass
class Cached:
    """Best tokens that a teacher gave earlier for the rows of ``table``."""

    store: teacher.Store
    table: TokenTable

    def of(self, micro: Micro, model: Any, unwrapped: Any) -> Reference:
        rows = [self.table.row(row) for row in micro.rows]
        return self.store.of(rows, micro.positions.device)

    def to(self, device: torch.device) -> None:
        """It is read from disk as it is needed."""


def move(model: Any, device: torch.device) -> None:
    """Quantised models are where they were loaded and cannot be moved."""
    if getattr(model, "hf_device_map", None) is None:
        model.to(device)


def _bias(task: Task) -> torch.Tensor | None:
    assert task.head is not None
    return None if task.head.bias is None else task.head.bias.detach()


def by_logits(config: TrainConfig) -> bool:
    """Whether a teacher's logits are learnt from, now or from a cache; its answers are data like any other."""
    distill = config.caiwen.distill
    return distill is not None and bool(distill.teacher or distill.cache)


def terms(config: TrainConfig) -> Terms:
    loss = config.caiwen.loss
    direction: Direction = loss.direction or ("forward" if by_logits(config) else "reverse")
    return Terms(loss.ce, loss.kl, direction, loss.temperature)


def frozen_model(config: TrainConfig, tokenizer: PreTrainedTokenizerBase) -> Any | None:
    """The other model that this run needs, if any. Load it before the policy: loading sets the seed."""
    loss, distill = config.caiwen.loss, config.caiwen.distill
    if loss.kl == 0:
        return None
    if distill and by_logits(config):
        if distill.cache and teacher.exists(distill.cache):
            return None
        if not distill.teacher:
            raise ConfigError("缓存还没有，要写教师模型才能算出来", where="caiwen.distill.teacher")
        return other_model(distill.teacher, config, tokenizer, "caiwen.distill.teacher")
    if loss.reference != "base":
        cached = teacher.exists(loss.reference)
        return None if cached else other_model(loss.reference, config, tokenizer, _WHERE)
    return None if adapter_off_is_base(config) else models.load_model(config, tokenizer)


def adapter_off_is_base(config: TrainConfig) -> bool:
    """Whether disabling the adapter gives the base: not with PiSSA or when base layers learn or have learnt."""
    earlier = config.adapter_name_or_path or ()
    changed = any((Path(name) / weights.BASE_CHANGES).is_file() for name in earlier)
    return config.finetuning_type == "lora" and not (config.pissa_init or config.caiwen.layers or changed)


def other_model(name: str, config: TrainConfig, tokenizer: PreTrainedTokenizerBase, where: str) -> Any:
    """A model or an adapter's folder, refused when its tokenizer is another one."""
    same_words(models.read_tokenizer(name, config, where), tokenizer, where)
    if not (Path(name) / "adapter_config.json").is_file():
        from transformers import AutoConfig

        place = hubs.locate(name, where=where)
        with hubs.reading(name, where):
            shape = AutoConfig.from_pretrained(place, **models.hub_arguments(config))
        return models.with_loss_head(models.read_model(name, config, shape, where=where))
    from peft import PeftModel

    base = models.with_loss_head(models.load_model(config, tokenizer))
    weights.apply_base_changes(base, name)
    with hubs.reading(name, where):
        return PeftModel.from_pretrained(base, name)


def same_words(theirs: PreTrainedTokenizerBase, ours: PreTrainedTokenizerBase, where: str) -> None:
    if teacher.vocabulary_print(theirs) != teacher.vocabulary_print(ours):
        raise ConfigError(
            "分词器与要训练的模型不同，逐个 token 的比较没有意义",
            where=where,
            hint="换同一分词器的模型；不同分词器的教师只能用回答（caiwen.distill.answers_from）",
        )


def cache_teacher(
    config: TrainConfig, other: Any | None, tables: Sequence[TokenTable], identity: teacher.Identity
) -> None:
    """Make the cache that is asked for and not there, over the rows of all stages; one process does it."""
    distill = config.caiwen.distill
    if config.caiwen.loss.kl == 0 or not (distill and distill.cache):
        return
    from accelerate import PartialState

    state = PartialState(cpu=config.use_cpu)
    with state.main_process_first():
        if not teacher.exists(distill.cache):
            assert other is not None
            move(other, state.device)
            teacher.write(Path(distill.cache), other, tables, identity, top_k=distill.top_k)
            move(other, torch.device("cpu"))


def source(
    config: TrainConfig, policy: Any, other: Any | None, table: TokenTable, identity: teacher.Identity
) -> Source | None:
    """The reference for training on ``table``."""
    loss, distill = config.caiwen.loss, config.caiwen.distill
    if loss.kl == 0:
        return None
    cache = distill.cache if distill and by_logits(config) else loss.reference
    if cache and teacher.exists(cache):
        return Cached(teacher.Store(Path(cache), identity), table)
    if other is not None:
        _same_width(other, policy)
        return Frozen(other)
    return AdapterOff(Pass(policy))


def _same_width(other: Any, policy: Any) -> None:
    rows = [model.get_output_embeddings().weight.shape[0] for model in (other, policy)]
    if rows[0] != rows[1]:
        raise ConfigError(f"参照模型的输出有 {rows[0]} 个词，要训练的模型有 {rows[1]} 个", where=_WHERE)
