"""What a reading asks for: everyone or somebody, an aggregate, a bound, a definition, text or figures."""

from __future__ import annotations

import re

from caiwen.ask.measures import measures_of
from caiwen.ask.plan import (
    Aggregate,
    Change,
    CompanyRef,
    Define,
    Explain,
    FormulaMeasure,
    ItemMeasure,
    Measure,
    Unanswerable,
)
from caiwen.ask.reading import Reading
from caiwen.ask.shares import is_whole
from caiwen.ask.topics import topic_of
from caiwen.ask.words import Hit, words
from caiwen.finance import glossary
from caiwen.finance.formulas import formulas
from caiwen.finance.items import taxonomy

LONGEST_QUESTION = 1000
_EXPLAIN = re.compile(r"^(?:请|请你|帮我|麻烦)?(?:解释|说明|介绍|讲)(?:一下|下|讲)?")
_BETWEEN = re.compile(
    r"^(?P<a>[^,，。]{2,20}?)[和与跟同](?P<b>[^,，。]{2,20}?)(?:之间|两者)?(?:的|有什么|有何|有啥|是什么)*(?:区别|不同|差别|异同|联系|关系)"
)
_NEAR = 4
_PAIR = 2
REASON = re.compile(r"原因|为什么|为何|怎么回事|缘由|因为什么")
_GAP = re.compile(r"(?:的|业务|产品|板块|类|系列|分部|地区|区域|市场|行业)*")
_STATEMENTS = (
    "balance_sheet",
    "income_statement",
    "cash_flow",
    "cash_flow_supplement",
    "key_indicators",
    "quarterly",
)


def unreadable(text: str) -> Unanswerable | None:
    if not re.search(r"[\w]", text):
        return Unanswerable(text="问题是空的，请写出要查询的公司、年份和项目。")
    if len(text) > LONGEST_QUESTION:
        return Unanswerable(text=f"问题有 {len(text)} 个字，超过 {LONGEST_QUESTION} 字的上限，请缩短后再问。")
    return None


def wants_several(reading: Reading) -> bool:
    """Two companies are compared, and only one of them was found."""
    return len(reading.companies) == 1 and (reading.has("rank.better_high") or reading.has("rank.better_low"))


def definition_of(reading: Reading) -> Define | None:
    """什么是毛利率, 市盈率怎么算: a concept, no company and no period named."""
    explained = _EXPLAIN.match(reading.text) is not None and glossary.find(term_of(reading)) is not None
    if reading.periods or not (reading.has("define") or asks_what(reading) or explained):
        return None
    if reading.has("define.between"):
        return _told_apart(reading)
    formula = next((m.meaning for m in reading.of("formula")), None)
    term = formula or term_of(reading)
    return Define(term=term, formula=formula) if term else None


def _told_apart(reading: Reading) -> Define | None:
    """市盈率和市净率有什么区别: two terms that the glossary or the formula table explains."""
    spans = [(m.start, m.end, m.term.name) for m in glossary.find_in(reading.text)]
    spans += [(m.start, m.end, m.meaning) for m in reading.of("formula")]
    kept: list[tuple[int, int, str]] = []
    for start, end, name in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, name))
    names = list(dict.fromkeys(name for _, _, name in kept))
    if len(names) > 1:
        return Define(term=names[0], others=tuple(names[1:]))
    match = _BETWEEN.match(reading.text)
    known = match and any(glossary.find_in(match[part]) for part in "ab")
    return Define(term=match["a"], others=(match["b"],)) if match and known else None


def general_question(reading: Reading) -> Define | Explain | None:
    """About a kind of companies, none of which is named (商业银行的流动性比例要求): a rule, or a concept."""
    named = reading.of("item") + reading.of("formula")
    concept = REASON.search(reading.text) and glossary.find_in(reading.text)
    if not (reading.has("kinds") or concept) or reading.periods:
        return None
    measures = measures_of(reading, None)
    if named and not concept and not reading.has("duties") and len(named) == 1:
        return Define(term=named[0].meaning)
    topic = topic_of(reading)
    said = topic.text or reading.text
    return Explain(
        topic=said, terms=topic.terms, sections=topic.sections, needs=topic.needs, facts=tuple(measures)
    )


def asks_what(reading: Reading) -> bool:
    return reading.text.startswith(("什么是", "何谓", "何为", "什么叫"))


def term_of(reading: Reading) -> str:
    text = reading.text
    for word in sorted([*words("define", "ask"), *words("define", "lead")], key=len, reverse=True):
        text = text.replace(word, "")
    text = re.sub(rf"^(?:{'|'.join(words('kinds'))})的", "", text)
    kept = re.sub(
        r"^(?:请问|请解释|解释|请说明|说明|介绍|讲)(?:一下|下)?|[?？。！!,，\s]|(?:呢|吗|啊|的)$", "", text
    )
    return kept.strip("“”\"'「」")


