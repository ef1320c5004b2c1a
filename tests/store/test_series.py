"""Macro figures in the store: revised figures beside the first ones, newer editions of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.workspace import Workspace

HEAD = "指标,地区,时间,数值,单位,公布日期\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.init(tmp_path / "w")


def put(workspace: Workspace, path: Path, *lines: str) -> None:
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    assert workspace.ingest([path], mapping="macro").failures == ()


def figures(workspace: Workspace) -> list[tuple[str, str, str | None, bool]]:
    points = workspace.store.series_points("国内生产总值")
    return [(p.point.period, str(p.point.value), p.point.published, p.replaced) for p in points]


def test_a_newer_edition_keeps_what_it_revised(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "gdp.csv"
    put(workspace, path, "GDP,临江省,2023,100,亿元,", "GDP,临江省,2022,90,亿元,")
    put(workspace, path, "GDP,临江省,2023,103,亿元,", "GDP,临江省,2022,90,亿元,", "GDP,临江省,2024,110,亿元,")
    assert figures(workspace) == [
        ("2022", "9000000000", None, False),
        ("2023", "10000000000", None, True),
        ("2023", "10300000000", None, False),
        ("2024", "11000000000", None, False),
    ]
    assert len(workspace.documents()) == 1
    workspace.ingest([path], mapping="macro", force=True)
    assert len(figures(workspace)) == 4  # read again: the earlier edition's figure stays
    workspace.remove("gdp.csv")
    assert figures(workspace) == []


def test_two_files_stand_beside_each_other(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, tmp_path / "1.csv", "GDP,临江省,2023,100,亿元,2024-01-19")
    put(workspace, tmp_path / "2.csv", "GDP,临江省,2023,103,亿元,2024-12-27")
    assert [f[2] for f in figures(workspace)] == ["2024-01-19", "2024-12-27"]
    (head,) = workspace.store.series_heads()
    assert (head.indicator, head.region, head.form, head.first, head.count) == (
        "国内生产总值",
        "临江省",
        "value",
        "2023",
        2,
    )


def test_a_change_of_figures_changes_the_version(workspace: Workspace, tmp_path: Path) -> None:
    before = workspace.store.version()
    put(workspace, tmp_path / "1.csv", "GDP,临江省,2023,100,亿元,2024-01-19")
    assert workspace.store.version() != before


def test_a_database_read_anew_keeps_the_first_figures(workspace: Workspace, tmp_path: Path) -> None:
    from sqlalchemy import create_engine, text

    url = f"sqlite:///{tmp_path / 'v.db'}"
    engine = create_engine(url)
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "name: 库\ntables:\n  - {table: t, layout: series, item: i, period: p, value: v, unit_column: u}\n",
        encoding="utf-8",
    )
    with engine.begin() as connection:
        connection.execute(text("create table t (i text, p text, v text, u text)"))
        connection.execute(text("insert into t values ('GDP', '2023', '100', '亿元')"))
    workspace.ingest([url], mapping=mapping)
    with engine.begin() as connection:
        connection.execute(text("update t set v = '103'"))
    workspace.ingest([url], mapping=mapping)
    assert [(f[1], f[3]) for f in figures(workspace)] == [("10000000000", True), ("10300000000", False)]
