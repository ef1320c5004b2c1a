"""From registered datasets to tables: mixing, splitting, packing, the cache, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caiwen.errors import CaiwenError, ConfigError
from caiwen.train import cache, config, data, mixture, packing, rows
from caiwen.train.table import TableWriter, TokenTable
from caiwen.train.tokens import IGNORE_INDEX, Encoded
from tests.prompts.tokenizers_here import byte_level

pytest.importorskip("datasets", reason="the extra train is not installed")


class Place:
    """Datasets on disk and the preparation of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.info: dict[str, Any] = {}
        self.tokenizer = byte_level(("<s>", "</s>"), bos_token="<s>", eos_token="</s>")

    def add(self, name: str, texts: list[Any], **entry: Any) -> None:
        """Rows whose answer is the text; a dictionary is a row as it is."""
        made = [{"instruction": "q", "output": t} if isinstance(t, str) else t for t in texts]
        lines = [json.dumps(row, ensure_ascii=False) for row in made]
        (self.folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        self.info[name] = {"file_name": f"{name}.jsonl", **entry}
        (self.folder / "dataset_info.json").write_text(json.dumps(self.info), encoding="utf-8")

    def config(self, **given: Any) -> config.TrainConfig:
        own = {"token_cache": str(self.folder / "tokens"), **given.pop("caiwen", {})}
        base = {"model_name_or_path": "m", "template": "default", "dataset_dir": str(self.folder)}
        return config.parse({**base, "preprocessing_num_workers": 1, **given, "caiwen": own})

    def prepare(self, **given: Any) -> data.Prepared:
        return data.prepare(self.config(**given), self.tokenizer)

    def answers(self, table: TokenTable) -> list[str]:
        """What every row teaches, without the end."""
        taught = [labels[labels != IGNORE_INDEX] for _, labels in map(table.row, range(len(table)))]
        return [self.tokenizer.decode(ids).removesuffix("</s>\n") for ids in taught]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.add("abc", list("abcdefghij"))
    made.add("num", list("0123456789"))
    return made


def test_rows_in_the_order_of_the_files(place: Place) -> None:
    made = place.prepare(dataset="abc,num")
    assert "".join(place.answers(made.train)) == "abcdefghij0123456789"
    ids, labels = made.train.row(3)
    assert ids.dtype == labels.dtype == np.int32
    assert place.tokenizer.decode(ids) == "Human: q</s>\nAssistant:d</s>\n"
    assert made.train.lengths[3] == len(ids) == len(labels)
    assert made.train.labels[3] == (labels != IGNORE_INDEX).sum() == 3


def test_max_samples_is_for_each_dataset(place: Place) -> None:
    assert "".join(place.answers(place.prepare(dataset="abc,num", max_samples=3).train)) == "abc012"


@pytest.mark.parametrize(
    ("strategy", "expected"), [("interleave_under", "a0b1c2"), ("interleave_over", "a0b1c2d0e1f2g0h1i2j0")]
)
def test_interleaving(strategy: str, expected: str, place: Place) -> None:
    place.add("few", list("012"))
    made = place.prepare(dataset="abc,few", mix_strategy=strategy)
    assert "".join(place.answers(made.train)) == expected


def test_interleaving_by_chance_is_seeded(place: Place) -> None:
    def order(seed: int) -> str:
        given = {"mix_strategy": "interleave_under", "interleave_probs": "0.9,0.1", "seed": seed}
        return "".join(place.answers(place.prepare(dataset="abc,num", **given).train))

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert sum(letter.isalpha() for letter in order(1)) > 5


def test_num_samples_draws_with_the_seed(place: Place) -> None:
    place.add("drawn", list("abcdefghij"), num_samples=15)
    first, again, other = (place.answers(place.prepare(dataset="drawn", seed=s).train) for s in (1, 1, 2))
    assert first == again != other
    assert len(first) == 15
    assert set(first) == set("abcdefghij")


@pytest.mark.parametrize(("size", "held"), [(0.2, 4), (5, 5)])
def test_a_part_held_out(size: float, held: int, place: Place) -> None:
    made = place.prepare(dataset="abc,num", val_size=size)
    kept, out = (place.answers(t) for t in (made.train, made.validation["validation"]))
    assert len(out) == held
    assert sorted(kept + out) == sorted("abcdefghij0123456789")


def test_a_part_held_out_that_is_everything(place: Place) -> None:
    with pytest.raises(ConfigError, match="val_size 30 太大：数据一共 10 条"):
        place.prepare(dataset="abc", val_size=30)


def test_validation_sets(place: Place) -> None:
    both = place.prepare(dataset="abc", eval_dataset="num,abc").validation
    assert [(name, len(table)) for name, table in both.items()] == [("validation", 20)]
    each = place.prepare(dataset="abc", eval_dataset="num,abc", eval_on_each_dataset=True)
    assert [(name, len(table)) for name, table in each.validation.items()] == [("num", 10), ("abc", 10)]
    assert each.report.validation["num"].rows == 10


@pytest.mark.parametrize(("share", "count"), [(0.5, 10), (0.1, 1), (0.0, 0)])
def test_replay_is_a_share_of_all(share: float, count: int, place: Place) -> None:
    replay = {"replay": {"dataset": "num", "share": share}}
    answers = place.answers(place.prepare(dataset="abc", caiwen=replay).train)
    assert answers[:10] == list("abcdefghij")
    assert len(answers) == 10 + count
    assert len(set(answers)) == len(answers)


def test_a_stage_has_its_own_data(place: Place) -> None:
    stages = {"stages": [{"name": "s", "dataset": "num", "max_samples": 2}]}
    wanted = place.config(dataset="abc", caiwen=stages)
    made = data.prepare(wanted, place.tokenizer, stage=wanted.caiwen.stages[0])
    assert place.answers(made.train) == ["0", "1"]


BROKEN = [
    {"instruction": "q", "output": "x"},
    {"instruction": "q"},
    ["y"],
    {"instruction": "q", "output": "z"},
]


def test_broken_rows_are_told_by_line(place: Place) -> None:
    place.add("bad", BROKEN)
    with pytest.raises(ConfigError) as error:
        place.prepare(dataset="abc,bad")
    told = str(error.value)
    assert "数据集 bad 有残缺的行：第 2 行 没有回答（output）；第 3 行 不是一个对象" in told
    assert "broken_rows: skip" in told


def test_broken_rows_skipped(place: Place) -> None:
    place.add("bad", BROKEN)
    made = place.prepare(dataset="bad,abc", max_samples=3, caiwen={"broken_rows": "skip"})
    assert "".join(place.answers(made.train)) == "xabc"  # the broken ones count among the three
    assert made.report.datasets["bad"].broken == 2
    assert "第 2 行" in made.report.notes[0]


def test_rows_without_anything_to_learn(place: Place) -> None:
    place.add("bad", ["x", ""])
    with pytest.raises(ConfigError, match="数据集 bad 有 1 条没有可学的 token（回答是空的）：第 2 行"):
        place.prepare(dataset="bad", template="empty")
    made = place.prepare(dataset="bad", template="empty", caiwen={"broken_rows": "skip"})
    assert place.answers(made.train) == ["x"]


def test_a_cutoff_that_leaves_nothing_to_learn(place: Place) -> None:
    place.add("long", [{"instruction": "q" * 500, "output": "a" * 3}])
    with pytest.raises(ConfigError, match="没有可学的 token（cutoff_len=2 太小，回答放不下）：第 1 行"):
        place.prepare(dataset="long", cutoff_len=2)


def test_empty_answers_are_told(place: Place) -> None:
    place.add("hollow", ["x", "", " "])
    notes = place.prepare(dataset="hollow").report.notes
    assert notes == ["数据集 hollow 有 2 条回答是空的，只学到结束符：第 2 行、第 3 行"]


def test_columns_left_unread_are_told(place: Place) -> None:
    place.add("old", [{"instruction": "q", "output": "x", "history": [["a", "b"]]}])
    assert "history 列没有登记在 columns 里" in place.prepare(dataset="old").report.notes[0]


def test_statistics(place: Place) -> None:
    place.add("long", ["x" * 10, "y" * 100])
    told = place.prepare(dataset="long", cutoff_len=60).report.train
    assert (told.rows, told.shortest, told.longest, told.truncated) == (2, 32, 60, 1)
    assert told.lost == 122 - 60
    assert told.tokens == 92


def test_tokenised_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    first = place.prepare(dataset="abc")
    monkeypatch.setattr(cache, "_encode", None)  # would fail if anything were tokenised again
    again = place.prepare(dataset="abc")
    assert place.answers(first.train) == place.answers(again.train)
    assert again.report == first.report
    with pytest.raises(TypeError):
        place.prepare(dataset="abc", overwrite_cache=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"cutoff_len": 30},
        {"template": "alpaca"},
        {"train_on_prompt": True},
        {"mask_history": True},
        {"max_samples": 2},
    ],
)
def test_other_settings_are_tokenised_anew(changed: dict[str, Any], place: Place) -> None:
    place.prepare(dataset="abc")
    place.prepare(dataset="abc", **changed)
    assert len(list((place.folder / "tokens").iterdir())) == 2


