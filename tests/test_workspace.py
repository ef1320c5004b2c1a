"""The Python API of a workspace."""

from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest

from caiwen import CaiwenError, Workspace
from caiwen.errors import ConfigError, NotFoundError
from caiwen.inputs import canonical_item, canonical_period, choice, parse_value
from caiwen.records import Basis, Scope
from caiwen.records.words import BASIS_WORDS, KIND_WORDS, SCOPE_WORDS, SPAN_WORDS, STATUS_WORDS
from tests.store import make

REPORT = "甲_2020年年度报告.pdf"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.init(tmp_path / "w")
    make.add(made.store, REPORT, make.fact(REPORT, "100.00"), make.fact(REPORT, "7.00", item="存货", row=9))
    return made


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="caiwen init"):
        Workspace(tmp_path)
    with pytest.raises(NotFoundError, match="当前文件夹和上层都没有工作区"):
        Workspace.find(tmp_path)


def test_init_writes_settings_that_load_and_a_store(tmp_path: Path) -> None:
    made = Workspace.init(tmp_path / "a" / "b")
    assert made.settings.search.k == 10
    assert (made.folder / "store.db").is_file()
    with pytest.raises(CaiwenError, match="已经是工作区"):
        Workspace.init(made.folder)


def test_making_a_workspace_reads_nothing(tmp_path: Path) -> None:
    (tmp_path / "caiwen.yaml").write_text("nonsense: 1\n", encoding="utf-8")
    made = Workspace(tmp_path)
    with pytest.raises(ConfigError, match="nonsense"):
        _ = made.settings


def test_the_store_may_lie_elsewhere_and_counts_from_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "caiwen.yaml").write_text("store:\n  url: sqlite:///data.db\n", encoding="utf-8")
    assert list(Workspace(tmp_path).documents()) == []
    assert (tmp_path / "data.db").is_file()


def test_facts_by_names_that_people_use(workspace: Workspace) -> None:
    assert [fact.value for fact in workspace.facts(item="营收", period="2020年度")] == [Decimal("100.00")]
    assert len(workspace.facts(document=REPORT, scope="合并", limit=1)) == 1
    with pytest.raises(NotFoundError, match=r"没有\.pdf"):
        workspace.facts(document="没有.pdf")


def test_a_correction_comes_first_and_names_its_author(workspace: Workspace) -> None:
    (printed,) = workspace.facts(item="存货")
    corrected = workspace.correct(printed.id, "8.00", author="李某", reason="抄错")
    first, second = workspace.facts(item="存货")
    assert (first.id, first.value, first.basis) == (corrected.id, Decimal("8.00"), Basis.CORRECTED)
    assert second.id == printed.id
    (note,) = workspace.correction_notes(first)
    assert note.startswith("李某 ")
    assert note.endswith("由 7.00 改为 8.00：抄错")


def test_a_question_over_the_limit_is_sent_back(workspace: Workspace) -> None:
    (workspace.folder / "caiwen.yaml").write_text("ask:\n  max_question_chars: 20\n", encoding="utf-8")
    workspace = Workspace(workspace.folder)
    with pytest.raises(CaiwenError, match=r"问题有 21 字，超过上限 20 字"):
        workspace.ask("问" * 21)
    assert workspace.ask("公司2020年存货是多少？").status == "answered"


@pytest.mark.parametrize(("most", "quoted"), [(1, 1), (2, 2), (5, 4)])
def test_an_open_question_quotes_no_more_passages_than_set(
    workspace: Workspace, most: int, quoted: int
) -> None:
    name = "乙_2020年年度报告.pdf"
    texts = [f"公司面临的风险之{n}是原材料价格波动，可能影响毛利。" for n in range(4)]
    passages = [
        make.passage(name, n, text, section="第三节 / 可能面对的风险") for n, text in enumerate(texts)
    ]
    make.add(workspace.store, name, make.fact(name, "3.00"), passages=passages)
    (workspace.folder / "caiwen.yaml").write_text(f"ask:\n  passages: {most}\n", encoding="utf-8")
    answer = Workspace(workspace.folder).ask("600001面临的风险有哪些？")
    assert len(answer.citations) == quoted


def test_ask_batch_is_lazy_and_in_order(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        Workspace, "ask", lambda self, question, within=None: asked.append(question) or question
    )
    answers = workspace.ask_batch(["甲", "乙"])
    assert asked == []
    assert list(answers) == ["甲", "乙"]


def test_page_of_a_fact_without_page(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="没有这个编号的事实"):
        workspace.page_image("0" * 16)
    (fact,) = workspace.facts(item="存货")
    with pytest.raises(NotFoundError, match="文件已不在原处"):
        workspace.page_image(fact.id)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2019", "2019"),
        ("2019年", "2019"),
        ("2019年半年度", "2019H1"),
        ("2019h1", "2019H1"),
        ("2019年三季报", "2019Q3"),
        ("2019-12-31", "2019"),
        ("2019-05-15", "2019-05-15"),
    ],
)
def test_periods(written: str, period: str) -> None:
    assert canonical_period(written) == period


@pytest.mark.parametrize("written", ["", "去岁", "2019年和2020年", "2019-13-01"])
def test_what_is_no_period(written: str) -> None:
    with pytest.raises(CaiwenError, match="认不出期间"):
        canonical_period(written)


def test_items_by_alias_and_unknown_ones_as_written() -> None:
    assert canonical_item("归母净利润") == canonical_item("归属于母公司所有者的净利润")
    assert canonical_item("财务费用") == "财务费用"
    assert canonical_item("某个没有的项目") == "某个没有的项目"


def test_values_and_choices() -> None:
    assert parse_value("1,234.50") == Decimal("1234.50")
    assert parse_value("（5.00）") == Decimal("-5.00")
    with pytest.raises(CaiwenError, match="不是一个数"):
        parse_value("约五百")
    assert choice(SCOPE_WORDS, "母公司") is choice(SCOPE_WORDS, "parent") is Scope.PARENT
    with pytest.raises(CaiwenError, match="consolidated（合并）"):
        choice(SCOPE_WORDS, "全部")


@pytest.mark.parametrize("words", [SCOPE_WORDS, STATUS_WORDS, SPAN_WORDS, BASIS_WORDS, KIND_WORDS])
def test_every_state_has_its_own_word(words: dict[StrEnum, str]) -> None:
    members = type(next(iter(words))).__members__
    assert set(words) == set(members.values())
    assert len(set(words.values())) == len(words)
