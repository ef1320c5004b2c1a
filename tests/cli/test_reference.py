"""The generated reference holds every command and every setting."""

from pathlib import Path

from caiwen.cli.app import command
from caiwen.cli.reference import write_reference
from caiwen.config import options


def test_reference(tmp_path: Path) -> None:
    commands, settings = write_reference(tmp_path)
    text = commands.read_text(encoding="utf-8")
    for verb in command().commands:
        assert f"## caiwen {verb}\n" in text
    assert "## caiwen facts correct\n" in text
    table = settings.read_text(encoding="utf-8")
    for option in options():
        assert f"| `{option.key}` |" in table
        assert option.description in table
