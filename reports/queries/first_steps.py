"""What an office has set up on the way to its first ranking."""

from datetime import date

from campaign.models import Campaign, CheckItem, WorkDay
from inspections.models import Inspection
from units.models import Site, Unit

from ..models import Ranking, RuleUse


def first_steps(*, on: date) -> dict[str, bool]:
    """Step → whether it is taken, in their order; nothing from the first ranking on."""
    if Ranking.objects.exists():
        return {}
    taken = {
        "calendar": WorkDay.objects.filter(date=on),
        "units": Unit.objects.exclude(group=None),
        "items": CheckItem.objects.all(),
        "sites": Site.objects.all(),
        "campaign": Campaign.objects.all(),
        "rules": RuleUse.objects.all(),
        "inspections": Inspection.objects.all(),
    }
    return {name: rows.exists() for name, rows in taken.items()}
