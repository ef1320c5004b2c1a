"""Registered datasets and their rows: LLaMA-Factory's rules for columns and tags, and broken rows by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caiwen.errors import ConfigError, NotFoundError
from caiwen.train import files, registry
from caiwen.train.columns import missing, unused
from caiwen.train.registry import Layout, Source
from caiwen.train.rows import BrokenRowError, convert

COLUMNS = {"prompt": "q", "query": "more", "response": "a", "history": "past", "system": "who"}


def source(tmp_path: Path, entry: dict[str, Any], name: str = "d") -> Source:
    (tmp_path / "dataset_info.json").write_text(json.dumps({name: entry}), encoding="utf-8")
    return registry.sources((name,), str(tmp_path))[0]


def layout(tmp_path: Path, **entry: Any) -> Layout:
    return source(tmp_path, {"file_name": "x.json", **entry}).layout


def talk(
    *texts: str, who: str = "from", what: str = "value", asks: str = "human", tells: str = "gpt"
) -> list[Any]:
    return [{who: tells if i % 2 else asks, what: text} for i, text in enumerate(texts)]


def broken(record: Any, shape: Layout, **more: Any) -> str:
    with pytest.raises(BrokenRowError) as error:
        convert(record, shape, **more)
    return str(error.value)


def test_alpaca() -> None:
    row = convert({"instruction": "问", "input": "材料", "output": "答", "history": [["a", "b"]]}, Layout())
    assert [tuple(m) for m in row.messages] == [("user", "问\n材料"), ("assistant", "答")]


def test_alpaca_with_all_columns(tmp_path: Path) -> None:
    record = {"q": "问", "more": "", "a": "答", "past": [["一", "二"]], "who": "你是财问"}
    row = convert(record, layout(tmp_path, columns=COLUMNS))
    assert [m.content for m in row.messages] == ["一", "二", "问", "答"]
    assert row.system == "你是财问"


def test_columns_not_listed_are_absent(tmp_path: Path) -> None:
    """LLaMA-Factory's trap: with ``columns`` written, ``input`` and ``history`` are not read any more."""
    shape = layout(tmp_path, columns={"prompt": "instruction", "response": "output"})
    row = convert({"instruction": "问", "input": "材料", "output": "答", "history": [["a", "b"]]}, shape)
    assert [m.content for m in row.messages] == ["问", "答"]


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"instruction": "问", "output": None}, "没有回答（output）"),
        ({"instruction": "问"}, "没有回答（output）"),
        ({"instruction": "问", "output": 5}, "output 不是文字，是 数"),
        ({"instruction": ["问"], "output": "答"}, "instruction 不是文字，是 列表"),
        ({"instruction": "问\ud83d", "output": "答"}, "半个字符"),
        (["问", "答"], "不是一个对象"),
    ],
)
def test_broken_alpaca(record: Any, told: str) -> None:
    assert told in broken(record, Layout())


@pytest.mark.parametrize("past", ["text", [["one"]], [["a", None]], [{"q": "a"}]])
def test_broken_history(past: Any, tmp_path: Path) -> None:
    assert "past" in broken({"q": "问", "a": "答", "past": past}, layout(tmp_path, columns=COLUMNS))


def test_an_empty_answer_is_a_row() -> None:
    assert convert({"instruction": "问", "output": ""}, Layout()).answer == ""


def test_texts_need_no_answer() -> None:
    assert convert({"instruction": "一段文字"}, Layout(), stage="pt").asked[0].content == "一段文字"


def test_sharegpt(tmp_path: Path) -> None:
    shape = layout(tmp_path, formatting="sharegpt")
    system = {"from": "system", "value": "你是财问"}
    row = convert({"conversations": [system, *talk("一", "二", "三", "四")]}, shape)
    assert row.system == "你是财问"
    assert [m.role for m in row.messages] == ["user", "assistant"] * 2


