"""LoRA as one autograd function: the same numbers as peft's layer, without its temporaries.

peft computes ``base(x) + B(A(x)) * s`` in four steps and keeps what autograd asks for; here the product is
added in place and the small inner product is computed again in the backward pass. It is used through
peft's own table of layer classes; whatever it does not cover goes to peft's forward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from peft.tuners.lora import Linear
from torch.nn.functional import linear

if TYPE_CHECKING:
    from peft import LoraConfig


def install(config: LoraConfig) -> None:
    """Layers that this configuration makes are fused ones."""
    config._register_custom_module({torch.nn.Linear: FusedLinear})


class FusedLinear(Linear):
    def forward(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        name, kind = self._fusible(), self._kind(x)
        if name is None or kind is None or args or kwargs:
            return super().forward(x, *args, **kwargs)
        base = self.base_layer
        a, b = self.lora_A[name].weight, self.lora_B[name].weight
        return _Fused.apply(x, base.weight, base.bias, a, b, self.scaling[name], kind)

    def _fusible(self) -> str | None:
        """The adapter to apply, if it is plain LoRA, alone, unmerged, without dropout."""
        if self.disable_adapters or self.merged or len(self.active_adapters) != 1:
            return None
        name = self.active_adapters[0]
        if name not in self.lora_A or name in self.lora_variant or self.lora_bias[name]:
            return None
        if self.training and not isinstance(self.lora_dropout[name], torch.nn.Identity):
            return None
        return name

    def _kind(self, x: torch.Tensor) -> torch.dtype | None:
        """What autocast computes in, else the one dtype of all; None when they differ."""
        if torch.is_autocast_enabled(x.device.type):
            return torch.get_autocast_dtype(x.device.type)
        adapter = next(iter(self.lora_A.values())).weight.dtype
        return x.dtype if x.dtype == self.base_layer.weight.dtype == adapter else None


class _Fused(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        a: torch.Tensor,
        b: torch.Tensor,
        scale: float,
        kind: torch.dtype,
    ) -> torch.Tensor:
        ctx.kinds = [part.dtype if part is not None else None for part in (x, weight, bias, a, b)]
        ctx.scale, ctx.shape = scale, x.shape
        flat = x.reshape(-1, x.shape[-1]).to(kind)
        weight, a, b = weight.to(kind), a.to(kind), b.to(kind)
        out = linear(flat, weight, None if bias is None else bias.to(kind))
        inner = flat @ a.T
        out.addmm_(inner, b.T, alpha=scale)
        ctx.save_for_backward(flat, weight, a, b, inner)
        return out.view(*x.shape[:-1], -1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        flat, weight, a, b, inner = ctx.saved_tensors
        grad = grad.reshape(-1, grad.shape[-1]).to(flat.dtype)
        back = (grad @ b).mul_(ctx.scale)
        need_x, need_weight, need_bias, need_a, need_b, *_ = ctx.needs_input_grad
        made = (
            (grad @ weight).addmm_(back, a).view(ctx.shape) if need_x else None,
            grad.T @ flat if need_weight else None,
            grad.sum(0) if need_bias else None,
            back.T @ flat if need_a else None,
            (grad.T @ inner).mul_(ctx.scale) if need_b else None,
        )
        cast = (part if part is None else part.to(kind) for part, kind in zip(made, ctx.kinds, strict=True))
        return (*cast, None, None)
