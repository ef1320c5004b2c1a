"""What a configuration says about an engine: every option is declared once, here."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from caiwen.engines.protocol import Params


class EngineSettings(BaseModel):
    """语言模型：OpenAI 兼容接口（base_url、model），或本机的模型文件夹（folder）"""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    base_url: str = Field(default="http://localhost:8000/v1", description="接口地址，到 /v1 为止")
    model: str = Field(default="", description="接口里的模型名")
    folder: str = Field(
        default="", description="本机模型的文件夹（Hugging Face 格式，需要 train 附加包）；写了它就不用接口"
    )
    device: str = Field(default="auto", description="本机模型用的设备：auto、cpu、cuda")
    key_env: str = Field(default="OPENAI_API_KEY", description="存放密钥的环境变量名；密钥不写进文件")
    concurrency: int = Field(default=4, ge=1, le=256, description="同时进行的请求数")
    per_minute: float = Field(default=0, ge=0, description="每分钟最多多少次请求；0 为不限")
    retries: int = Field(default=5, ge=0, le=20, description="限流、出错或断线时最多重试几次")
    timeout: float = Field(default=120.0, gt=0, description="一次请求最多等多少秒")
    extra: dict[str, Any] = Field(
        default={}, description="原样加到请求里的字段，如 {enable_thinking: false}；值为 null 则去掉该字段"
    )
    price_in: float = Field(default=0, ge=0, description="每百万输入 token 的价格（元）；用于估算与预算")
    price_out: float = Field(default=0, ge=0, description="每百万输出 token 的价格（元）；用于估算与预算")
    max_calls: int = Field(
        default=0, ge=0, description="一共最多请求多少次（重试也算，接着做时累计）；0 为不限"
    )
    max_cost: float = Field(default=0, ge=0, description="一共最多花多少元（按单价，接着做时累计）；0 为不限")

    def params(self, temperature: float = 0.0, max_tokens: int = 1024, seed: int | None = None) -> Params:
        """How to generate, with the fields of ``extra``."""
        return Params(temperature, max_tokens, seed=seed, extra=self.extra)
