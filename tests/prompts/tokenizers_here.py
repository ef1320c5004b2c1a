"""Small tokenizers made on the spot, of the kinds that the models have."""

from __future__ import annotations

from typing import Any

LLAMA3 = ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
QWEN = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>")


def byte_level(special: tuple[str, ...] = (), **names: str) -> Any:
    """One token a byte, and the special tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(list(special))
    return PreTrainedTokenizerFast(tokenizer_object=made, **names)


def llama3() -> Any:
    return byte_level(LLAMA3, bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>")


def qwen() -> Any:
    return byte_level(QWEN, eos_token="<|endoftext|>", pad_token="<|endoftext|>")


def llama2() -> Any:
    """A space before every text, as SentencePiece has it: where a piece begins shows in the tokens."""
    from tokenizers import Tokenizer, decoders, models, normalizers
    from transformers import PreTrainedTokenizerFast

    marks = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), "▁", "a", "▁a"]
    vocabulary = {mark: i for i, mark in enumerate(marks)}
    made = Tokenizer(models.BPE(vocabulary, [("▁", "a")], unk_token="<unk>", byte_fallback=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.add_special_tokens(["<s>", "</s>"])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>", add_bos_token=True
    )


KINDS = {"llama2": llama2, "llama3": llama3, "qwen": qwen}
