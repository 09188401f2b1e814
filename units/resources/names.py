"""What sheets may call units and sites."""

from campaign.resources.sheet import Names

from ..models import Site, Unit


def unit_names() -> Names:
    """Units by code, label, name or short name → id."""
    rows = Unit.objects.values_list("pk", "code", "label", "name", "short_name")
    return Names.of((pk, calls) for pk, *calls in rows)


def site_names() -> Names:
    """Sites by code or name → id."""
    return Names.of((pk, calls) for pk, *calls in Site.objects.values_list("pk", "code", "name"))
