"""Outlines for the map: loaded as a whole, one set takes the place of the other."""

from collections.abc import Iterable

from django.db import transaction

from campaign.models import User
from campaign.queries import record

from ..documents.outlines import Outline
from ..models import Boundary


@transaction.atomic
def load_outlines(*, outlines: Iterable[Outline], by: User | None) -> int:
    """Put these outlines in the place of those that are there; returns how many there are now."""
    before = Boundary.objects.count()
    Boundary.objects.all().delete()
    made = Boundary.objects.bulk_create(
        Boundary(code=outline.code, name=outline.name, rings=outline.rings) for outline in outlines
    )
    record("boundaries.loaded", by=by, before={"outlines": before}, after={"outlines": len(made)})
    return len(made)
