"""Places that a citizen may name, and the office's list of reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from campaign.models import User
from units.models import Site

from ..models import CitizenReport, Problem

MOST_PLACES = 8
PAGE = 50


def public_places(text: str) -> list[Site]:
    """Sites in use whose name, pinyin initials or address contain every word; names and addresses only are shown."""
    found = Site.objects.filter(active=True)
    for word in text.split():
        found = found.filter(Q(name__icontains=word) | Q(initials__icontains=word) | Q(address__icontains=word))
    return list(found.only("code", "name", "address").order_by("name")[:MOST_PLACES]) if text.split() else []


def public_place(code: str) -> Site | None:
    """The site of a code in use (from a QR code or the list); others do not exist."""
    return Site.objects.filter(active=True, code=code).select_related("unit").first() if code else None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """One page of reports; ``after`` is the code that the next page begins after, empty on the last."""

    rows: Sequence[CitizenReport]
    after: str
    counts: dict[str, int]
    which: str


def reports_page(user: User, *, which: str, after: str = "") -> ReportPage:
    """Reports of one kind, newest first, with how many there are of each; three statements.

    Unless one is wanted (``which``), those whose reporter doubts the repair come first, then those newly arrived.
    """
    visible = CitizenReport.objects.visible_to(user)
    counts = visible.order_by().aggregate(
        received=Count("pk", filter=Q(state="received")),
        doubted=Count("pk", filter=Q(said_fixed=False, checked_at=None)),
        accepted=Count("pk", filter=Q(state="accepted")),
        refused=Count("pk", filter=Q(state="refused")),
    )
    which = which or ("doubted" if counts["doubted"] else "received")
    rows = visible.doubted() if which == "doubted" else visible.filter(state=which)
    if after:
        rows = rows.filter(pk__lt=visible.filter(code=after).values("pk")[:1])
    rows = rows.select_related("site", "problem__unit").annotate(photo_count=Count("photos")).order_by("-pk")
    found = list(rows[: PAGE + 1])
    return ReportPage(found[:PAGE], found[PAGE - 1].code if len(found) > PAGE else "", counts, which)


def said_of(problem: Problem) -> list[CitizenReport]:
    """The reports of a problem whose reporters have spoken of the repair, the latest first.

    Whoever sees the problem reads what they said and how they rated it; who they are and what they wrote, only those
    who handle reports.
    """
    reports = CitizenReport.objects.filter(problem=problem, said_at__isnull=False).order_by("-said_at")
    return list(reports.only("code", "said_fixed", "said_at", "checked_at", "rating"))


def problems_nearby(report: CitizenReport, user: User) -> list[Problem]:
    """Open problems at the same site, that this report may tell of as well."""
    if report.site is None:
        return []
    return list(Problem.objects.visible_to(user).open().filter(site=report.site).select_related("unit")[:5])
