"""caiwen's own settings of a training run: the section ``caiwen:`` beside LLaMA-Factory's keys."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Share = Annotated[float, Field(ge=0, lt=1)]


def split(value: Any) -> Any:
    """``a, b`` and ``[a, b]`` are the same list."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(split)]
Numbers = Annotated[tuple[float, ...], BeforeValidator(split)]
Mix = Literal["concat", "interleave_under", "interleave_over", "interleave_once"]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())


class Replay(Section):
    """重放：训练数据里掺入以前的数据，防止遗忘"""

    dataset: Names = Field(description="以前的数据集（在 dataset_info.json 里登记的名字）")
    share: Share = Field(default=0.1, description="重放的样本占全部样本的比例")


class Gate(Section):
    """一个阶段的关口：验证集上的损失达不到要求就停在这里"""

    dataset: str | None = Field(default=None, description="看哪个验证集；不写为全部验证集")
    loss_at_most: float | None = Field(default=None, gt=0, description="验证损失不高于这个数")
    gain_at_least: float | None = Field(default=None, description="验证损失比阶段开始前至少低这么多")
    otherwise: Literal["stop", "warn"] = Field(
        default="stop", description="没过关时停止（stop）还是提示后继续（warn）"
    )


class Stage(Section):
    """课程的一个阶段；不写的项用上面 LLaMA-Factory 的设置"""

    name: str = Field(min_length=1, pattern=r"^[\w\-]+$", description="阶段的名字")
    dataset: Names | None = Field(default=None, description="这个阶段的数据集")
    eval_dataset: Names | None = Field(default=None, description="这个阶段的验证集")
    mix_strategy: Mix | None = Field(default=None, description="多个数据集怎样混合")
    interleave_probs: Numbers | None = Field(default=None, description="交错混合时各数据集的概率")
    max_samples: int | None = Field(default=None, ge=1, description="每个数据集最多多少条")
    num_train_epochs: float | None = Field(default=None, gt=0, description="轮数")
    max_steps: int | None = Field(default=None, ge=1, description="步数；写了就不看轮数")
    learning_rate: float | None = Field(default=None, gt=0, description="学习率")
    replay: Replay | None = Field(default=None, description="重放以前的数据")
    gate: Gate | None = Field(default=None, description="验证关口")


class LayerRate(Section):
    """基座某些层的学习率（与适配器同时训练）"""

    match: str = Field(
        min_length=1,
        description="参数名的通配式，如 model.layers.*.mlp.*；多个式子用逗号隔开",
    )
    layers: str | None = Field(
        default=None, pattern=r"^[\d,\- ]+$", description="只要这些层，如 28-31 或 0,1,31；不写为全部层"
    )
    learning_rate: float = Field(gt=0, description="这些参数的学习率")


class Loss(Section):
    """两部分的损失：ce × 交叉熵 + kl × 与参照模型的 KL 散度"""

    ce: float = Field(default=1.0, ge=0, description="交叉熵的权重")
    kl: float = Field(default=0.0, ge=0, description="KL 散度的权重；0 为不用参照模型")
    direction: Literal["reverse", "forward"] | None = Field(
        default=None,
        description="KL 的方向：reverse 为 KL(训练中的模型‖参照)，forward 反之；不写时蒸馏为 forward，其余为 reverse",
    )
    temperature: float = Field(default=1.0, gt=0, description="两边 logits 除以它再算 KL")
    reference: str = Field(
        default="base",
        description="参照：base（基座）、模型或适配器的文件夹、hub 上的名字，或缓存的 top-k 文件（.topk）",
    )
    chunk_tokens: int = Field(default=1024, ge=16, description="每次对多少个标签算 logits；越小越省内存")


class Distill(Section):
    """蒸馏：教师的 logits（同一分词器）或教师的回答（OpenAI 兼容接口）"""

    teacher: str | None = Field(default=None, description="教师模型的文件夹或名字")
    cache: str | None = Field(default=None, description="教师 top-k 的缓存文件；没有就先算出来")
    top_k: int = Field(default=64, ge=1, description="缓存里每个位置留多少个 token，其余合为一项")
    revision: str | None = Field(default=None, description="教师的版本，与缓存里记的不同就不用")
    answers_from: str | None = Field(default=None, description="回答由这个 OpenAI 兼容接口给出")
    answers_model: str = Field(default="", description="接口上的模型名")
    questions: Names | None = Field(default=None, description="没有答案、由教师作答的数据集")


class FromScratch(Section):
    """从头建一个小的 LLaMA（演示与测试用）；写了就不读 model_name_or_path 的权重"""

    vocab_size: int = Field(default=6000, ge=300, description="词表大小（分词器由训练数据现做）")
    hidden_size: int = Field(default=256, ge=8, description="隐层宽度")
    intermediate_size: int = Field(default=688, ge=8, description="前馈层宽度")
    num_hidden_layers: int = Field(default=4, ge=1, description="层数")
    num_attention_heads: int = Field(default=4, ge=1, description="注意力头数")
    num_key_value_heads: int = Field(default=2, ge=1, description="KV 头数")
    max_position_embeddings: int = Field(default=2048, ge=16, description="最长位置")
    tie_word_embeddings: bool = Field(default=False, description="输入输出词向量是否共用")


class EarlyStopping(Section):
    """验证损失不再下降就停"""

    patience: int = Field(default=3, ge=1, description="连续几次验证没有变好")
    min_delta: float = Field(default=0.0, ge=0, description="至少好这么多才算变好")


class Batching(Section):
    """一步之内怎样排样本；不改变这一步用到哪些样本"""

    pack: bool = Field(default=True, description="同一步的样本首尾相接（互不可见）；false 为按长度分小批")
    tokens: int | None = Field(default=None, ge=64, description="一次前向最多多少 token；不写为自动")
    sort_epoch: bool = Field(default=False, description="整轮按长度排序：更快，但改变每步的样本")
    fused_lora: bool = Field(default=True, description="用合并的 LoRA 前向与反向")


class Own(Section):
    """财问自己的训练设置"""

    stages: tuple[Stage, ...] = Field(default=(), description="课程：按顺序的阶段")
    layers: tuple[LayerRate, ...] = Field(default=(), description="分层学习率")
    loss: Loss = Field(default=Loss(), description="损失")
    distill: Distill | None = Field(default=None, description="蒸馏")
    replay: Replay | None = Field(default=None, description="重放（没有阶段时）")
    from_scratch: FromScratch | None = Field(default=None, description="从头建小模型")
    early_stopping: EarlyStopping | None = Field(default=None, description="提前停止")
    batching: Batching = Field(default=Batching(), description="一步之内的排法")
    broken_rows: Literal["error", "skip"] = Field(
        default="error",
        description="残缺的行：报错并列出行号（error），或跳过并计数（skip，同 LLaMA-Factory）",
    )
    token_cache: str | None = Field(
        default=None, description="分词结果放在哪个文件夹；不写为用户缓存文件夹下的 caiwen/tokens"
    )
    memory_gb: float | None = Field(
        default=None, gt=0, description="每张卡的内存（GB），--dry-run 据此判断够不够；不写为本机的"
    )
