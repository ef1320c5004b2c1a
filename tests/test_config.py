from pathlib import Path

import pytest

from caiwen import config
from caiwen.config import Settings
from caiwen.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "caiwen.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rendered_file_loads_to_the_same_settings(tmp_path: Path) -> None:
    changed = config.override(Settings(), {"ingest.workers": 3, "guard.policy": "我的策略.yaml"})
    assert config.load(write(tmp_path, config.render_yaml(changed))) == changed
    assert config.load(write(tmp_path, config.render_yaml())) == Settings()


def test_every_option_is_described_and_written() -> None:
    text = config.render_yaml()
    for option in config.options():
        assert option.description, option.key
        assert f"# {option.description}" in text
        assert config.describe(option.key) == option.description


@pytest.mark.parametrize("text", ["", "ingest:\n", "# 只有注释\n", "ingest: {}\n"])
def test_empty_files_and_sections_mean_defaults(tmp_path: Path, text: str) -> None:
    assert config.load(write(tmp_path, text)) == Settings()


def test_all_errors_are_reported_at_once_with_line_and_suggestion(tmp_path: Path) -> None:
    text = "ingest:\n  worker: 2\n  memory_mb: 10\n  page_seconds: 快\nserch:\n  k: 3\n"
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, text))
    message = str(caught.value)
    assert "有 4 处错误" in message
    assert "第 2 行 ingest.worker 不是已知的设置，是不是 ingest.workers？" in message
    assert "第 3 行 ingest.memory_mb 应当不小于 64" in message
    assert "第 4 行 ingest.page_seconds 应当是数" in message
    assert "第 5 行 serch 不是已知的设置，是不是 search？" in message
    assert "caiwen.yaml" in message


def test_a_key_in_the_wrong_section_is_pointed_home(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"是不是 ingest\.workers？"):
        config.load(write(tmp_path, "workers: 2\n"))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("ingest:\n  workers: 2.5\n", "应当是整数"),
        ("ingest:\n  workers: '2'\n", "应当是整数"),
        ("ingest:\n  workers: true\n", "应当是整数"),
        ("ingest:\n  page_seconds: .nan\n", "ingest.page_seconds"),
        ("ingest: 3\n", "应当是一节"),
        ("- ingest\n", "最外层"),
        ("store:\n  url: ''\n", "不能为空"),
        ("ingest:\n  workers: 1\n  workers: 2\n", "第 3 行 ingest.workers 与第 2 行重复"),
        ("ingest: [\n", "不是合法的 YAML"),
        ("a: \x00\n", "不是合法的 YAML"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, text))
    assert part in str(caught.value)


def test_a_missing_file_and_a_wrong_encoding_say_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="caiwen init"):
        config.load(tmp_path / "caiwen.yaml")
    (tmp_path / "caiwen.yaml").write_bytes("ingest: # 读入\n".encode("gb18030"))
    with pytest.raises(ConfigError, match="UTF-8"):
        config.load(tmp_path / "caiwen.yaml")


def test_override_is_checked_too() -> None:
    with pytest.raises(ConfigError, match=r"命令行：ingest\.workers 应当不小于 0"):
        config.override(Settings(), {"ingest.workers": -1})
