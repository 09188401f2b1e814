"""Sets of what was seen and put right, started from the person."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from campaign.models import User
from campaign.permissions import Permission, Role
from campaign.rules import ONE_DAY, start_of
from units.querysets import links_up_to

from .rules import NOT_FOR_UNITS, OPEN_STATES, VOID_ENDS, WITH_UNIT, State

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    from . import models  # noqa: F401 (named in the bases below)

WHOLE_CITY = frozenset({Role.OFFICE, Role.SUPERVISOR})


def _rows(name: str) -> QuerySet[Any]:
    """All rows of a model of this app; they stand above this module and cannot be imported."""
    return apps.get_model("inspections", name)._default_manager.all()


def _among(field: str, keys: QuerySet[Any]) -> Func:
    """``field = ANY(ARRAY(keys))``: worked out once, so that several of them joined by OR still use their indexes."""
    return Func(
        F(field), ArraySubquery(keys), template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
    )


def _in(field: str, keys: QuerySet[Any]) -> Q:
    """``field IN (keys)``."""
    return Q(**{f"{field}__in": keys})


class InspectionQuerySet(QuerySet["models.Inspection"]):
    """Inspections."""

    def visible_to(self, user: User) -> Self:
        """Office and supervisors see all, inspectors their own, unit staff those that count for their units."""
        if user.role in WHOLE_CITY:
            return self
        if user.role == Role.INSPECTOR:
            return self.filter(inspector=user)
        if not user.can(Permission.SEE_INSPECTIONS):
            return self.none()
        counts_for = apps.get_model("inspections", "InspectionUnit")._default_manager
        return self.filter(Exists(counts_for.filter(inspection=OuterRef("pk"), unit__memberships__user=user)))

    def valid(self) -> Self:
        """Inspections that were not voided."""
        return self.filter(voided_at=None)

    def seen_between(self, first: date, last: date) -> Self:
        """Inspections of the Asia/Shanghai days ``first`` to ``last``, both included."""
        return self.filter(seen_at__gte=start_of(first), seen_at__lt=start_of(last + ONE_DAY))


class ProblemQuerySet(QuerySet["models.Problem"]):
    """The ledger."""

    def visible_to(self, user: User) -> Self:
        """Which problems a person sees.

        Office and supervisors see all; unit staff what their units lead or help with, what an appeal of theirs ended
        included; others what they noted, what they saw again, and what they are to check or to recheck.
        """
        if user.role in WHOLE_CITY:
            return self
        if user.role == Role.UNIT:
            mine = links_up_to(user).values("descendant")
            helped = _rows("ProblemUnit").filter(until=None, unit__in=mine).values("problem")
            near = self.filter(_among("unit", mine) | _among("pk", helped), merged_into=None)
            return near.filter(~Q(state__in=NOT_FOR_UNITS) | Q(state=State.CANCELLED, voided_at__isnull=False))
        if not user.can(Permission.SEE_PROBLEMS):
            return self.none()
        seen = _rows("Step").filter(by=user, move="add").values("problem")
        checks = _rows("CheckVisit").filter(inspector=user, ended_at=None).values("problem")
        rechecks = _rows("Recheck").filter(inspector=user).values("problem")
        return self.filter(Q(noted_by=user) | _among("pk", seen) | _among("pk", checks) | _among("pk", rechecks))

    def led_by(self, user: User) -> Self:
        """Problems whose repair a person's units lead; those that they help with are left out."""
        return self.filter(_among("unit", links_up_to(user).values("descendant")))

    def open(self) -> Self:
        """Problems that wait for somebody."""
        return self.filter(state__in=OPEN_STATES)

    def with_unit(self) -> Self:
        """Problems on which the holder has to act."""
        return self.filter(state__in=WITH_UNIT)

    def overdue(self, *, at: datetime) -> Self:
        """Handed over, not closed, and past ``due_at``."""
        return self.filter(closed_at=None, due_at__lt=at).exclude(state__in=VOID_ENDS)

    def matching(self, text: str) -> Self:
        """Problems whose code, text, site or unit contain every word of ``text``.

        Each of the four has an index, which knows threes of characters: for a shorter word it would be read as a whole,
        so that there the places are asked for in a way that leaves no choice but one pass over the table.
        """
        found = self
        for word in text.split():
            among = _among if len(word) >= 3 else _in
            sites = apps.get_model("units", "Site")._default_manager.filter(name__icontains=word)
            units = apps.get_model("units", "Unit")._default_manager.filter(label__icontains=word)
            found = found.filter(
                Q(code__icontains=word)
                | Q(text__icontains=word)
                | Q(among("site", sites.order_by().values("pk")))
                | Q(among("unit", units.order_by().values("pk")))
            )
        return found


