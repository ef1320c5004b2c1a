"""Tokenizers and models: from a folder or a hub, quantised, or from scratch."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from caiwen.errors import ConfigError, MissingExtraError
from caiwen.train import hubs, scratch

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

    from caiwen.train.config import TrainConfig

_MODEL = "model_name_or_path"


def load_tokenizer(config: TrainConfig) -> PreTrainedTokenizerBase:
    """The model's tokenizer with the special tokens of the template; made from the data for a new model."""
    if config.caiwen.from_scratch is not None and config.model_name_or_path is None:
        tokenizer = scratch.tokenizer(config)
    else:
        tokenizer = read_tokenizer(_name(config), config)
    for words, special in ((config.add_tokens, False), (config.add_special_tokens, True)):
        if words:
            tokenizer.add_tokens(list(words), special_tokens=special)
    _follow_template(tokenizer, config)
    return tokenizer


def read_tokenizer(name: str, config: TrainConfig, where: str = _MODEL) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    needs = ("tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json")
    place = hubs.locate(
        name, where=where, needs=needs, revision=config.model_revision, cache=config.cache_dir
    )
    with hubs.reading(name, where):
        found: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            place,
            use_fast=config.use_fast_tokenizer,
            split_special_tokens=config.split_special_tokens,
            padding_side="right",
            **hub_arguments(config),
        )
    return found


def _follow_template(tokenizer: PreTrainedTokenizerBase, config: TrainConfig) -> None:
    from caiwen import prompts
    from caiwen.train import data

    prompts.fix_tokenizer(tokenizer, data.template_of(config, tokenizer))


def hub_arguments(config: TrainConfig) -> dict[str, Any]:
    given = {
        "revision": config.model_revision,
        "cache_dir": config.cache_dir,
        "token": config.hf_hub_token,
        "trust_remote_code": config.trust_remote_code,
    }
    return {key: value for key, value in given.items() if value is not None}


def _name(config: TrainConfig) -> str:
    if not config.model_name_or_path:
        raise ConfigError(
            "没有写模型", where=_MODEL, hint="写模型文件夹，或用 caiwen.from_scratch 从头建一个"
        )
    return config.model_name_or_path


def model_config(config: TrainConfig, tokenizer: PreTrainedTokenizerBase | None = None) -> PretrainedConfig:
    """The shape of the model, without its weights."""
    if config.caiwen.from_scratch is not None:
        return scratch.shape(config.caiwen.from_scratch, tokenizer)
    from transformers import AutoConfig

    name = _name(config)
    place = hubs.locate(name, where=_MODEL, revision=config.model_revision, cache=config.cache_dir)
    with hubs.reading(name, _MODEL):
        shape: PretrainedConfig = AutoConfig.from_pretrained(place, **hub_arguments(config))
    _stretch(shape, config)
    return shape


def _stretch(shape: PretrainedConfig, config: TrainConfig) -> None:
    """``rope_scaling``: the factor that makes ``cutoff_len`` fit, as LLaMA-Factory computes it."""
    if config.rope_scaling is None:
        return
    trained = shape.max_position_embeddings
    factor = float(math.ceil(config.cutoff_len / trained)) if config.cutoff_len > trained else 2.0
    rope = dict(getattr(shape, "rope_parameters", None) or {})
    extra = {"rope_type": config.rope_scaling, "factor": factor}
    if config.rope_scaling == "llama3":
        extra |= {"low_freq_factor": 1.0, "high_freq_factor": 4.0}
    if config.rope_scaling in ("yarn", "llama3"):
        extra["original_max_position_embeddings"] = trained
    shape.rope_parameters = rope | extra
    shape.max_position_embeddings = int(trained * factor)


def dtype(config: TrainConfig, shape: PretrainedConfig) -> torch.dtype:
    """The precision of the weights: as asked for, else that of the files if the machine computes in it."""
    import torch

    if config.bf16 or config.pure_bf16:
        return torch.bfloat16
    if config.fp16:
        return torch.float16
    stored = getattr(shape, "dtype", None)
    gpu = torch.cuda.is_available() and not config.use_cpu
    if stored == torch.bfloat16 and gpu and torch.cuda.is_bf16_supported():
        return torch.bfloat16
    return torch.float16 if stored == torch.float16 and gpu else torch.float32


