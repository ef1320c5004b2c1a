"""LLaMA-Factory's keys for the model, the method and the data, with its meanings and defaults."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from caiwen.train.own import Mix, Names, Numbers, Section, split


def _dataset_list(value: Any) -> Any:
    return split(value) or None


Datasets = Annotated[tuple[str, ...] | None, BeforeValidator(_dataset_list)]


class ModelOptions(Section):
    """模型"""

    model_name_or_path: str | None = Field(default=None, description="模型文件夹，或 hub 上的名字")
    model_revision: str = Field(default="main", description="模型的版本（分支、标签或提交）")
    adapter_name_or_path: Datasets = Field(default=None, description="接着训练的适配器；多个用逗号隔开")
    cache_dir: str | None = Field(default=None, description="从 hub 下载的模型放在哪里")
    use_fast_tokenizer: bool = Field(default=True, description="用快速分词器")
    split_special_tokens: bool = Field(default=False, description="把文本里的特殊符号拆开")
    resize_vocab: bool = Field(default=False, description="按分词器的大小调整词向量")
    add_tokens: Datasets = Field(default=None, description="加进分词器的普通词，逗号隔开")
    add_special_tokens: Datasets = Field(default=None, description="加进分词器的特殊符号，逗号隔开")
    rope_scaling: Literal["linear", "dynamic", "yarn", "llama3"] | None = Field(
        default=None, description="位置编码的外推方法"
    )
    flash_attn: Literal["auto", "disabled", "sdpa", "fa2", "fa3"] = Field(
        default="auto", description="注意力的实现"
    )
    disable_gradient_checkpointing: bool = Field(
        default=False, description="不用重算。财问只在内存不够时重算；写 true 则始终不用"
    )
    use_reentrant_gc: bool = Field(default=True, description="重算的方式；财问始终用不可重入的一种，结果相同")
    upcast_layernorm: bool = Field(default=False, description="LayerNorm 的权重用 fp32")
    upcast_lmhead_output: bool = Field(
        default=False, description="输出层的结果用 fp32（财问算损失时总是如此）"
    )
    train_from_scratch: bool = Field(default=False, description="随机初始化权重，只用模型的结构与分词器")
    quantization_bit: Literal[4, 8] | None = Field(default=None, description="QLoRA：基座量化为几位")
    quantization_method: Literal["bnb"] = Field(default="bnb", description="量化的方法")
    quantization_type: Literal["fp4", "nf4"] = Field(default="nf4", description="4 位量化的数据类型")
    double_quantization: bool = Field(default=True, description="对量化常数再量化")
    low_cpu_mem_usage: bool = Field(default=True, description="加载模型时少占内存")
    hf_hub_token: str | None = Field(default=None, description="Hugging Face 的令牌；最好写在环境变量里")
    ms_hub_token: str | None = Field(default=None, description="魔搭的令牌；最好写在环境变量里")
    trust_remote_code: bool = Field(default=False, description="运行模型自带的代码")
    print_param_status: bool = Field(default=False, description="列出每个参数是否训练")


class MethodOptions(Section):
    """训练方法"""

    stage: Literal["pt", "sft"] = Field(default="sft", description="pt 继续预训练，sft 指令微调")
    finetuning_type: Literal["lora", "full", "freeze"] = Field(default="lora", description="训练哪些参数")
    pure_bf16: bool = Field(default=False, description="参数、梯度与优化器都用 bf16")
    lora_rank: int = Field(default=8, ge=1, description="LoRA 的秩")
    lora_alpha: int | None = Field(default=None, ge=1, description="LoRA 的缩放；不写为 lora_rank × 2")
    lora_dropout: float = Field(default=0.0, ge=0, lt=1, description="LoRA 的 dropout")
    lora_target: Names = Field(default=("all",), description="加 LoRA 的模块名；all 为全部线性层")
    additional_target: Datasets = Field(default=None, description="另外全参训练并保存的模块")
    use_rslora: bool = Field(default=False, description="按秩的平方根缩放（rsLoRA）")
    use_dora: bool = Field(default=False, description="权重分解的 LoRA（DoRA）")
    pissa_init: bool = Field(default=False, description="用主奇异分量初始化（PiSSA）")
    pissa_iter: int = Field(default=16, description="PiSSA 快速分解的迭代次数；-1 为完整分解")
    pissa_convert: bool = Field(default=False, description="保存时把 PiSSA 转成普通 LoRA")
    create_new_adapter: bool = Field(default=False, description="先并入已有的适配器，再训练一个新的")
    loraplus_lr_ratio: float | None = Field(default=None, gt=0, description="LoRA+：B 的学习率是 A 的几倍")
    loraplus_lr_embedding: float = Field(default=1e-6, gt=0, description="LoRA+：词向量的学习率")
    freeze_trainable_layers: int = Field(default=2, description="freeze：训练最后几层；负数为最前几层")
    freeze_trainable_modules: Names = Field(default=("all",), description="freeze：层里训练哪些模块")
    freeze_extra_modules: Datasets = Field(default=None, description="freeze：层以外还训练哪些模块")
    compute_accuracy: bool = Field(default=False, description="验证时也算 token 准确率")
    disable_shuffling: bool = Field(default=False, description="不打乱训练数据")
    early_stopping_steps: int | None = Field(default=None, ge=1, description="连续几次验证没有变好就停")
    plot_loss: bool = Field(default=False, description="画损失曲线（loss.png、loss.svg）")
    include_effective_tokens_per_second: bool = Field(
        default=False, description="报告每秒有效 token 数（财问总是报告）"
    )
    use_swanlab: bool = Field(default=False, description="记录到 SwanLab（同 report_to: swanlab）")
    swanlab_project: str | None = Field(default="caiwen", description="SwanLab 的项目名")
    swanlab_workspace: str | None = Field(default=None, description="SwanLab 的空间名")
    swanlab_run_name: str | None = Field(default=None, description="SwanLab 的实验名")
    swanlab_mode: Literal["cloud", "local"] = Field(default="cloud", description="SwanLab 在云端还是本地")
    swanlab_logdir: str | None = Field(default=None, description="SwanLab 的本地日志文件夹")


class DataOptions(Section):
    """数据"""

    template: str | None = Field(
        default=None, description="对话模板；不写则读分词器自带的，没有自带的用 empty"
    )
    dataset: Datasets = Field(default=None, description="训练用的数据集（登记的名字），多个用逗号隔开")
    eval_dataset: Datasets = Field(default=None, description="验证用的数据集，多个用逗号隔开")
    dataset_dir: str = Field(
        default="data", description="数据文件夹（里面有 dataset_info.json）；ONLINE 为直接用 hub 上的名字"
    )
    cutoff_len: int = Field(default=2048, ge=2, description="一条样本最多多少 token，超过的截断")
    train_on_prompt: bool = Field(default=False, description="提问部分也算损失")
    mask_history: bool = Field(default=False, description="多轮对话只学最后一轮的回答")
    mix_strategy: Mix = Field(default="concat", description="多个数据集怎样混合")
    interleave_probs: Annotated[Numbers | None, BeforeValidator(_dataset_list)] = Field(
        default=None, description="交错混合时各数据集的概率，逗号隔开"
    )
    overwrite_cache: bool = Field(default=False, description="重新分词，不用缓存")
    preprocessing_batch_size: int = Field(
        default=1000, ge=1, description="分词时一批多少条；继续预训练与打包在一批之内拼接"
    )
    preprocessing_num_workers: int | None = Field(
        default=None, ge=1, le=1024, description="分词的进程数；不写为自动"
    )
    max_samples: int | None = Field(default=None, ge=1, description="每个数据集最多用多少条")
    ignore_pad_token_for_loss: bool = Field(default=True, description="填充不算损失")
    val_size: float = Field(
        default=0.0, ge=0, description="从训练数据里留多少验证：小于 1 为比例，大于 1 为条数"
    )
    eval_on_each_dataset: bool = Field(default=False, description="每个验证集分别报告")
    packing: bool | None = Field(
        default=None, description="把样本拼成 cutoff_len 长（样本之间互不可见）；继续预训练时默认打开"
    )
    neat_packing: bool = Field(default=False, description="同 packing：财问的拼接总是互不可见")
    default_system: str | None = Field(default=None, description="代替模板默认的 system 提示")
    enable_thinking: bool | None = Field(default=True, description="推理模型的思考模式")
    preserve_thinking: bool = Field(default=False, description="推理模型保留以前各轮的思考")
    data_shared_file_system: bool = Field(default=False, description="多机共用数据所在的文件系统")