def test_other_content_and_another_tokenizer_are_tokenised_anew(place: Place) -> None:
    place.prepare(dataset="abc")
    place.add("abc", list("xyz"))
    assert place.answers(place.prepare(dataset="abc").train) == ["x", "y", "z"]
    place.tokenizer.add_tokens(["xyz"])
    place.prepare(dataset="abc")
    assert len(list((place.folder / "tokens").iterdir())) == 3


def test_another_place_with_the_same_content_is_not(place: Place) -> None:
    place.prepare(dataset="abc")
    place.add("again", list("abcdefghij"))
    place.prepare(dataset="again")
    assert len(list((place.folder / "tokens").iterdir())) == 1


def test_worker_processes_give_the_same_rows(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_BATCH", 3)
    monkeypatch.setattr(cache, "_FEW", 3)
    place.add(
        "many", [{"instruction": f"q{n}", "output": f"答{n}"} if n != 17 else ["broken"] for n in range(40)]
    )
    skip = {"broken_rows": "skip"}
    alone = place.prepare(dataset="many", caiwen=skip)
    shared = place.prepare(dataset="many", preprocessing_num_workers=2, overwrite_cache=True, caiwen=skip)
    assert place.answers(shared.train) == place.answers(alone.train)
    assert shared.report.datasets == alone.report.datasets
    assert shared.report.datasets["many"].broken_places == [("第 18 行", "不是一个对象")]


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    rows = [Encoded(np.arange(3, dtype=np.int32), np.ones(3, dtype=bool), 3)]
    with TableWriter(tmp_path / "t") as writer:
        writer.write(rows)
        assert list(tmp_path.glob("t*")) == []  # not yet under its name
    assert list(tmp_path.iterdir()) == []  # left without finish: nothing stays


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CaiwenError, match="分词结果写不下去"), TableWriter(tmp_path / "file" / "t"):
        pass


