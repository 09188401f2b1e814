"""What sheets may call units and sites."""

from campaign.resources.sheet import Names

from ..models import Site, Unit
from ..rules import called


def unit_names() -> Names:
    """Units by code, label, name, short name or alias → id."""
    rows = Unit.objects.values_list("pk", "aliases", "code", "label", "name", "short_name")
    return Names.of((pk, [*calls, *called(aliases)]) for pk, aliases, *calls in rows)


def site_names() -> Names:
    """Sites by code, name or alias → id."""
    rows = Site.objects.values_list("pk", "aliases", "code", "name")
    return Names.of((pk, [*calls, *called(aliases)]) for pk, aliases, *calls in rows)
