"""The curves of a run as pictures, with Chinese labels from a font that travels with caiwen."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caiwen.errors import MissingExtraError
from caiwen.train import watcher

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMES = ("loss.png", "loss.svg")
_FONT = "DroidSansFallback-subset.ttf"


@dataclass
class Curves:
    """Points (step over all stages, value). ``starts``: where each stage begins, with its name."""

    lines: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    starts: list[tuple[int, str]] = field(default_factory=list)

    def put(self, name: str, step: int, value: float) -> None:
        self.lines.setdefault(name, []).append((step, value))


def gather(records: Sequence[dict[str, Any]]) -> Curves:
    """The curves of ``metrics.jsonl``; stages stand one behind the other."""
    made, offset, last, stage = Curves(), 0, 0, None
    for record in records:
        if record["stage"] != stage:
            stage, offset = record["stage"], offset + last
            made.starts.append((offset, stage))
        last = record["step"]
        for name, value in record.items():
            if name in ("loss", "ce", "kl") or (name.startswith("eval_") and name.endswith("loss")):
                made.put(name, offset + last, value)
    return made


def draw(folder: Path) -> list[Path]:
    """``loss.png`` and ``loss.svg`` from ``metrics.jsonl``; nothing when there is no loss to show."""
    curves = gather(list(watcher.read(folder / "metrics.jsonl")))
    if "loss" not in curves.lines:
        return []
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            "画损失曲线需要 matplotlib",
            where="plot_loss",
            hint="pip install 'caiwen[train]'，或写 plot_loss: false",
        ) from error
    with ExitStack() as stack:
        stack.enter_context(rc_context({"font.family": _fonts(stack), "axes.unicode_minus": False}))
        figure = Figure(figsize=(9, 6 if "kl" in curves.lines else 4.5), dpi=150, layout="constrained")
        _panels(figure, curves)
        for name in NAMES:  # letters become paths: the SVG needs no font where it is read
            figure.savefig(folder / name, metadata={"Date": None} if name.endswith("svg") else None)
    return [folder / name for name in NAMES]


def _fonts(stack: ExitStack) -> list[str]:
    from matplotlib import font_manager

    path = stack.enter_context(as_file(files("caiwen.train").joinpath("fonts", _FONT)))
    font_manager.fontManager.addfont(path)
    return ["DejaVu Sans", font_manager.FontProperties(fname=path).get_name()]


def _panels(figure: Figure, curves: Curves) -> None:
    with_kl = "kl" in curves.lines
    panels = figure.subplots(2 if with_kl else 1, 1, sharex=True, squeeze=False)[:, 0]
    _losses(panels[0], curves)
    if with_kl:
        _line(panels[1], curves.lines["kl"], "KL 散度", "tab:purple")
        panels[1].set_ylabel("KL 散度")
        panels[1].grid(alpha=0.3)
    panels[-1].set_xlabel("步数")
    figure.suptitle("训练损失")


def _losses(axes: Axes, curves: Curves) -> None:
    _line(axes, curves.lines["loss"], "训练损失", "tab:blue")
    if "ce" in curves.lines:
        _line(axes, curves.lines["ce"], "交叉熵", "tab:green")
    colors = iter(["tab:orange", "tab:red", "tab:brown", "tab:pink", "tab:olive", "tab:cyan"] * 20)
    for name, points in curves.lines.items():
        if name.startswith("eval_"):
            which = name.removeprefix("eval_").removesuffix("loss").rstrip("_")
            label = f"验证损失（{which}）" if which else "验证损失"
            axes.plot(*zip(*points, strict=True), "o-", markersize=3, label=label, color=next(colors))
    for start, name in curves.starts:
        if name:
            axes.axvline(start, color="gray", linewidth=0.8, linestyle=":")
            axes.annotate(
                name,
                (start, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(3, -10),
                textcoords="offset points",
                fontsize=8,
            )
    axes.set_ylabel("损失（每个学习的 token）")
    axes.grid(alpha=0.3)
    axes.legend()


def _line(axes: Axes, points: Sequence[tuple[int, float]], label: str, color: str) -> None:
    """The values themselves pale, smoothed on top when there are enough of them."""
    steps, values = zip(*points, strict=True)
    if len(values) < 20:
        axes.plot(steps, values, color=color, label=label)
        return
    axes.plot(steps, values, color=color, alpha=0.25, linewidth=0.8)
    axes.plot(steps, smoothed(values), color=color, label=f"{label}（平滑）")


def smoothed(values: Sequence[float]) -> list[float]:
    """Mean over neighbours on both sides, a twentieth of the curve in all."""
    reach = max(2, len(values) // 40)
    spans = (values[max(0, n - reach) : n + reach + 1] for n in range(len(values)))
    return [sum(span) / len(span) for span in spans]
