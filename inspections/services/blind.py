"""Blind re-inspections: the second inspection finds its way to the first by itself."""

from ..models import BlindVisit, Inspection, Problem


def follow(inspection: Inspection) -> frozenset[int]:
    """Link a new inspection to the re-inspection that it was sent for, if it is one.

    Returns the items whose open problem at the site stands already: a re-inspection does not note them twice.
    """
    sent = BlindVisit.objects.filter(
        inspector_id=inspection.inspector_id, first__site_id=inspection.site_id, second=None,
        first__seen_at__lt=inspection.seen_at,
    )  # fmt: skip
    visit = sent.order_by("pk").first()
    if visit is None:
        return frozenset()
    BlindVisit.objects.filter(pk=visit.pk, second=None).update(second=inspection)
    known = Problem.objects.open().filter(site_id=inspection.site_id, item__isnull=False)
    return frozenset(filter(None, known.values_list("item_id", flat=True)))
