"""Settings that contradict each other, as LLaMA-Factory has them, and caiwen's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caiwen.train.config import TrainConfig


def conflicts(config: TrainConfig) -> list[str]:
    """One Chinese line for each."""
    return [*_data(config), *_method(config), *_model(config), *_training(config), *_own(config)]


def _data(c: TrainConfig) -> Iterator[str]:
    if c.eval_dataset and c.val_size:
        yield "eval_dataset 与 val_size 只能写一个"
    if c.interleave_probs is not None:
        if c.mix_strategy == "concat":
            yield "interleave_probs 要与 mix_strategy: interleave_under（或 over、once）同用"
        if c.dataset and len(c.dataset) != len(c.interleave_probs):
            yield f"interleave_probs 有 {len(c.interleave_probs)} 个，dataset 有 {len(c.dataset)} 个，应当一样多"
        if abs(sum(c.interleave_probs) - 1) > 1e-6:
            yield f"interleave_probs 之和应当是 1，现在是 {sum(c.interleave_probs):g}"
    if c.train_on_prompt and c.mask_history:
        yield "train_on_prompt 与 mask_history 不能同用"
    if c.stage == "pt" and (c.train_on_prompt or c.mask_history or c.neat_packing):
        yield "train_on_prompt、mask_history、neat_packing 只用于 stage: sft"


def _method(c: TrainConfig) -> Iterator[str]:
    if c.finetuning_type != "lora":
        only = {
            "loraplus_lr_ratio": c.loraplus_lr_ratio,
            "use_rslora": c.use_rslora,
            "use_dora": c.use_dora,
            "pissa_init": c.pissa_init,
            "adapter_name_or_path": c.adapter_name_or_path,
            "quantization_bit": c.quantization_bit,
        }
        for name, value in only.items():
            if value:
                yield f"{name} 只用于 finetuning_type: lora"
    if c.bf16 and c.fp16:
        yield "bf16 与 fp16 只能写一个"


def _model(c: TrainConfig) -> Iterator[str]:
    if c.model_name_or_path is None and c.caiwen.from_scratch is None:
        yield "没有写 model_name_or_path（模型文件夹，或 hub 上的名字）"
    if c.quantization_bit is None:
        return
    if c.pissa_init:
        yield "量化的基座不能用 pissa_init"
    if c.resize_vocab:
        yield "量化的基座不能用 resize_vocab"
    if c.adapter_name_or_path and c.create_new_adapter:
        yield "量化的基座不能用 create_new_adapter"
    if c.adapter_name_or_path and len(c.adapter_name_or_path) > 1:
        yield "量化的基座只能接着一个适配器训练，先合并"
    if c.caiwen.layers:
        yield "量化的基座不能训练（caiwen.layers）；用不量化的基座"


def _training(c: TrainConfig) -> Iterator[str]:
    validates = bool(c.eval_dataset or c.val_size or any(s.eval_dataset for s in c.caiwen.stages))
    if (c.do_eval or c.eval_strategy != "no") and not validates:
        yield "要验证（eval_strategy、do_eval），先写 eval_dataset 或 val_size"
    if c.load_best_model_at_end:
        if c.eval_strategy == "no":
            yield "load_best_model_at_end 要与 eval_strategy 同用"
        elif c.save_strategy not in (c.eval_strategy, "best"):
            yield "load_best_model_at_end 时 save_strategy 与 eval_strategy 应当一样"
    if c.deepspeed and c.fsdp:
        yield "deepspeed 与 fsdp 只能写一个"


def _own(c: TrainConfig) -> Iterator[str]:
    own = c.caiwen
    if own.loss.ce == 0 and own.loss.kl == 0:
        yield "caiwen.loss 的 ce 与 kl 不能都是 0"
    if own.distill and (own.distill.teacher or own.distill.cache) and own.loss.kl == 0:
        yield "caiwen.distill 写了教师，而 caiwen.loss.kl 是 0，教师用不上：写上 kl 的权重"
    names = [stage.name for stage in own.stages]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"caiwen.stages 里有两个阶段都叫 {name}"
    if not c.dataset:
        for stage in own.stages:
            if not stage.dataset:
                yield f"阶段 {stage.name} 没有写 dataset"
        if not own.stages and not (own.distill and own.distill.answers_from):
            yield "没有写 dataset（训练用的数据集）"
    if own.stages and own.replay:
        yield "有 caiwen.stages 时，replay 写在各阶段里"
    if (own.early_stopping or c.early_stopping_steps) and c.eval_strategy == "no":
        yield "提前停止要与 eval_strategy 同用"