def table(tmp_path: Path, lengths: list[int]) -> TokenTable:
    with TableWriter(tmp_path / f"table{len(lengths)}{sum(lengths)}") as writer:
        for first, n in enumerate(lengths):
            ids = np.arange(100 * first, 100 * first + n, dtype=np.int32)
            writer.write([Encoded(ids, ids % 2 == 0, n)])
        return writer.finish({}).all_rows()


def test_samples_packed_greedily(tmp_path: Path) -> None:
    """The longest that fits goes first; of equals the last; what is too long is left out."""
    made = packing.pack(table(tmp_path, [3, 9, 4, 4, 12, 1]), 10, 1000, None)
    assert made.packs == [[1, 5], [3, 2], [0]]
    assert [made.segments(i) for i in range(3)] == [[9, 1], [4, 4], [3]]
    assert made.lengths.tolist() == [10, 8, 3]
    ids, labels = made.row(1)
    assert ids.tolist() == [300, 301, 302, 303, 200, 201, 202, 203]
    assert labels.tolist() == [300, -100, 302, -100, 200, -100, 202, -100]
    assert made.select(np.array([2])).segments(0) == [3]


def test_packed_within_batches(tmp_path: Path) -> None:
    made = packing.pack(table(tmp_path, [5] * 5), 10, 2, None)
    assert made.packs == [[1, 0], [3, 2], [4]]