class ExemptionQuerySet(QuerySet["models.Exemption"]):
    """Exemptions."""

    def visible_to(self, user: User) -> Self:
        """All of them, by whoever may read them."""
        return self if user.can(Permission.SEE_EXEMPTIONS) else self.none()

    def in_force(self, first: date, last: date) -> Self:
        """Those valid on some day from ``first`` to ``last``."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=first), valid_from__lte=last)


class PhotoQuerySet(QuerySet["models.Photo"]):
    """Photographs."""

    def visible_to(self, user: User) -> Self:
        """A photograph is seen by whoever sees its problem or its inspection, and by the person who sent it."""
        problems = ProblemQuerySet(apps.get_model("inspections", "Problem")).visible_to(user)
        inspections = InspectionQuerySet(apps.get_model("inspections", "Inspection")).visible_to(user)
        reports = CitizenReportQuerySet(apps.get_model("inspections", "CitizenReport")).visible_to(user)
        return self.filter(
            Q(uploaded_by=user)
            | Exists(problems.filter(pk=OuterRef("problem")))
            | Exists(inspections.filter(pk=OuterRef("inspection")))
            | Exists(reports.filter(pk=OuterRef("report")))
        )

    def unclaimed(self) -> Self:
        """Photographs that belong to nothing yet."""
        return self.filter(problem=None, inspection=None, report=None)


class CitizenReportQuerySet(QuerySet["models.CitizenReport"]):
    """What citizens reported."""

    def visible_to(self, user: User) -> Self:
        """Reports are read by those who handle them, and by nobody else."""
        return self if user.can(Permission.HANDLE_CITIZEN_REPORTS) else self.none()

    def doubted(self) -> Self:
        """The reporter says that it is not fixed, and nobody has looked again."""
        return self.filter(said_fixed=False, checked_at=None)


class BulkRunQuerySet(QuerySet["models.BulkRun"]):
    """Acts on many problems."""

    def visible_to(self, user: User) -> Self:
        """Whoever asked for it sees it, as long as they may see the ledger."""
        return self.filter(by=user) if user.can(Permission.SEE_PROBLEMS) else self.none()

    def forgotten(self, *, before: datetime) -> Self:
        """Not finished, and no worker has done anything with them since a moment."""
        return self.filter(Q(seen_at=None, asked_at__lt=before) | Q(seen_at__lt=before), finished_at=None)


class SavedFilterQuerySet(QuerySet["models.SavedFilter"]):
    """Filters kept under a name."""

    def visible_to(self, user: User) -> Self:
        """One's own, and those that the office shares with everybody."""
        return self.filter(Q(user=user) | Q(shared=True)) if user.can(Permission.SEE_PROBLEMS) else self.none()


class SupervisionQuerySet(QuerySet["models.Supervision"]):
    """Supervision notices (督办单)."""

    def visible_to(self, user: User) -> Self:
        """Office and supervisors see all; unit staff those that were issued to their units."""
        if user.role in WHOLE_CITY:
            return self
        if user.role != Role.UNIT:
            return self.none()
        return self.filter(Exists(links_up_to(user).filter(descendant=OuterRef("unit"))), state="issued")


class AppealQuerySet(QuerySet["models.Appeal"]):
    """Appeals (申诉)."""

    def visible_to(self, user: User) -> Self:
        """Office and supervisors see all, unit staff those of their units."""
        if user.role in WHOLE_CITY:
            return self
        if not user.can(Permission.SEE_APPEALS):
            return self.none()
        return self.filter(Exists(links_up_to(user).filter(descendant=OuterRef("unit"))))

    def undecided(self) -> Self:
        """Appeals that wait for the office."""
        return self.filter(state="open")


class RecheckQuerySet(QuerySet[Any]):
    """What was drawn to be looked at again: problems (``Recheck``) or sites (``BlindVisit``)."""

    def visible_to(self, user: User) -> Self:
        """The office sees all, inspectors their own; nobody else learns what was drawn."""
        if user.can(Permission.DRAW_RECHECKS):
            return self
        return self.filter(inspector=user) if user.can(Permission.RECHECK) else self.none()


class PaperQuerySet(QuerySet["models.Paper"]):
    """Papers that were issued."""

    def visible_to(self, user: User) -> Self:
        """Office and supervisors read all; unit staff those that are addressed to their units."""
        if not user.can(Permission.SEE_PAPERS):
            return self.none()
        if user.role in WHOLE_CITY:
            return self
        return self.filter(Exists(links_up_to(user).filter(descendant=OuterRef("unit"))))

    def matching(self, text: str) -> Self:
        """Papers whose number, unit or problem's code contains every word of ``text``."""
        found = self
        for word in text.split():
            named = self.model._default_manager.filter(problems__code__icontains=word)
            found = found.filter(
                Q(number__icontains=word) | Q(unit__label__icontains=word) | Q(pk__in=named.values("pk"))
            )
        return found

    def with_progress(self) -> Self:
        """Each with ``undone`` (one of its problems is open), ``answered`` (the unit replied) and ``replaced``."""
        open_ones = ProblemQuerySet(apps.get_model("inspections", "Problem")).open().filter(papers=OuterRef("pk"))
        replies = apps.get_model("inspections", "PaperReply")._default_manager.filter(paper=OuterRef("pk"))
        return self.annotate(
            undone=Exists(open_ones),
            answered=Exists(replies),
            replaced=Exists(self.model._default_manager.filter(replaces=OuterRef("pk"))),
        )

    def unanswered(self) -> Self:
        """Letters that hold, with open problems, to which the unit has not replied."""
        return self.with_progress().filter(undone=True, answered=False, replaced=False, unit__isnull=False)


class PaperRunQuerySet(QuerySet["models.PaperRun"]):
    """Runs that issue papers."""

    def visible_to(self, user: User) -> Self:
        """A person sees the runs they asked for."""
        return self.filter(requested_by=user) if user.can(Permission.SEE_PAPERS) else self.none()
