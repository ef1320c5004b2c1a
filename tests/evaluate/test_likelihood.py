"""A model's likelihoods: as by hand, whatever stands beside an option in its batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from caiwen.errors import CaiwenError
from caiwen.evaluate.likelihood import ModelChooser, load_chooser

torch = pytest.importorskip("torch", reason="torch is not installed (extra: train)")
pytest.importorskip("transformers", reason="transformers is not installed (extra: train)")

OPTIONS = ["企业拥有的存货。", "资产", "负债除以资产，再乘以一百。"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with random weights and a tokenizer of characters."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = sorted(set("".join(OPTIONS)) | set("什么是存货？问答Humanssistant: \n"))
    vocabulary = {word: i for i, word in enumerate(["<s>", "</s>", "<unk>", *letters])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        bos_token_id=0,
        eos_token_id=1,
    )
    place = tmp_path_factory.mktemp("model")
    LlamaForCausalLM(config).save_pretrained(place)
    tokenizer.save_pretrained(place)
    return place


def by_hand(chooser: ModelChooser, question: str, option: str) -> float:
    prompt, answer = chooser._encoded(question, option)
    with torch.no_grad():
        told = chooser.model(torch.tensor([[*prompt, *answer]])).logits[0].log_softmax(-1)
    return sum(float(told[len(prompt) - 1 + i, token]) for i, token in enumerate(answer)) / len(answer)


def test_the_mean_log_probability_of_the_answer(folder: Path) -> None:
    chooser = load_chooser(folder, "empty")
    found = chooser.likelihoods("什么是存货？", OPTIONS)
    assert found == pytest.approx([by_hand(chooser, "什么是存货？", o) for o in OPTIONS], abs=1e-5)
    assert len(set(found)) == len(OPTIONS)


def test_what_ends_the_answer_does_not_count(folder: Path) -> None:
    chooser = load_chooser(folder, "empty")
    _, answer = chooser._encoded("什么是存货？", "资产")
    assert chooser.tokenizer.eos_token_id not in answer
    assert len(answer) == 2


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaiwenError, match="没有这个模型文件夹"):
        load_chooser(tmp_path / "无", "empty")


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaiwenError, match="模型载入失败"):
        load_chooser(tmp_path, "empty")


def test_an_adapter_that_changed_the_base_too_is_not_examined_by_half(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "base_changes.safetensors").write_bytes(b"")
    with pytest.raises(CaiwenError, match="还改了基座的层"):
        load_chooser(folder, "empty", adapter=tmp_path)
