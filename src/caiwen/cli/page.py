"""``caiwen page``: the page of a fact as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caiwen.cli.output import say
from caiwen.cli.state import workspace_of
from caiwen.errors import CaiwenError

if TYPE_CHECKING:
    from PIL.Image import Image


def page(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="事实编号|文件:页码")],
    png: Annotated[Path, typer.Option("--png", metavar="图片", help="写到哪个 PNG 文件")],
    dpi: Annotated[int, typer.Option(metavar="精度", min=36, max=600, help="每英寸点数，默认 144")] = 144,
) -> None:
    """把所引的页画成图片，事实所在的单元格用红框标出。"""
    if png.suffix.lower() != ".png":
        raise CaiwenError("图片文件要以 .png 结尾", where=str(png))
    image = workspace_of(context).page_image(reference, dpi)
    save_png(image, png)
    say(f"已写出 {png}（{image.width}×{image.height}）")


def save_png(image: Image, path: Path) -> None:
    """Write beside and rename."""
    beside = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(beside, format="PNG")
    beside.replace(path)
