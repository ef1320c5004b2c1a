"""``caiwen series``: which macro series are there, and the figures of one."""

from __future__ import annotations

from typing import Annotated

import typer

from caiwen.cli import options
from caiwen.cli.output import say, say_json_lines, say_table, warn
from caiwen.cli.state import workspace_of
from caiwen.finance.macro.indicators import FORM_WORDS, Form, by_key, key
from caiwen.records.macro import SeriesHead, StoredPoint


def series(
    context: typer.Context,
    indicator: Annotated[str | None, typer.Argument(metavar="指标")] = None,
    region: Annotated[str | None, typer.Option(metavar="地区", help="只要这个地区")] = None,
    as_json: options.Json = False,
) -> None:
    """列出宏观数据有哪些指标、地区与起止时间；写出指标则列出它的每个数，修订前后都列。"""
    store = workspace_of(context).store
    if indicator is None:
        heads = [head for head in store.series_heads() if region in (None, head.region)]
        _heads(heads, as_json)
        return
    name = by_key().get(key(indicator), indicator)
    points = store.series_points(name, [region] if region else ())
    if as_json:
        say_json_lines(point_record(point) for point in points)
    elif not points:
        warn(f"没有「{name}」的数；caiwen series 列出有哪些指标")
    else:
        _points(points)


def _heads(heads: list[SeriesHead], as_json: bool) -> None:
    if as_json:
        names = SeriesHead.__dataclass_fields__
        say_json_lines({name: getattr(head, name) for name in names} for head in heads)
        return
    if not heads:
        warn("还没有宏观数据；用 caiwen ingest 文件 --mapping macro 读入")
        return
    rows = [[h.indicator, h.region, _form(h.form), h.unit, h.first, h.last, f"{h.count:,}"] for h in heads]
    say_table(("指标", "地区", "口径", "单位", "最早", "最近", "个数"), rows, right=("个数",))


def _points(points: list[StoredPoint]) -> None:
    rows = []
    for stored in points:
        point, where = stored.point, stored.point.observation
        place = f"{where.sheet} 第 {(where.row or 0) + 1} 行"
        value = f"{point.value:,f}{point.unit}"
        edition = "（旧版）" if stored.replaced else ""
        published = point.published or ""
        rows.append(
            [point.region, _form(point.form), point.period, value, published, stored.name + edition, place]
        )
    say_table(("地区", "口径", "时间", "数值", "公布", "文件", "位置"), rows, right=("数值",))
    say(f"共 {len(points):,} 个数")


def point_record(stored: StoredPoint) -> dict[str, object]:
    """A figure as a line of JSON; rows and columns as the sheet counts them, from 1."""
    point, where = stored.point, stored.point.observation
    return {
        "indicator": point.indicator,
        "region": point.region,
        "form": point.form,
        "period": point.period,
        "value": format(point.value, "f"),
        "unit": point.unit,
        "published": point.published,
        "document": stored.name,
        "sha256": where.document,
        "sheet": where.sheet,
        "row": None if where.row is None else where.row + 1,
        "column": None if where.column is None else where.column + 1,
        "raw": where.raw,
        "scale": where.scale,
        "replaced": stored.replaced,
    }


def _form(form: str) -> str:
    return FORM_WORDS[Form(form)] or "数值"
