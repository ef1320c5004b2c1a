"""What people write on a command line or pass to the Python API, turned into canonical values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from caiwen.errors import CaiwenError

_DATE = re.compile(r"\d{4}-\d\d?-\d\d?")
Choice = TypeVar("Choice", bound=StrEnum)


def canonical_item(name: str) -> str:
    """The canonical name of an item, from any of its names; an unknown one stays as written."""
    from caiwen.finance.items import taxonomy

    item = taxonomy().get(name) or taxonomy().match(name)
    return item.name if item is not None else name


def canonical_period(text: str) -> str:
    """2019, 2019H1, 2019Q3 from what people write (2019年, 2019年末, 2019年半年度); an ISO date stays."""
    from caiwen.finance.period import Period, periods_in

    wanted = text.strip()
    if (period := Period.parse(wanted)) is not None:
        return str(period)
    try:
        return date.fromisoformat(wanted).isoformat()
    except ValueError:
        mentions = [] if _DATE.fullmatch(wanted) else periods_in(wanted)
    if len(mentions) != 1:
        raise CaiwenError(f"认不出期间“{text}”", hint="写成 2019、2019H1、2019Q3 或 2019-12-31")
    return str(mentions[0].period)


def choice(words: Mapping[Choice, str], text: str) -> Choice:
    """A member of an enumeration by its value or its Chinese word, or an error that lists them."""
    for member, word in words.items():
        if text.strip() in (member.value, word):
            return member
    known = "、".join(f"{member.value}（{word}）" for member, word in words.items())
    raise CaiwenError(f"不认识“{text}”", hint=f"可以写：{known}")


def parse_value(text: str) -> Decimal:
    from caiwen.finance.amount import parse_number

    value = parse_number(text)
    if value is None:
        raise CaiwenError(f"“{text}”不是一个数", hint="写基本单位的数，如 1234567.89")
    return value
