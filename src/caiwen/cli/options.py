"""Options that several verbs share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Company = Annotated[str | None, typer.Option("--company", metavar="公司", help="公司简称、全称或代码")]
Document = Annotated[
    str | None, typer.Option("--document", metavar="文件", help="文件名（或 sha256 的开头）")
]
Item = Annotated[
    str | None, typer.Option("--item", metavar="项目", help="项目名或别名，如 营业收入、归母净利润")
]
Period = Annotated[
    str | None, typer.Option("--period", metavar="期间", help="如 2019、2019H1、2019Q3、2019年末")
]
ScopeOption = Annotated[
    str | None, typer.Option("--scope", metavar="口径", help="合并（consolidated）或 母公司（parent）")
]
StatusOption = Annotated[
    str | None,
    typer.Option(
        "--status", metavar="状态", help="已核对（verified）、未核对（unverified）、有冲突（conflict）"
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", metavar="条数", min=1, help="最多几条")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON（每行一条）")]
JsonFile = Annotated[Path | None, typer.Option("--json", metavar="文件", help="把全部数字写成 JSON")]
