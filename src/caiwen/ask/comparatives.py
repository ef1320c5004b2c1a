"""Words that ask for yes or no, and words that put one thing above or below another."""

from __future__ import annotations

import re

from caiwen.ask.reading import Reading

ASKS = re.compile(
    r"是否|是不是|有没有|有无|能否|能不能|会不会|吗[?？。]?$|吗[,，]|(?<![什怎多那这])么[?？]?$|没有[?？]?$|(?<=了)没[?？]?$|对不对|对吗"
    r"|(?P<verb>[高低大小多少超过])不(?P=verb)"
)
_MORE = re.compile(
    r"覆盖|够还|够付|高于|大于|多于|超过|超出|胜过|强于|好于|优于|超(?=了)|(?:更|要|还)?(?:高|大|多|强|好|快)(?:一些|一点|些|得多)?(?=吗|么|$|[?？,，。]|还是)"
)
_LESS = re.compile(
    r"低于|小于|少于|不如|不及|弱于|差于|(?:更|要|还)?(?:低|小|少|弱|差|慢)(?:一些|一点|些|得多)?(?=吗|么|$|[?？,，。]|还是)"
)


def asks_yes_no(reading: Reading) -> bool:
    return ASKS.search(reading.text) is not None


def way_asked(reading: Reading) -> str | None:
    if _LESS.search(reading.text):
        return "down"
    if _MORE.search(reading.text):
        return "up"
    return None


def compares(reading: Reading) -> bool:
    """Whether two figures or two companies are put against each other for yes or no (甲的增速比乙高吗)."""
    if not asks_yes_no(reading) or way_asked(reading) is None or reading.amounts:
        return False
    return len(reading.companies) > 1 or len(reading.of("item") + reading.of("formula")) > 1