def attention(config: TrainConfig, kind: torch.dtype) -> str:
    """The attention to use; packed rows need one that knows segments."""
    import torch

    from caiwen.train.attention import NAME

    flash = {"fa2": ("flash_attention_2", "flash_attn"), "fa3": ("flash_attention_3", "flash_attn_interface")}
    if config.flash_attn in flash:
        implementation, package = flash[config.flash_attn]
        if find_spec(package) is None:
            raise MissingExtraError(
                f"flash_attn: {config.flash_attn} 需要 {package}",
                where="flash_attn",
                hint="安装 flash-attn，或写 flash_attn: auto（自带的打包注意力）",
            )
        return implementation
    if config.flash_attn == "disabled":
        return "eager"
    half = kind in (torch.bfloat16, torch.float16)
    gpu = torch.cuda.is_available() and not config.use_cpu
    wanted = config.flash_attn == "auto" and half and gpu and find_spec("flash_attn") is not None
    return "flash_attention_2" if wanted else NAME


def load_model(config: TrainConfig, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """The base model, without adapters, its head computing losses. The seed is set just before: what is
    drawn afterwards (LoRA's A) is what LLaMA-Factory draws."""
    from transformers import set_seed

    shape = model_config(config, tokenizer)
    set_seed(config.seed)
    fresh = config.train_from_scratch or (config.caiwen.from_scratch and config.model_name_or_path is None)
    model = new_model(config, shape) if fresh else read_model(_name(config), config, shape)
    _fit_vocabulary(model, tokenizer, config)
    return with_loss_head(model)


def new_model(config: TrainConfig, shape: PretrainedConfig) -> PreTrainedModel:
    from transformers import AutoModelForCausalLM

    from caiwen.train import attention as packed

    packed.register()
    kind = dtype(config, shape)
    made: PreTrainedModel = AutoModelForCausalLM.from_config(
        shape, dtype=kind, attn_implementation=attention(config, kind)
    )
    return made


def read_model(
    name: str, config: TrainConfig, shape: PretrainedConfig, *, where: str = _MODEL
) -> PreTrainedModel:
    from transformers import AutoModelForCausalLM

    from caiwen.train import attention as packed

    packed.register()
    kind = dtype(config, shape)
    place = hubs.locate(name, where=where, revision=config.model_revision, cache=config.cache_dir)
    with hubs.reading(name, where):
        found: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            place,
            config=shape,
            dtype=kind,
            attn_implementation=attention(config, kind),
            **quantised(config, kind),
            **hub_arguments(config),
        )
    return found


def quantised(config: TrainConfig, kind: torch.dtype) -> dict[str, Any]:
    """QLoRA's arguments (bitsandbytes, NVIDIA only)."""
    if config.quantization_bit is None:
        return {}
    import torch

    if not torch.cuda.is_available():
        raise ConfigError(
            "量化训练（QLoRA）需要 NVIDIA GPU，这台机器没有",
            where="quantization_bit",
            hint="去掉 quantization_bit",
        )
    if find_spec("bitsandbytes") is None:
        raise MissingExtraError(
            "量化训练（QLoRA）需要 bitsandbytes", where="quantization_bit", hint="pip install bitsandbytes"
        )
    from accelerate import PartialState
    from transformers import BitsAndBytesConfig

    if config.quantization_bit == 8:
        settings = BitsAndBytesConfig(load_in_8bit=True)
    else:
        settings = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_compute_dtype=kind,
            bnb_4bit_use_double_quant=config.double_quantization,
            bnb_4bit_quant_type=config.quantization_type,
            bnb_4bit_quant_storage=kind,  # what FSDP needs to shard it
        )
    return {"quantization_config": settings, "device_map": {"": PartialState().local_process_index}}


def _fit_vocabulary(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, config: TrainConfig) -> None:
    rows = model.get_input_embeddings().weight.shape[0]
    if len(tokenizer) <= rows:
        return
    if not config.resize_vocab:
        raise ConfigError(
            f"分词器有 {len(tokenizer)} 个词，模型的词向量只有 {rows} 行",
            where=_MODEL,
            hint="写 resize_vocab: true",
        )
    model.resize_token_embeddings(len(tokenizer), pad_to_multiple_of=64, mean_resizing=True)


def with_loss_head(model: PreTrainedModel) -> PreTrainedModel:
    from caiwen.train.loss import LossHead

    model.set_output_embeddings(LossHead.taking_over(model.get_output_embeddings()))
    model.config.use_cache = False
    return model