def test_openai_messages_by_tags(tmp_path: Path) -> None:
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    shape = layout(tmp_path, formatting="sharegpt", columns={"messages": "messages"}, tags=tags)
    messages = talk("问", "答", who="role", what="content", asks="user", tells="assistant")
    assert convert({"messages": messages}, shape).answer == "答"
    told = broken({"messages": [{"role": "system", "content": "x"}, *messages]}, shape)
    assert "写的是 system" in told  # the trap again: system_tag is not listed


def test_openai_formatting_adds_llama_factorys_system_text(tmp_path: Path) -> None:
    shape = layout(tmp_path, formatting="openai")
    assert convert({"conversations": talk("问", "答")}, shape).system == "detailed thinking off"
    own = [{"from": "system", "value": "你是财问"}, *talk("问", "答")]
    assert convert({"conversations": own}, shape).system == "你是财问\ndetailed thinking off"


@pytest.mark.parametrize(
    ("conversations", "told"),
    [
        ([], "对话是空的"),
        (None, "不是对话的列表"),
        (talk("问"), "最后一句提问没有回答"),
        (talk("问", "答")[::-1], "第 1 句应当是提问（human），写的是 gpt"),
        ([{"from": "human"}], "第 1 句没有 value"),
        (["问"], "第 1 句不是一个对象"),
        ([{"from": "human", "value": "查"}, {"from": "function_call", "value": "{}"}], "工具调用"),
        ([{"from": "human", "value": 3}, {"from": "gpt", "value": "答"}], "第 1 句的内容不是文字"),
    ],
)
def test_broken_dialogues(conversations: Any, told: str, tmp_path: Path) -> None:
    assert told in broken({"conversations": conversations}, layout(tmp_path, formatting="sharegpt"))


def test_tools_and_pictures_are_refused(tmp_path: Path) -> None:
    shape = layout(tmp_path, columns={**COLUMNS, "tools": "t", "images": "i"})
    assert "t 不支持" in broken({"q": "问", "a": "答", "t": "[{}]"}, shape)
    assert "i 不支持" in broken({"q": "问", "a": "答", "i": ["a.png"]}, shape)
    convert({"q": "问", "a": "答", "t": "", "i": []}, shape)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"prompt": "q"}, "columns 里没有写 response"),
        ({"response": "a"}, "columns 里没有写 prompt"),
        ({"prompt": "question", "response": "a"}, "文件里没有这一列：question（prompt）"),
    ],
)
def test_columns_that_are_not_there(columns: dict[str, str], told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        missing(source(tmp_path, {"file_name": "x.json", "columns": columns}), {"q", "a"}, "sft")
    assert told in str(error.value)


def test_an_input_column_is_not_needed(tmp_path: Path) -> None:
    missing(source(tmp_path, {"file_name": "x.json"}), {"instruction", "output"}, "sft")
    with pytest.raises(ConfigError, match="output"):
        missing(source(tmp_path, {"file_name": "x.json"}), {"instruction", "answer"}, "sft")


def test_columns_that_are_left_unread_are_told(tmp_path: Path) -> None:
    given = source(
        tmp_path, {"file_name": "x.json", "columns": {"prompt": "instruction", "response": "output"}}
    )
    assert unused(given, {"instruction", "input", "output", "history", "id"}) == ["history", "input"]
    assert unused(source(tmp_path, {"file_name": "x.json"}), {"instruction", "input", "output"}) == []


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"file_name": "x.json", "formatting": "vicuna"}, "formatting 不认识"),
        ({"file_name": "x.json", "columns": {"promt": "q"}}, "是不是 prompt"),
        ({"file_name": "x.json", "ranking": True}, "偏好数据"),
        ({"script_url": "x"}, "script_url 不支持"),
        ({}, "没有写 file_name"),
    ],
)
def test_registrations_that_cannot_be(entry: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        source(tmp_path, entry)
    assert told in str(error.value)


def test_a_name_that_is_not_registered(tmp_path: Path) -> None:
    source(tmp_path, {"file_name": "x.json"}, name="finance")
    with pytest.raises(ConfigError, match=r"数据集 finanse 没有登记.*是不是 finance"):
        registry.sources(("finanse",), str(tmp_path))


def test_no_registry_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="没有登记数据的文件"):
        registry.sources(("d",), str(tmp_path))
    with pytest.raises(NotFoundError, match="数据集 d 的文件不在"):
        source(tmp_path, {"file_name": "none.json"}).files()


