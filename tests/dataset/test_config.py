"""The configuration of a build: declared once, strict, every error told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.dataset.config import load, parse
from caiwen.dataset.generators.wording import templates
from caiwen.errors import ConfigError

CONFIGS = sorted((Path(__file__).resolve().parents[2] / "configs").glob("dataset_*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_shipped_configurations_load_and_their_templates_too(path: Path) -> None:
    config = load(path)
    assert templates(config.templates)


def test_unknown_keys_are_told_together_with_the_nearest_known_one() -> None:
    data = {"name": "a", "sed": 1, "generators": {"facts": {"wording": 2}}, "checks": {"jacard": 0.5}}
    with pytest.raises(ConfigError) as caught:
        parse(data, "我的.yaml")
    text = str(caught.value)
    assert "sed 不是已知的设置，是不是 seed" in text
    assert "generators.facts.wording 不是已知的设置，是不是 wordings" in text
    assert "checks.jacard 不是已知的设置，是不是 jaccard" in text


def test_wrong_values_and_missing_names_are_told() -> None:
    with pytest.raises(ConfigError, match="缺少 name"):
        parse({"generators": {"facts": {}}}, "a")
    with pytest.raises(ConfigError, match="limit 的值不对"):
        parse({"name": "a", "limit": 0, "generators": {"facts": {}}}, "a")


def test_a_configuration_without_generators_makes_nothing() -> None:
    with pytest.raises(ConfigError, match="没有启用任何生成器"):
        parse({"name": "a"}, "a")


def test_sections_named_without_anything_below_mean_their_defaults() -> None:
    config = parse({"name": "a", "generators": {"turns": None}, "corpus": None}, "a")
    assert config.generators.turns is not None
    assert config.corpus is not None
    assert config.corpus.max_chars == 2000


def test_files_that_are_no_yaml_or_are_not_there(tmp_path: Path) -> None:
    broken = tmp_path / "a.yaml"
    broken.write_text("name: [1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="不是合法的 YAML"):
        load(broken)
    with pytest.raises(ConfigError, match="读不出来"):
        load(tmp_path / "b.yaml")


def test_templates_of_unknown_kinds_and_with_unknown_fields_are_refused_together() -> None:
    own = {"lookup": {"questions": ["{c}{year}的{i}？"]}, "lokup": {"questions": ["{c}"]}}
    with pytest.raises(ConfigError) as caught:
        templates(own, "d.templates")
    assert "未知的字段 {year}" in str(caught.value)
    assert "没有“lokup”这类模板" in str(caught.value)


def test_own_templates_replace_the_shipped_ones_of_their_kind_only() -> None:
    made = templates({"lookup": {"questions": ["{c}{p}{i}几何？"]}})
    assert made["lookup"]["questions"] == ["{c}{p}{i}几何？"]
    assert made["lookup"]["answers"] == templates()["lookup"]["answers"]
    assert len(templates()["lookup"]["questions"]) > 5


def test_an_unknown_knowledge_point_is_told_with_the_nearest_one() -> None:
    data = {"name": "a", "select": {"points": ["偿债能力", "盈利能里"]}, "generators": {"facts": {}}}
    with pytest.raises(ConfigError, match="没有名为“盈利能里”的知识点，是不是“盈利能力”"):
        parse(data, "a")
