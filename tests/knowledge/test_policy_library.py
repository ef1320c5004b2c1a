"""Versions of one instrument, and which holds on a day."""

from __future__ import annotations

import pytest

from caiwen.knowledge.policy_library import Library, Standing, aliases
from tests.knowledge.policy_text import NEW, OLD, REPEALED, policy


@pytest.fixture(scope="module")
def library() -> Library:
    copy = policy(NEW, "另一份样票法.md")
    return Library([policy(NEW), policy(OLD), copy, policy(REPEALED, "样票保管办法.md")])


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2012-10-25", None),
        ("2012-10-26", "2012-10-26"),
        ("2021-08-31", "2012-10-26"),
        ("2021-09-01", "2021-03-01"),
    ],
)
def test_the_day_decides(library: Library, day: str, version: str | None) -> None:
    law = library.law("《中华人民共和国样票法》")
    assert law is not None
    found = law.in_force(day)
    assert (found.record.version.day if found and found.record.version else None) == version


def test_copies_of_one_version_are_one(library: Library) -> None:
    law = library.law("样票法")
    assert law is not None
    assert len(law.versions) == 2
    assert len(law.versions[1].twins) == 1
    assert library.of_document(law.versions[1].twins[0]) is not None


def test_what_a_newer_text_replaces_and_abolishes(library: Library) -> None:
    law, rule = library.law("样票法"), library.law("样票保管办法")
    assert law is not None
    assert rule is not None
    old, new = law.versions
    assert old.standing("2021-03-01") is Standing.IN_FORCE
    assert old.standing("2021-09-01") is Standing.SUPERSEDED
    assert new.standing("2021-08-31") is Standing.NOT_YET
    assert rule.versions[0].standing("2021-09-01") is Standing.REPEALED
    assert rule.in_force("2022-01-01") is None


def test_names_in_a_question(library: Library) -> None:
    found = library.find_in("样票法和样票保管办法第二条")
    assert [m.law.key for m in found] == ["样票法", "样票保管办法"]
    assert library.find_in("样票法定代表人是谁") == []
    assert library.find_in("样票法人") == []
    assert len(library.find_in("样票法规定了什么")) == 1


def test_aliases() -> None:
    assert "公司法司法解释三" in aliases("最高人民法院关于适用公司法若干问题的规定三")
    assert "央行法" in aliases("中国人民银行法")
    own = aliases("砚川精工装备股份有限公司信息披露管理办法")
    assert "砚川精工信息披露管理办法" in own
    assert "信息披露管理办法" not in own  # any company may have one
