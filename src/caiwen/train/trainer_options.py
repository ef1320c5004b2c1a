"""The Hugging Face training arguments that users set, ``warmup_ratio`` and other dropped names included."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from caiwen.train.own import Section, split

Scheduler = Literal[
    "linear",
    "cosine",
    "cosine_with_restarts",
    "polynomial",
    "constant",
    "constant_with_warmup",
    "inverse_sqrt",
    "reduce_lr_on_plateau",
    "cosine_with_min_lr",
    "cosine_warmup_with_min_lr",
    "warmup_stable_decay",
    "greedy",
]
When = Literal["no", "steps", "epoch"]


def _when(value: Any) -> Any:
    """YAML reads a bare ``no`` as false."""
    return "no" if value is False else value


Interval = Annotated[When, BeforeValidator(_when)]


class TrainerOptions(Section):
    """训练过程（Hugging Face 的训练参数）"""

    output_dir: str = Field(default="trainer_output", min_length=1, description="训练文件夹")
    overwrite_output_dir: bool = Field(
        default=False, description="输出文件夹里有检查点时从头训练；不写则接着训练"
    )
    resume_from_checkpoint: str | None = Field(default=None, description="从这个检查点接着训练")
    do_train: bool = Field(default=True, description="训练")
    do_eval: bool = Field(default=False, description="结束时验证")
    per_device_train_batch_size: int = Field(default=8, ge=1, description="每张卡每次几条")
    per_device_eval_batch_size: int = Field(default=8, ge=1, description="验证时每张卡每次几条")
    gradient_accumulation_steps: int = Field(default=1, ge=1, description="累积几次才更新一步")
    num_train_epochs: float = Field(default=3.0, gt=0, description="轮数")
    max_steps: int = Field(default=-1, description="步数；大于 0 时不看轮数")
    learning_rate: float = Field(default=5e-5, ge=0, description="学习率")
    lr_scheduler_type: Scheduler = Field(default="linear", description="学习率怎样变化，如 cosine")
    lr_scheduler_kwargs: dict[str, Any] | None = Field(default=None, description="学习率变化的参数")
    warmup_ratio: float = Field(default=0.0, ge=0, le=1, description="预热占全部步数的比例")
    warmup_steps: float = Field(default=0, ge=0, description="预热的步数；写了就不看 warmup_ratio")
    optim: str = Field(default="adamw_torch_fused", description="优化器")
    optim_args: str | None = Field(default=None, description="优化器的参数")
    weight_decay: float = Field(default=0.0, ge=0, description="权重衰减")
    adam_beta1: float = Field(default=0.9, ge=0, lt=1, description="AdamW 的 β1")
    adam_beta2: float = Field(default=0.999, ge=0, lt=1, description="AdamW 的 β2")
    adam_epsilon: float = Field(default=1e-8, ge=0, description="AdamW 的 ε")
    max_grad_norm: float = Field(default=1.0, ge=0, description="梯度裁剪；0 为不裁剪")
    neftune_noise_alpha: float | None = Field(default=None, ge=0, description="NEFTune 噪声")
    bf16: bool = Field(default=False, description="bf16 混合精度")
    fp16: bool = Field(default=False, description="fp16 混合精度")
    tf32: bool | None = Field(default=None, description="矩阵乘法用 tf32")
    gradient_checkpointing: bool | None = Field(
        default=None, description="重算以省内存；不写则内存不够时才用"
    )
    gradient_checkpointing_kwargs: dict[str, Any] | None = Field(default=None, description="重算的参数")
    torch_compile: bool = Field(default=False, description="用 torch.compile")
    torch_compile_backend: str | None = Field(default=None, description="torch.compile 的后端")
    torch_compile_mode: str | None = Field(default=None, description="torch.compile 的方式")
    logging_steps: float = Field(default=500, gt=0, description="每几步记录一次")
    logging_first_step: bool = Field(default=False, description="第一步也记录")
    logging_strategy: Interval = Field(default="steps", description="何时记录")
    report_to: Annotated[tuple[str, ...], BeforeValidator(split)] = Field(
        default=("none",), description="另外记录到哪里：tensorboard、swanlab、mlflow、wandb；none 为不记录"
    )
    run_name: str | None = Field(default=None, description="这次训练的名字")
    logging_dir: str | None = Field(default=None, description="TensorBoard 的日志文件夹")
    disable_tqdm: bool | None = Field(default=None, description="不显示进度条")
    eval_strategy: Interval = Field(default="no", description="何时验证")
    eval_steps: float | None = Field(default=None, gt=0, description="每几步验证一次")
    eval_delay: float = Field(default=0, ge=0, description="过多少步（轮）才开始验证")
    eval_on_start: bool = Field(default=False, description="训练前先验证一次")
    save_strategy: Annotated[Literal["no", "steps", "epoch", "best"], BeforeValidator(_when)] = Field(
        default="steps", description="何时保存检查点"
    )
    save_steps: float = Field(default=500, gt=0, description="每几步保存一次")
    save_total_limit: int | None = Field(default=None, ge=1, description="最多留几个检查点")
    save_only_model: bool = Field(default=False, description="检查点只存模型（不能接着训练）")
    load_best_model_at_end: bool = Field(default=False, description="结束时用验证最好的检查点")
    metric_for_best_model: str | None = Field(default=None, description="按哪个指标算最好，默认验证损失")
    greater_is_better: bool | None = Field(default=None, description="指标是不是越大越好")
    seed: int = Field(default=42, ge=0, description="随机种子")
    data_seed: int | None = Field(default=None, ge=0, description="样本次序的种子；不写同 seed")
    full_determinism: bool = Field(default=False, description="只用确定的算法")
    use_cpu: bool = Field(default=False, description="有 GPU 也用 CPU")
    dataloader_num_workers: int = Field(default=0, ge=0, description="读数据的进程数")
    dataloader_drop_last: bool = Field(default=False, description="丢掉凑不满一批的样本")
    dataloader_pin_memory: bool = Field(default=True, description="锁页内存")
    ddp_timeout: int = Field(default=1800, ge=1, description="多卡等待的秒数")
    ddp_find_unused_parameters: bool | None = Field(default=None, description="DDP 查找未用的参数")
    ddp_backend: str | None = Field(default=None, description="多卡通信的后端")
    deepspeed: str | dict[str, Any] | None = Field(default=None, description="DeepSpeed 配置文件")
    fsdp: str | bool | tuple[str, ...] | None = Field(default=None, description="FSDP")
    fsdp_config: str | dict[str, Any] | None = Field(default=None, description="FSDP 配置文件")
