"""A folder of weights answers chats, as transformers itself would."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from caiwen import engines
from caiwen.engines import EngineError, EngineSettings, Params

pytest.importorskip("transformers", reason="needs the extra train")
torch = pytest.importorskip("torch", reason="needs torch")

TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
ASK = [{"role": "system", "content": "简答"}, {"role": "user", "content": "什么是商誉"}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LLaMA of a few thousand random weights with a character tokenizer."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    signs = ["<unk>", "<eos>", "<system>", "<user>", "<assistant>", *"简答什么是商誉合并成本超过份额"]
    words = models.WordLevel({sign: number for number, sign in enumerate(signs)}, unk_token="<unk>")
    made = Tokenizer(words)
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.decoder = decoders.Fuse()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>", eos_token="<eos>")
    tokenizer.add_special_tokens({"additional_special_tokens": ["<system>", "<user>", "<assistant>"]})
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(signs),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        bos_token_id=None,
        eos_token_id=1,
    )
    where = tmp_path_factory.mktemp("model") / "小模型"
    LlamaForCausalLM(config).save_pretrained(where)
    tokenizer.save_pretrained(where)
    return where


def ask(folder: Path, params: Params) -> engines.Reply:
    return asyncio.run(engines.once(engines.open(folder), ASK, params))


def test_greedy_replies_are_those_of_transformers(folder: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    ids = tokenizer.apply_chat_template(ASK, add_generation_prompt=True, return_tensors="pt")["input_ids"]
    made = model.generate(ids, max_new_tokens=12, do_sample=False, pad_token_id=1)[0, ids.shape[1] :]
    reply = ask(folder, Params(max_tokens=12))
    assert reply.text == tokenizer.decode(made, skip_special_tokens=True).strip()
    assert (reply.tokens_in, reply.tokens_out) == (ids.shape[1], len(made))
    assert reply.finish_reason == ("stop" if made[-1] == 1 else "length")


def test_a_seed_repeats_a_sample(folder: Path) -> None:
    warm = Params(temperature=1.5, max_tokens=16, seed=5)
    assert ask(folder, warm).text == ask(folder, warm).text
    assert len({ask(folder, Params(1.5, 16, seed=n)).text for n in range(6)}) > 1


def test_a_stop_string_ends_the_reply(folder: Path) -> None:
    whole = ask(folder, Params(max_tokens=12)).text
    cut = ask(folder, Params(max_tokens=12, stop=(whole[3],)))
    assert cut.text == whole[: whole.index(whole[3])]
    assert cut.finish_reason == "stop"


def test_a_cancelled_call_stops_generating(folder: Path, tmp_path: Path) -> None:
    endless = tmp_path / "不停的模型"
    shutil.copytree(folder, endless)
    for name in ("config.json", "generation_config.json"):
        told = json.loads((endless / name).read_text(encoding="utf-8"))
        (endless / name).write_text(json.dumps({**told, "eos_token_id": None}), encoding="utf-8")

    async def cancelled() -> float:
        engine = engines.open(endless)
        await engine.generate(ASK, Params(max_tokens=1))
        task = asyncio.create_task(engine.generate(ASK, Params(max_tokens=100_000, temperature=1)))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        reply = await engine.generate(ASK, Params(max_tokens=2))
        await engine.close()
        return reply.tokens_out

    assert asyncio.run(asyncio.wait_for(cancelled(), 60)) <= 2


def test_other_weights_are_another_model(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / folder.name
    shutil.copytree(folder, other)
    first, second = engines.open(folder), engines.open(other)
    assert first.model == second.model
    (other / "model.safetensors").touch()
    assert first.model != engines.open(other).model


def test_what_cannot_be_loaded(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(EngineError, match="模型载入不了") as caught:
        ask(tmp_path, Params())
    assert caught.value.where == str(tmp_path)
    with pytest.raises(EngineError, match="这里没有模型"):
        engines.open(EngineSettings(folder="没有这个文件夹"))