def test_a_folder_of_files(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for name in ("b.jsonl", "a.jsonl"):
        (tmp_path / "many" / name).write_text("{}", encoding="utf-8")
    given = source(tmp_path, {"file_name": "many"})
    assert [p.name for p in given.files()] == ["a.jsonl", "b.jsonl"]
    (tmp_path / "many" / "c.csv").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="不一致"):
        given.files()


def test_which_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = {"hf_hub_url": "a/hf", "ms_hub_url": "a/ms"}
    monkeypatch.delenv("USE_MODELSCOPE_HUB", raising=False)
    assert source(tmp_path, both).hub == "hf"
    assert source(tmp_path, {"ms_hub_url": "a/ms"}).hub == "ms"
    monkeypatch.setenv("USE_MODELSCOPE_HUB", "1")
    assert source(tmp_path, both).reference == "a/ms"
    assert registry.sources(("a/b",), "ONLINE")[0].hub == "ms"


ROWS = [{"instruction": f"问 {n}\n", "output": "答" * n} for n in range(5)]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "csv", "parquet", "arrow"])
def test_the_same_rows_from_any_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    _write(path, ROWS[1:])
    assert [record.value for record in files.records(path)] == ROWS[1:]


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    if path.suffix == ".json":
        path.write_text("\ufeff" + json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    elif path.suffix == ".jsonl":
        path.write_text("\n\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    else:
        datasets = pytest.importorskip("datasets", reason="the extra train is not installed")
        made = datasets.Dataset.from_list(rows)
        if path.suffix == ".arrow":
            writer = __import__("datasets.arrow_writer", fromlist=["ArrowWriter"]).ArrowWriter(path=str(path))
            for row in rows:
                writer.write(row)
            writer.finalize()
        else:
            (made.to_csv if path.suffix == ".csv" else made.to_parquet)(str(path))


def test_a_list_longer_than_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items, numbers and text cut by the edge of what was read so far."""
    monkeypatch.setattr(files, "_CHUNK", 3)
    values = [12345, {"a": "长" * 20, "b": [1, 2, {"c": None}]}, "text", -1.5e3, True, 678]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2), encoding="utf-8")
    assert [record.value for record in files.records(path)] == values


def test_places(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n\n{"a": \n{"a": 2}\n', encoding="utf-8")
    found = [(r.place, r.why) for r in files.records(path)]
    assert found == [("第 1 行", ""), ("第 3 行", "不是合法的 JSON（第 6 个字符）"), ("第 4 行", "")]
    path = tmp_path / "y.json"
    path.write_text('[\n{"a": 1},\n\n{"a": 2}\n]', encoding="utf-8")
    assert [r.place for r in files.records(path)] == ["第 1 条（第 2 行）", "第 2 条（第 4 行）"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"a": 1},\n {"a": }]', "第 2 行：不是合法的 JSON"),
        ('[{"a": 1}\n {"a": 2}]', "第 2 行：两条之间缺少逗号"),
        ('[{"a": 1},\n', "没有结尾的 ]"),
        ('[{"a": 1}', "没有结尾的 ]"),
        ("[" * 100000, "嵌套太深"),
    ],
)
def test_a_list_that_is_no_json(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        list(files.records(path))
    assert told in str(error.value)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes('{"a": "净利润"}'.encode("gbk"))
    with pytest.raises(ConfigError, match="不是 UTF-8"):
        list(files.records(path))


def test_a_line_of_a_csv_with_too_many_cells(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n1,2,3\n", encoding="utf-8")
    assert [(r.place, r.why) for r in files.records(path)] == [("第 2 行", ""), ("第 3 行", "多出 1 格")]
