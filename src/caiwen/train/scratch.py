"""Small LLaMA models from nothing: for the demonstration and for tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedTokenizerBase

    from caiwen.train.config import TrainConfig
    from caiwen.train.own import FromScratch

_SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def tokenizer(config: TrainConfig) -> PreTrainedTokenizerBase:
    """A byte-level BPE made of the training data."""
    from caiwen.train import rows

    assert config.caiwen.from_scratch is not None
    return tokenizer_of(rows.texts(config), config.caiwen.from_scratch.vocab_size)


def tokenizer_of(texts: Iterator[str], size: int) -> PreTrainedTokenizerBase:
    """A byte-level BPE of at most ``size`` words; the same texts give the same tokenizer."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(_SPECIAL.values()),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=made, padding_side="right", **_SPECIAL)


def shape(wanted: FromScratch, words: PreTrainedTokenizerBase | None) -> PretrainedConfig:
    """The configuration of the new model; its vocabulary is as large as the tokenizer's."""
    from transformers import LlamaConfig

    sizes = wanted.model_dump(exclude={"vocab_size"})
    if words is None:
        return LlamaConfig(vocab_size=wanted.vocab_size, **sizes)
    ids = {f"{kind}_token_id": getattr(words, f"{kind}_token_id") for kind in ("bos", "eos", "pad")}
    return LlamaConfig(vocab_size=len(words), **sizes, **ids)
