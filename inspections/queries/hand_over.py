"""Which unit the rules of hand-over name for problems: a statement or two, whatever their number."""

from collections.abc import Iterable, Sequence
from datetime import date

from campaign.models import CheckItem, Indicator
from units.models import Site, Unit

from ..models import HandOverRule, Problem


def rules_on(day: date) -> list[HandOverRule]:
    """The rules whose unit exists on a day, the closest first."""
    units = Unit.objects.valid_on(day)
    rules = HandOverRule.objects.filter(unit__in=units).select_related("unit", "item", "indicator", "site_type")
    return sorted(rules, key=lambda rule: (rule.closeness, -rule.pk), reverse=True)


def units_by_rule(problems: Iterable[Problem], *, on: date) -> dict[int, Unit]:
    """Problem (id) → the unit that the closest rule names, where that is another one.

    Only what still stands at its site's own unit is moved: a unit that somebody chose stays.
    """
    waiting = [problem for problem in problems if problem.site and problem.unit_id == problem.site.unit_id]
    rules = rules_on(on) if waiting else []
    above = _above(rules)
    found = {}
    for problem in waiting:
        unit = _unit(rules, above, problem.site, problem.item)
        if unit and unit.pk != problem.unit_id:
            found[problem.pk] = unit
    return found


def proposed(site: Site, items: Sequence[CheckItem | None], *, on: date) -> list[Unit | None]:
    """For a problem at a site, with each of these items or none: the unit that the closest rule names."""
    rules = rules_on(on)
    above = _above(rules)
    return [_unit(rules, above, site, item) for item in items]


def _unit(
    rules: Sequence[HandOverRule], above: dict[int, int | None], site: Site | None, item: CheckItem | None
) -> Unit | None:
    line = _line(item.indicator_id if item else None, above)
    site_type, found = site.type_id if site else None, item.pk if item else None
    return next((rule.unit for rule in rules if rule.fits(site_type=site_type, item=found, indicators=line)), None)


def _above(rules: Sequence[HandOverRule]) -> dict[int, int | None]:
    """Indicator → the one above it; empty where no rule speaks of indicators."""
    if not any(rule.indicator_id for rule in rules):
        return {}
    return dict(Indicator.objects.values_list("pk", "parent_id"))


def _line(indicator: int | None, above: dict[int, int | None]) -> set[int]:
    """An indicator and those above it."""
    line: set[int] = set()
    while indicator is not None and indicator not in line:
        line.add(indicator)
        indicator = above.get(indicator)
    return line
