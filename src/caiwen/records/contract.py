"""The JSON of a fact that scripts lean on."""

from __future__ import annotations

from caiwen.records.fact import Fact


def fact_record(fact: Fact, document: str) -> dict[str, object]:
    """A fact as a line of ``caiwen facts --json``; what does not apply is null."""
    seen = fact.observation
    return {
        "id": fact.id,
        "document": document,
        "entity": fact.entity,
        "code": fact.code,
        "item": fact.item,
        "dimensions": fact.dimensions,
        "period": fact.period,
        "span": fact.span.value,
        "scope": fact.scope.value,
        "basis": fact.basis.value,
        "value": fact.text if fact.value is None else format(fact.value, "f"),
        "unit": fact.unit,
        "page": seen.page,
        "table": seen.table,
        "row": seen.row,
        "column": seen.column,
        "box": list(seen.box) if seen.box else None,
        "raw": seen.raw,
        "scale": seen.scale,
        "status": fact.status.value,
    }
