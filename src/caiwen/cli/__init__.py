"""The command line: parse, call, print. Only this file catches errors.

Exit codes: 0 done; 2 bad input or surroundings (one or two lines say what, where, what to do); 1 a defect of
caiwen; 130 interrupted; 141 the reader of the output went away.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType

from caiwen.errors import CaiwenError

DEBUG = "--debug"
WORKSPACE = "--workspace"
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; a defect propagates to ``sys.excepthook``."""
    from caiwen.cli.output import leave_closed_pipe, speak_utf8, warn

    if argv is None:
        start_in_utf8()
    words = list(sys.argv[1:] if argv is None else argv)
    debug = DEBUG in words[: words.index("--") if "--" in words else None]
    if argv is None and not debug:
        sys.excepthook = report_defect
    speak_utf8()
    try:
        code = _run(hoist(words))
        sys.stdout.flush()
    except BrokenPipeError:
        leave_closed_pipe()
    except KeyboardInterrupt:
        warn("已中断")
        return INTERRUPTED
    except CaiwenError as error:
        if debug:
            traceback.print_exc()
        report(error)
        return 2
    return code


def start_in_utf8() -> None:
    """Under an old locale Python reads Chinese arguments and file names wrongly: start over in its UTF-8 mode."""
    if sys.getfilesystemencoding().lower() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "caiwen.cli", *sys.argv[1:]])


def hoist(argv: Sequence[str]) -> list[str]:
    """Options of every command (--workspace, --debug) may stand anywhere: move them before the verb."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == WORKSPACE:
            if (value := next(words, None)) is None:
                raise CaiwenError(f"选项 {WORKSPACE} 后面缺少它的值")
            front += [word, value]
        elif word == DEBUG or word.startswith(f"{WORKSPACE}="):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def _run(arguments: list[str]) -> int:
    import typer

    from caiwen.cli.app import command
    from caiwen.cli.usage import explain, explain_system

    try:
        result = command().main(arguments, prog_name="caiwen", standalone_mode=False)
    except typer.TyperException as error:
        raise explain(error) from error
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except OSError as error:
        raise explain_system(error) from error
    return result if isinstance(result, int) else 0


def report(error: CaiwenError) -> None:
    """One line says what and where, a second one what to do."""
    from caiwen.cli.output import warn

    warn(f"错误：{error.where}：{error.message}" if error.where else f"错误：{error.message}")
    if error.hint:
        warn(f"  {error.hint}")


def report_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last resort for a program: Python exits with 1 after this hook."""
    place = traceback.extract_tb(trace)[-1] if trace is not None else None
    where = f"（{os.path.basename(place.filename)}:{place.lineno}）" if place else ""
    sys.stderr.write(f"程序缺陷：{kind.__name__}: {error}{where}\n")
    sys.stderr.write("  这不是您的输入造成的；加 --debug 再运行一次可得到完整的调用栈，请附上它报告问题\n")
