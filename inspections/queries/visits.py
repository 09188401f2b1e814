"""Inspections as a list, and one of them with all that belongs to it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaign.models import User
from campaign.rules import ONE_DAY, start_of

from ..models import Answer, Inspection, InspectionUnit, Photo, Problem
from ..rules import ANSWERED, FAILED

PAGE = 50


def narrowed(user: User, wanted: Mapping[str, Any]) -> QuerySet[Inspection]:
    """The inspections this person sees, narrowed by the filters of ``VisitFilter``."""
    found = Inspection.objects.visible_to(user)
    for field, lookup in (("site", "site__code"), ("kind", "kind"), ("inspector", "inspector__username")):
        if wanted.get(field):
            found = found.filter(**{lookup: wanted[field]})
    if wanted.get("unit"):
        counts_for = InspectionUnit.objects.filter(inspection=OuterRef("pk"), unit__code=wanted["unit"])
        found = found.filter(Exists(counts_for))
    if wanted.get("first"):
        found = found.filter(seen_at__gte=start_of(wanted["first"]))
    if wanted.get("last"):
        found = found.filter(seen_at__lt=start_of(wanted["last"] + ONE_DAY))
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, newest first, and the codes before and after which its neighbours lie (empty: none)."""

    rows: list[Inspection]
    before: str = ""
    after: str = ""


def page_of(found: QuerySet[Inspection], *, after: str = "", before: str = "") -> Page:
    """One page by key, each row with the number of its ``faults``. An unknown key is the first page."""
    anchor = Inspection.objects.filter(code=after or before).only("seen_at").first() if after or before else None
    back = bool(anchor and not after)
    if anchor:
        side = "gt" if back else "lt"
        same = Q(seen_at=anchor.seen_at, **{f"pk__{side}": anchor.pk})
        found = found.filter(Q(**{f"seen_at__{side}": anchor.seen_at}) | same)
    order = ("seen_at", "pk") if back else ("-seen_at", "-pk")
    rows = list(_with_faults(found).select_related("site__type", "unit", "inspector").order_by(*order)[: PAGE + 1])
    more = len(rows) > PAGE
    rows = rows[:PAGE][::-1] if back else rows[:PAGE]
    if not rows:
        return Page([])
    has_before, has_after = (more, True) if back else (anchor is not None, more)
    return Page(rows, before=rows[0].code if has_before else "", after=rows[-1].code if has_after else "")


def _with_faults(found: QuerySet[Inspection]) -> QuerySet[Inspection]:
    faults = (
        Answer.objects.filter(inspection=OuterRef("pk"), outcome__in=FAILED)
        .order_by()
        .values("inspection")
        .annotate(number=Count("pk"))
    )
    return found.annotate(faults=Coalesce(Subquery(faults.values("number")), 0))


@dataclass(frozen=True, slots=True)
class Findings:
    """The answers of an inspection by how they ended, and the units it counts for."""

    failed: list[Answer]
    met: list[Answer]
    open: list[Answer]
    units: list[InspectionUnit]
    loose_photos: list[Photo]


def findings(inspection: Inspection, user: User) -> Findings:
    """Everything that was seen, failed items first; each answer carries ``shown_photos`` and the ``shown_problem``."""
    problems = {row.answer_id: row for row in Problem.objects.visible_to(user).filter(inspection=inspection)}
    photos: dict[int | None, list[Photo]] = defaultdict(list)
    for photo in inspection.photos.all():
        photos[photo.answer_id].append(photo)
    answers = list(inspection.answers.select_related("item"))
    for answer in answers:
        answer.shown_problem = problems.get(answer.pk)  # type: ignore[attr-defined]
        answer.shown_photos = photos[answer.pk]  # type: ignore[attr-defined]
    failed = [answer for answer in answers if answer.outcome in FAILED]
    return Findings(
        failed=sorted(failed, key=lambda answer: -answer.lost),
        met=[answer for answer in answers if answer.outcome in ANSWERED - FAILED],
        open=[answer for answer in answers if answer.outcome not in ANSWERED],
        units=list(inspection.units.select_related("unit").order_by("-direct", "unit__code")),
        loose_photos=photos[None],
    )
