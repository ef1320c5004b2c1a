from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from caiwen.cli import main
from caiwen.records import Basis, Span, Status
from caiwen.workspace import Workspace
from tests.store import make

REPORT = "甲_2020年年度报告.pdf"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The workspace that the demo leaves (nobody may change it), and what the demo printed."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    out = StringIO()
    with redirect_stdout(out):
        assert main(["demo", str(folder), "--no-train"]) == 0
    return folder, out.getvalue()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two years of one company's revenue, a balance in conflict and a text fact, without any file behind."""
    made = Workspace.init(tmp_path / "工作区")
    facts = [
        make.fact(REPORT, "158190563.48", status=Status.VERIFIED),
        make.fact(REPORT, "126690000.00", period="2019", row=4, basis=Basis.COMPARATIVE),
        make.fact(REPORT, "-5.00", item="存货", row=5, span=Span.INSTANT, status=Status.CONFLICT),
        make.fact(REPORT, None, item="法定代表人", row=6, text="[red]王某", unit=None, raw="[red]王某"),
    ]
    passage = make.passage(REPORT, 0, "公司主要从事冷链设备的研发与制造。", section="第三节 / 主要业务")
    make.add(made.store, REPORT, *facts, passages=[passage])
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run one command line in an empty folder; exit code, stdout, stderr."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        seen = capsys.readouterr()
        return code, seen.out, seen.err

    return call
