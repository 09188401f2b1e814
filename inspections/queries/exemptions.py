"""Which of many cases fall under an exemption: one statement where none is in force, three otherwise."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from campaign.rules import day_of
from units.services import Accountability

from ..models import Exemption
from ..models.exemption import Case


def exempt(cases: Sequence[Case]) -> list[Exemption | None]:
    """For each case the exemption that it falls under, the newest first, or None."""
    if not cases:
        return []
    days = [day_of(case.at) for case in cases]
    rows = list(Exemption.objects.in_force(min(days), max(days)))
    if not rows:
        return [None] * len(cases)
    items: dict[int, set[int]] = defaultdict(set)
    chosen = Exemption.items.through.objects.filter(exemption__in=rows).values_list("exemption_id", "checkitem_id")
    for exemption, item in chosen:
        items[exemption].add(item)
    above = Accountability.of({case.unit_id for case in cases if case.unit_id})
    units = cache(lambda day, unit: {pk for pk, _direct in above.on(day, [unit])} if unit else set())
    return [
        next((row for row in rows if row.covers(case, units=units(day, case.unit_id), items=items[row.pk])), None)
        for case, day in zip(cases, days, strict=True)
    ]
