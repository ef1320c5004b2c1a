"""Dialogues about one company: follow-ups that leave out the subject, or point back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from caiwen.dataset.generators.facts import Company, Key, change, comparable
from caiwen.dataset.generators.wording import Wordings, fill, keys_of
from caiwen.dataset.records import Draft, Evidence, Source
from caiwen.dataset.speech import item_words, period_words, pick, value_words
from caiwen.finance.period import Period
from caiwen.records import Fact

_HELD_EVERY = 8
"""One dialogue in so many is asked in the words that training never sees."""

Series = tuple[Key, Mapping[str, Fact]]


@dataclass(frozen=True, slots=True)
class Turn:
    """``template``: the name of the wording of the question."""

    question: str
    answer: str
    facts: tuple[Fact, ...]
    template: str


def dialogues(company: Company, wordings: Wordings, names: Mapping[str, str]) -> Iterator[Draft]:
    """A look-up, the same item of the period before or the change against it, then its neighbour in the statement."""
    rows = [(k, s) for k, s in company.series.items() if not k[1] and len(s) >= 2]
    rows = [(k, s) for k, s in rows if all(f.value is not None for f in s.values())]
    rows.sort(key=_place)
    for number, row in enumerate(rows):
        talk = _Talk(company, wordings, held=bool(wordings.held) and number % _HELD_EVERY == _HELD_EVERY - 1)
        turns = talk.turns(row[1], _neighbour(rows, number), longer=number % 2 == 0)
        if len(turns) >= 2:
            yield _draft(company, turns, names, held=talk.held)


def _place(row: Series) -> tuple[object, ...]:
    """Where the latest of a row is printed, so that neighbours stand together."""
    fact = row[1][max(row[1])]
    seen = fact.observation
    return fact.source, fact.scope, seen.document, seen.table or 0, seen.row or 0, fact.item


def _neighbour(rows: Sequence[Series], number: int) -> Mapping[str, Fact]:
    """The next row of the same statement and scope."""
    (_, here), (key, then) = rows[number], rows[(number + 1) % len(rows)]
    one, other = next(iter(here.values())), next(iter(then.values()))
    return then if (one.source, one.scope) == (other.source, other.scope) and key[0] != one.item else {}


@dataclass(frozen=True, slots=True)
class _Talk:
    """The turns of one dialogue, in the words of training or in those held out."""

    company: Company
    wordings: Wordings
    held: bool

    def turns(self, series: Mapping[str, Fact], beside: Mapping[str, Fact], *, longer: bool) -> list[Turn]:
        last, before = sorted(series, reverse=True)[:2]
        now, then = series[last], series[before]
        found = [self._first(now)]
        here = Period.parse(last)
        yearly = here is not None and str(here.prior_year()) == before and comparable(self.company, now, then)
        if longer or not yearly:
            found.append(self._follow("period", then))
        if yearly:
            found.append(self._change("both" if longer else "change", now, then))
        if last in beside and now.span is beside[last].span:
            found.append(self._follow("item", beside[last]))
        return found

    def _first(self, fact: Fact) -> Turn:
        name, text, _ = next(q for q in self.wordings.questions("lookup", fact.id) if q[2] is self.held)
        return self._turn(name, text, "lookup", self._slots(fact), (fact,))

    def _follow(self, kind: str, fact: Fact) -> Turn:
        name, text = self._asked(kind, fact)
        return self._turn(name, text, "lookup", self._slots(fact), (fact,))

    def _change(self, kind: str, now: Fact, then: Fact) -> Turn:
        name, text = self._asked(kind, now)
        return self._turn(name, text, "change", change(self.company, now, then).slots, (now, then))

    def _asked(self, kind: str, fact: Fact) -> tuple[str, str]:
        group = f"held_{kind}" if self.held else kind
        number, text = pick(self.wordings.templates["turn"][group], self.wordings.seed, kind, fact.id)
        return f"turn.{'held.' if self.held else ''}{kind}.{number}", text

    def _turn(
        self, name: str, text: str, answered: str, slots: Mapping[str, str], facts: tuple[Fact, ...]
    ) -> Turn:
        form, said = self.wordings.answer(answered, name, *(f.id for f in facts))
        return Turn(fill(text, slots), fill(said, slots), facts, f"{name}/{form}")

    def _slots(self, fact: Fact) -> dict[str, str]:
        return {
            "c": self.company.name,
            "p": period_words(fact),
            "i": item_words(fact),
            "v": value_words(fact),
        }


def _draft(company: Company, turns: list[Turn], names: Mapping[str, str], *, held: bool) -> Draft:
    facts = tuple({f.id: f for turn in turns for f in turn.facts}.values())
    return Draft(
        question=turns[-1].question,
        answer=turns[-1].answer,
        generator="turns",
        template="+".join(turn.template for turn in turns),
        evidence=Evidence(facts),
        sources=tuple(Source.of(f, names.get(f.observation.document, "")) for f in facts),
        keys=keys_of(facts),
        slots=(company.name, *(f.item for f in facts)),
        history=tuple((turn.question, turn.answer) for turn in turns[:-1]),
        held_out=held,
        difficulty=2,
        companies=((company.who, company.name),),
    )
