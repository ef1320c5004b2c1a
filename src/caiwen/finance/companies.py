"""Codes and names of listed companies."""

from __future__ import annotations

import re

from caiwen.finance.text import squash

_CODE = re.compile(r"(?:(?:SH|SZ|BJ|SS)[.:]?)?(\d{6})(?:\.(?:SH|SZ|BJ|SS|XSHG|XSHE))?", re.IGNORECASE)
_EXCHANGES = (
    ("SH", ("600", "601", "603", "605", "688", "689", "900")),
    ("SZ", ("000", "001", "002", "003", "004", "300", "301", "302", "200")),
    ("BJ", ("4", "8", "920")),
)
_STATUS = re.compile(
    r"^(?:\*ST|S\*ST|SST|ST|XD|XR|DR|N(?=[\u4e00-\u9fff])|C(?=[\u4e00-\u9fff]))", re.IGNORECASE
)
_TAIL = re.compile(r"(?<=[\u4e00-\u9fff])-?(?:UWD?|U|WD?|A|B|H|退)$")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]*[\u4e00-\u9000\u9002-\u9fff]")
"""Only ideographs, no 退 (U+9000 is 退) at the end: what two spellings could differ in is not there."""
_LEGAL = ("股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "集团公司", "公司")
_GROUP = re.compile(r"(?:\(集团\)|集团|\(控股\)|控股)$")
_PLACES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    "|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|深圳|广州|杭州|南京|苏州|无锡|宁波|成都|武汉|西安|青岛|大连|厦门|长沙|郑州|合肥|济南|福州"
)
_PLACE = re.compile(rf"^(?:中国)?(?:{_PLACES})(?:省|市|自治区|壮族自治区|维吾尔自治区|回族自治区)?")


def normalise_code(text: str) -> str | None:
    """Six digits from 600000, SH600000, 600000.SH, １２... or a shorter number that lost its leading zeros; else None."""
    flat = squash(text)
    match = _CODE.fullmatch(flat)
    if match:
        return match[1]
    return flat.zfill(6) if flat.isdigit() and 0 < len(flat) < 6 else None


def exchange_of(code: str) -> str | None:
    """SH, SZ or BJ by the code's prefix; None for codes of no exchange of the mainland."""
    for exchange, prefixes in _EXCHANGES:
        if len(code) == 6 and code.startswith(prefixes):
            return exchange
    return None


def name_key(name: str) -> str:
    """What two spellings of one company's name share: no spaces, half-width, no ST mark, no -U/-W/Ａ tail, brackets alike."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    key = squash(name).replace("（", "(").replace("）", ")").replace("Ａ", "A").upper()
    key = _STATUS.sub("", key)
    return key if len(key) <= 2 else _TAIL.sub("", key)


def short_forms(full_name: str) -> list[str]:
    """Likely short forms of a full legal name, longest first, without the name itself: legal form, 集团 and place dropped.

    贵州茅台酒股份有限公司 → 贵州茅台酒, 茅台酒. Forms of one character are left out; the official 股票简称 is not derived here.
    """
    full = squash(full_name).replace("（", "(").replace("）", ")")
    forms: list[str] = []
    stem = full
    for ending in _LEGAL:
        if stem.endswith(ending):
            stem = stem.removesuffix(ending)
            break
    forms.append(stem)
    forms.append(_GROUP.sub("", stem))
    forms += [_PLACE.sub("", form) for form in list(forms)]
    kept = dict.fromkeys(form for form in forms if len(form) >= 2 and form != full)
    return sorted(kept, key=len, reverse=True)