def looks_like_name(name: Hit, reading: Reading) -> bool:
    """A leftover at the place of a name: before the item, ending like one, or beside a topic of company reports."""
    if re.search(r"(?:股份|集团|公司|银行|证券|保险|科技|医药|药业|电子|控股|实业)$", name.word):
        return True
    if 2 <= len(name.word) <= 20 and (reading.of("topic") or re.search(r"年报|年度报告|财报", reading.text)):
        return True
    items = reading.of("item") + reading.of("formula")
    return bool(items) and name.start < min(m.start for m in items) and 2 <= len(name.word) <= 20


def aggregate_of(reading: Reading, companies: list[CompanyRef], change: Change | None) -> Aggregate | None:
    if reading.has("aggregate.same"):
        return Aggregate(kind="same")
    if companies and any(word in reading.text for word in words("place_asked")):
        return Aggregate(kind="place")
    if change is not None:
        return None
    if reading.has("aggregate.times") and (len({*companies}) == _PAIR or len(reading.periods) == _PAIR):
        return Aggregate(kind="times")
    for kind in ("difference", "sum", "mean"):
        if reading.has(f"aggregate.{kind}"):
            return Aggregate.model_validate({"kind": kind})
    several = len({*companies}) > 1 and re.search(r"分别|各自|各是|各为", reading.text) is None
    return Aggregate(kind="sum") if several and "合计" in reading.text else None


def compound_term(reading: Reading) -> str | None:
    """The longer term of which an item is only a part (固定资产折旧, 疫苗业务收入): unread words right beside it."""
    short: dict[str, str] = words("beside_member")
    named = [(m.start, m.end) for m in reading.of("item") + reading.of("formula")]
    named += [(h.start, h.end) for h in reading.leftovers if h.word in short]
    lost = _lost_numerator(reading)
    if lost:
        return lost
    for start, end in named:
        for left in reading.leftovers:
            before = left.end <= start
            gap = reading.text[left.end : start] if before else reading.text[end : left.start]
            if len(left.word) >= 2 and left.word not in short and _GAP.fullmatch(gap):
                return reading.text[min(left.start, start) : max(left.end, end)]
    return None


def narrowed_term(reading: Reading) -> str | None:
    """1年以内应收账款, 应收账款前五名, 大专以下: a part of a line, unless the report itself has an item or a member of that name."""
    own = [(m.start, m.end) for m in reading.of("item") + reading.of("formula") + reading.of("member")]
    for pattern in words("narrowed"):
        for match in re.finditer(pattern, reading.text):
            if not any(start <= match.start() and match.end() <= end for start, end in own):
                return match[0]
    return None


def _lost_numerator(reading: Reading) -> str | None:
    """The unknown term in 某某占营业收入的比例, where nothing that is known stands before 占."""
    for mention in sorted(reading.of("item") + reading.of("formula"), key=lambda m: m.start):
        if is_whole(reading, mention):
            at = reading.text.rindex("占", 0, mention.start)
            if reading.of("member"):
                return None
            near = [h for h in reading.leftovers if 0 <= at - h.end <= _NEAR]
            return reading.text[near[-1].start : mention.end] if near else None
        if reading.text[mention.end :].startswith("占"):
            return None
    return None


def asks_for_text(reading: Reading) -> bool:
    """有哪些, 计划, 情况说明: words that text answers rather than a figure."""
    return reading.has("explain") or reading.has("explain_strong") or bool(reading.of("topic"))


def _topic_of_item(reading: Reading) -> bool:
    """控股股东股权质押情况: the item only says whose."""
    named = [m.end for m in reading.of("item")]
    return any(
        (reading.text[max(0, m.start - 1) : m.start] == "的" and m.start - 1 in named) or m.start in named
        for m in reading.of("topic")
    )


def wants_text(reading: Reading, measures: list[Measure]) -> bool:
    """原因, 分析, 详情: text; but a statement line asked for with 描述 or 介绍 stays a figure."""
    if REASON.search(reading.text) or _topic_of_item(reading):
        return True
    if any(map(reading.has, ("number", "change.rate", "aggregate", "rank"))):
        return False
    if not reading.has("explain_strong"):
        return False
    return "分析" in reading.text or not all(is_line(measure) for measure in measures)


def reason_measures(reading: Reading) -> list[Measure]:
    """为什么亏损 is about the profit, though it names no figure."""
    signs = [word for spellings in words("signs").values() for word in spellings]
    if not REASON.search(reading.text) or not any(word in reading.text for word in signs):
        return []
    return [ItemMeasure(item="净利润")]


def is_line(measure: Measure) -> bool:
    """A line of a statement, or a short text such as the legal representative."""
    if isinstance(measure, FormulaMeasure):
        return formulas().get(measure.formula) is not None
    if not isinstance(measure, ItemMeasure):
        return True
    item = taxonomy().get(measure.item)
    return item is not None and (item.statement in _STATEMENTS or item.unit == "text")
