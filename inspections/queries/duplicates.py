"""What stands in the ledger already and looks like a problem that somebody is about to note."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q, QuerySet

from campaign.models import CheckItem
from units.models import Site, Unit

from ..models import Problem
from ..rules import similar

#: Sites this near (degrees, about 55 m) are looked at as well: two codes for one gate are common.
NEAR = Decimal("0.0005")
#: From this trigram likeness on a text is shown; the person decides.
ALIKE = 0.2
MOST = 5
#: How many open problems of a place are compared.
LOOKED_AT = 200


def likely_same(*, text: str, site: Site | None, unit: Unit | None = None) -> Sequence[Problem]:
    """Open problems of this place or the next one that say nearly the same, the likeliest first.

    Whoever notes something at a place is told what is noted there already, whoever noted it: code, words and day.
    """
    here = _open_at(site, unit).annotate(likeness=TrigramSimilarity("text", text)).order_by("-likeness", "-pk")
    found = [one for one in here[:LOOKED_AT] if one.likeness >= ALIKE or similar(one.text, text)]
    return found[:MOST]


def open_by_item(*, site: Site, items: Collection[CheckItem]) -> dict[int, list[Problem]]:
    """Open problems at a site by the check item (id) that found them, the newest first; one statement."""
    found: dict[int, list[Problem]] = {}
    for problem in Problem.objects.open().filter(site=site, item__in=items).order_by("-pk")[:LOOKED_AT]:
        found.setdefault(problem.item_id or 0, []).append(problem)
    return found


def _open_at(site: Site | None, unit: Unit | None) -> QuerySet[Problem]:
    open_ones = Problem.objects.open().select_related("site")
    if site is None:
        return open_ones.filter(site=None, unit=unit)
    place = Q(site=site)
    if site.lat is not None and site.lon is not None:
        near = {"lat__range": (site.lat - NEAR, site.lat + NEAR), "lon__range": (site.lon - NEAR, site.lon + NEAR)}
        place |= Q(site__in=Site.objects.filter(**near))
    return open_ones.filter(place)