@pytest.mark.parametrize(
    ("count", "size", "workers", "expected"),
    [
        (5, 2, None, [(0, 2), (2, 4), (4, 5)]),
        (7, 2, 3, [(0, 2), (2, 3), (3, 5), (5, 7)]),
        (2, 10, 8, [(0, 1), (1, 2)]),
        (0, 10, 8, []),
    ],
)
def test_batches_of_processes(
    count: int, size: int, workers: int | None, expected: list[tuple[int, int]]
) -> None:
    assert list(packing.batches(count, size, workers)) == expected


def test_texts_cut_from_one_stream(tmp_path: Path) -> None:
    texts = table(tmp_path, [3, 4, 5, 2])
    made = packing.cut_stream(texts, 5, 3, None, first=None, folder=tmp_path)
    assert [made.row(i)[0].tolist() for i in range(len(made))] == [
        [0, 1, 2, 100, 101],
        [102, 103, 200, 201, 202],
    ]
    begun = packing.cut_stream(texts, 5, 3, None, first=7, folder=tmp_path)
    assert [begun.row(i)[0][0] for i in range(2)] == [7, 7]
    assert (begun.labels == 5).all()


def test_continued_pre_training(place: Place) -> None:
    place.add("texts", [{"text": "ab"}, {"text": "cde"}], columns={"prompt": "text"})
    told = place.prepare(dataset="texts", stage="pt", packing=False)
    assert [place.tokenizer.decode(told.train.row(i)[0]) for i in range(2)] == ["ab</s>", "cde</s>"]
    joined = place.prepare(dataset="texts", stage="pt", cutoff_len=3)
    assert [place.tokenizer.decode(joined.train.row(i)[0]) for i in range(2)] == ["ab</s>", "cde"]
    with pytest.raises(ConfigError, match="没有一条可用的样本"):
        place.prepare(dataset="texts", stage="pt", cutoff_len=300)


def test_every_text_for_a_tokenizer(place: Place) -> None:
    place.add("bad", BROKEN)
    assert list(rows.texts(place.config(dataset="bad"))) == ["q", "x", "q", "z"]


def test_mixing_counts_broken_rows_as_llama_factory_does(tmp_path: Path) -> None:
    """Their place is kept until the order is made, so the order is the peer's."""
    stored = table(tmp_path, [1, 0, 1]).parts
    mixed = mixture.mix(stored, most=2)
    assert mixed.lengths.tolist() == [1, 0]


def test_what_another_process_has_put_there_stays(tmp_path: Path) -> None:
    rows = [Encoded(np.arange(3, dtype=np.int32), np.ones(3, dtype=bool), 3)]
    other = TableWriter(tmp_path / "t")
    other.beside = tmp_path / ".other.part"  # as another process calls it
    with TableWriter(tmp_path / "t") as first, other as second:
        first.write(rows)
        second.write(rows)
        mine = first.finish({"who": 1})
        assert second.finish({"who": 2}).about == {"who": 1}
    assert mine.row(0)[0].tolist() == [0, 1, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["t"]
