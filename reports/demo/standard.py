"""The sample standard, its site types and checklists, the campaign that uses it, and its work calendar."""

from datetime import date
from decimal import Decimal
from typing import Any

from campaign.models import Campaign, CheckItem, Indicator, SiteType, Standard
from campaign.queries import work_clock
from campaign.services.calendar import arranged_years, seed_work_year

from .tables import table

CITY = "延安市（演示）"
METHODS = {
    "材料": Indicator.Method.MATERIALS,
    "实地": Indicator.Method.FIELD,
    "问卷": Indicator.Method.SURVEY,
    "观察": Indicator.Method.OBSERVATION,
}
#: What the number behind a scoring kind means, for example ``per_occurrence:0.5``.
PARAMETER = {"per_occurrence": "step", "proportional": "target"}


def make_campaign(*, first: date, last: date) -> Campaign:
    """Load and publish the sample standard, and start a campaign that holds both dates."""
    standard = Standard.objects.create(code="YS-2026", name="测评体系演示样例", edition="2026年版")
    indicators = _make_indicators(standard)
    types = [SiteType(code=row["code"], name=row["name"], position=n) for n, row in enumerate(table("site_types"), 1)]
    SiteType.objects.bulk_create(types)
    _make_items(standard, indicators, {kind.code: kind for kind in types})
    standard.state = Standard.State.PUBLISHED
    standard.save(update_fields=["state"])
    return Campaign.objects.create(
        name="演示：全国文明城市创建",
        city=CITY,
        standard=standard,
        starts_on=date(first.year, 1, 1),
        ends_on=date(last.year + 2, 12, 31),
    )


def _make_indicators(standard: Standard) -> dict[str, Indicator]:
    made: dict[str, Indicator] = {}
    rows = list(enumerate(table("indicators"), 1))
    for level in (1, 2, 3):
        here = [
            Indicator(
                standard=standard,
                parent=made.get(row["parent"]),
                code=row["code"],
                level=level,
                text=row["text"],
                weight=Decimal(row["weight"]),
                methods=[METHODS[method] for method in row["methods"].split()],
                position=position,
            )
            for position, row in rows
            if int(row["level"]) == level
        ]
        Indicator.objects.bulk_create(here)
        made.update({indicator.code: indicator for indicator in here})
    return made


def _make_items(standard: Standard, indicators: dict[str, Indicator], types: dict[str, SiteType]) -> None:
    CheckItem.objects.bulk_create(
        CheckItem(
            standard=standard,
            code=row["code"],
            site_type=types[row["site_type"]],
            indicator=indicators[row["indicator"]],
            text=row["text"],
            guidance=row["guidance"],
            scoring=row["scoring"].partition(":")[0],
            parameters=parameters(row["scoring"]),
            points=Decimal(row["points"]),
            severity=row["severity"],
            limit=row["limit"],
            photos_required=int(row["photos"]),
            position=position,
        )
        for position, row in enumerate(table("check_items"), 1)
    )


def parameters(scoring: str) -> dict[str, Any]:
    """What follows the colon, by the kind before it: ``proportional:5`` → target 5, ``graded:0,1,2`` → thresholds."""
    kind, _, value = scoring.partition(":")
    if kind == CheckItem.Scoring.GRADED:
        return {"thresholds": [int(part) for part in value.split(",")]}
    return {PARAMETER[kind]: value} if value else {}


def make_calendar(*, first: date, last: date) -> None:
    """Fill the years from ``first`` to ``last``; one whose holidays are not published yet gets plain weeks."""
    for year in sorted(set(range(first.year, last.year + 1)) - set(work_clock().years)):
        seed_work_year(year, None, plain=year not in arranged_years())
