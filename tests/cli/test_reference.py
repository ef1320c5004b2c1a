"""The generated reference holds every command, every setting, every formula and every calculator."""

from pathlib import Path

from caiwen.cli.app import command
from caiwen.cli.reference import write_reference
from caiwen.config import options
from caiwen.finance.formulas import formulas
from caiwen.finance.valuation import calculators
from caiwen.train.config import options as training_options


def test_reference(tmp_path: Path) -> None:
    commands, settings, training, formula_page, index = write_reference(tmp_path)
    text = commands.read_text(encoding="utf-8")
    for verb in command().commands:
        assert f"## caiwen {verb}\n" in text
    assert "## caiwen facts correct\n" in text
    table = settings.read_text(encoding="utf-8")
    for option in options():
        assert f"| `{option.key}` |" in table
        assert option.description in table
    keys = training.read_text(encoding="utf-8")
    assert all(f"| `{option.key}` |" in keys and option.description in keys for option in training_options())
    assert {"lora_rank", "cutoff_len", "caiwen.loss.kl"} <= {option.key for option in training_options()}
    formulas_text = formula_page.read_text(encoding="utf-8")
    assert all(f"| {one.name} |" in formulas_text for one in formulas().all)
    assert all(f"### {name}\n" in formulas_text for name in calculators())
    assert "[公式与计算器](formulas.md)" in index.read_text(encoding="utf-8")


def test_the_reference_in_the_repository_is_up_to_date(tmp_path: Path) -> None:
    here = Path(__file__).resolve().parents[2] / "docs" / "reference"
    stale = [
        page.name
        for page in write_reference(tmp_path)
        if not (here / page.name).is_file()
        or page.read_text("utf-8") != (here / page.name).read_text("utf-8")
    ]
    assert stale == [], "run: make docs"
