"""What every command shares: help, errors, exit codes, where output goes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from caiwen import __version__
from caiwen.cli import hoist
from caiwen.cli.app import command
from caiwen.workspace import Workspace
from tests.cli.conftest import REPORT, Run


def test_options_of_every_command_may_stand_anywhere() -> None:
    assert hoist(["facts", "--workspace", "w", "--json", "--debug"]) == [
        "--workspace",
        "w",
        "--debug",
        "facts",
        "--json",
    ]
    assert hoist(["ask", "--workspace=w", "问"]) == ["--workspace=w", "ask", "问"]
    assert hoist(["ask", "--", "--debug"]) == ["ask", "--", "--debug"]


@pytest.mark.parametrize("where", ["before", "after"])
def test_workspace_before_and_after_the_verb(run: Run, workspace: Workspace, where: str) -> None:
    verb, folder = ["documents"], ["--workspace", str(workspace.folder)]
    code, out, _ = run(*(folder + verb if where == "before" else verb + folder))
    assert code == 0
    assert REPORT in out


def test_workspace_is_found_upwards(run: Run, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    below = workspace.folder / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert run("documents")[0] == 0


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"caiwen {__version__}\n", "")


def test_help_is_chinese_and_lists_every_command(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert "用法：caiwen [选项] 命令 …" in out
    for verb in command().commands:
        assert f"\n  {verb}" in out
    for english in ("Usage", "Options", "Commands", "Show this"):
        assert english not in out


def test_every_command_has_help_in_chinese(run: Run) -> None:
    for name, verb in command().commands.items():
        code, out, _ = run(name, "--help")
        assert code == 0
        assert out.startswith(f"用法：caiwen {name}")
        for parameter in verb.params:
            assert parameter.name == "help" or parameter.param_type_name == "argument" or parameter.help, (
                name,
                parameter.name,
            )


@pytest.mark.parametrize("words", [[], ["eval"]])
def test_nothing_named_shows_the_help_as_a_mistake(run: Run, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("用法：caiwen")
    assert "命令：" in err


def test_help_of_a_setting_comes_from_its_declaration(run: Run) -> None:
    from caiwen.config import describe

    assert describe("ingest.workers") in run("ingest", "--help")[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fact"], "没有命令 fact"),
        (["facts", "--compny", "甲"], "没有选项 --compny"),
        (["search"], "缺少 词语"),
        (["page", "x"], "缺少 --png"),
        (["search", "词", "-k", "多"], "-k 的值不对：应当是整数"),
        (["search", "词", "-k", "0"], "-k 的值不对：应当不小于 1"),
        (["facts", "correct", "x"], "缺少 --value"),
        (["init", "a", "b"], "多出的参数：b"),
        (["search", "词", "-k"], "选项 -k 后面缺少它的值"),
        (["facts", "--workspace"], "选项 --workspace 后面缺少它的值"),
        (["facts", "--json=1"], "选项 --json 后面不带值"),
    ],
)
def test_mistyped_command_lines(run: Run, words: list[str], message: str) -> None:
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    assert message in err
    assert len(err.splitlines()) <= 2


def test_mistyped_command_suggests_the_nearest(run: Run) -> None:
    assert "是不是 facts？" in run("fact")[2]


def test_no_workspace_says_what_to_do(run: Run) -> None:
    code, out, err = run("facts")
    assert (code, out) == (2, "")
    assert "caiwen init" in err
    assert len(err.splitlines()) == 2


def test_debug_shows_the_trace(run: Run) -> None:
    assert "Traceback" not in run("facts")[2]
    assert "Traceback" in run("facts", "--debug")[2]


def test_a_wrong_setting_names_file_and_line(run: Run, workspace: Workspace) -> None:
    (workspace.folder / "caiwen.yaml").write_text("ingest:\n  worker: 2\n", encoding="utf-8")
    code, _, err = run("documents", "--workspace", workspace.folder)
    assert code == 2
    assert "第 2 行" in err
    assert "ingest.workers" in err


def _process(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))} | environment
    argv = [sys.executable, "-m", "caiwen.cli", *words]
    return subprocess.run(argv, capture_output=True, env=env, timeout=60, check=False)


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_output_is_utf8_whatever_the_locale(locale: str) -> None:
    done = _process("--help", LC_ALL=locale)
    assert done.returncode == 0
    assert "用法" in done.stdout.decode("utf-8")


def test_chinese_arguments_under_an_old_locale(workspace: Workspace) -> None:
    words = ("--workspace", str(workspace.folder), "facts", "--item", "营业收入", "--period", "2020")
    done = _process(*words, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode == 0, done.stderr.decode()
    assert "158,190,563.48" in done.stdout.decode("utf-8")


def test_ascii_streams_do_not_break_chinese() -> None:
    done = _process("--help", PYTHONIOENCODING="ascii")
    assert "用法" in done.stdout.decode("utf-8")


def test_a_closed_pipe_is_no_error(workspace: Workspace) -> None:
    line = f'"{sys.executable}" -m caiwen.cli --workspace "$1" config show | true; echo "${{PIPESTATUS[0]}}"'
    argv = ["bash", "-c", line, "-", str(workspace.folder)]
    done = subprocess.run(argv, capture_output=True, timeout=60, check=False)
    assert done.stderr.decode() in ("", f"# {workspace.folder / 'caiwen.yaml'}\n")
    assert done.stdout.strip() in (b"141", b"0")


def test_a_defect_exits_with_one_and_two_lines(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "import caiwen.cli as cli\n"
        "cli._run = lambda arguments: 1 // 0\n"
        "sys.argv = ['caiwen', 'facts']\n"
        "sys.exit(cli.main())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=False)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert lines[0].startswith("程序缺陷：ZeroDivisionError")
    assert len(lines) == 2
