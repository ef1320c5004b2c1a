"""The sections of a filing: which one a topic stands in, and whether it says that there is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from caiwen.ask.words import load
from caiwen.finance.text import squash
from caiwen.records import Passage

_TICKED_NO = re.compile(r"[√☑✓]\s*不适用|[√☑✓]\s*否")
_TICKED_YES = re.compile(r"[√☑✓]\s*适用|[√☑✓]\s*是")
_TICKED_NONE = re.compile(r"[√☑✓][^√☑✓□☐。]{0,24}?(?:无|不存在|没有|未发生)")
_TICKS = re.compile(r"[√☑✓□☐]\s*(?:不适用|适用|是|否)")
_CHOICES = re.compile(r"[√☑✓□☐][^√☑✓□☐]{0,40}")
_HEADED_NO = re.compile(r"[^。□☐√☑✓]{0,60}[□☐]适用[√☑✓]不适用")
_NONE_OF_IT = re.compile(
    r"(?:(?:公司|本公司|本行|本集团|报告期|本报告期|本年度|内|均|也)*(?:无|未|不存在|没有)[^。]{0,60}[。.]?)+"
)
_SHORT = 12
_BARE = 3
_NOTES = re.compile(r"财务报告|财务报表|报表附注|项目注释|审计报告")
_ORDINALS = re.compile(
    r"^(?:第[一二三四五六七八九十]+[节章]|[（(]?[一二三四五六七八九十\d]+[）)]?[、.．]?)\s*"
)


def best_section(titles: Iterable[str], part: str) -> str | None:
    """The section whose title holds ``part``, with everything below it: chapters before the notes to the accounts, the title
    closest in length, the first of equals."""
    wanted = _plain(part)
    if len(wanted) < len("分红"):
        return None
    fitting = [
        (_NOTES.search(path) is not None, len(name), n, path)
        for n, path in enumerate(dict.fromkeys(_paths(titles)))
        if wanted in (name := _plain(path.rsplit(" / ", 1)[-1]))
    ]
    return min(fitting)[3] if fitting else None


def _paths(titles: Iterable[str]) -> Iterator[str]:
    """Every title with all titles above it: a chapter may have no text of its own."""
    for title in titles:
        parts = title.split(" / ")
        yield from (" / ".join(parts[:n]) for n in range(1, len(parts) + 1))


def _plain(title: str) -> str:
    return re.sub(r"[、，,和及与的\s]", "", _ORDINALS.sub("", squash(title)))


def body_of(passage: Passage) -> str:
    """The passage without the title of its section, which it may begin with; lines stay apart."""
    text = "\n".join(" ".join(line.split()) for line in passage.text.splitlines() if line.strip())
    title = " ".join(passage.section.rsplit(" / ", 1)[-1].split())
    return text.removeprefix(title).strip() if title else text


def says_nothing(passage: Passage) -> bool:
    """□适用 √不适用 and hardly more, or a short 无 / 不存在: the filing states that there is nothing."""
    flat = squash(body_of(passage))
    if _TICKED_NONE.search(flat) and not _TICKED_YES.search(flat):
        return len(_CHOICES.sub("", flat)) <= _SHORT
    if _TICKED_NO.search(flat):
        rest = _TICKS.sub("", _HEADED_NO.sub("", flat))
        return not _TICKED_YES.search(flat) and (
            len(rest) <= _SHORT or _NONE_OF_IT.fullmatch(rest) is not None
        )
    nothing: list[str] = load("topics.yaml")["nothing"]
    return len(flat) <= _SHORT and any(flat.strip("。.") == word or flat.startswith(word) for word in nothing)


def is_bare(passage: Passage) -> bool:
    """√适用 □不适用 alone, before what is then told."""
    return len(_TICKS.sub("", squash(body_of(passage)))) <= _BARE
