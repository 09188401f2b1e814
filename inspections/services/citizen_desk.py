"""What the office does with citizens' reports: take up, refuse, join, look again. Each once, by whoever is first."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaign.contact import blotted, decrypted
from campaign.models import CheckItem, User
from campaign.queries import record
from units.models import Site, Unit

from ..models import CitizenReport, Photo, Problem
from ..rules import VOID_ENDS, SubmissionConflict
from .citizens import KEPT_AFTER_END
from .noting import DEFAULT_LIMIT, note_problem


def accept_report(
    *,
    report: CitizenReport,
    text: str,
    site: Site | None,
    unit: Unit | None,
    severity: str = CheckItem.Severity.NORMAL,
    limit: str = DEFAULT_LIMIT,
    by: User,
    at: datetime,
) -> Problem:
    """Make a problem of it, with its photographs; mobile numbers do not come along. Raises as ``note_problem``."""
    with _deciding(report, by=by, at=at) as row:
        row.problem = note_problem(
            text=blotted(text), client_uuid=uuid5(NAMESPACE_OID, f"citizen report {row.tracking}"), by=by, noted_at=at,
            site=site, unit=unit, severity=severity, limit=limit, source=Problem.Source.CITIZEN,
        )  # fmt: skip
        row.state = CitizenReport.State.ACCEPTED
        Photo.objects.filter(report=row).update(problem=row.problem)
    return row.problem


def join_report(*, report: CitizenReport, problem: Problem, by: User, at: datetime) -> None:
    """It tells of a problem that is in the ledger already; its photographs go there."""
    if problem.state in VOID_ENDS:
        raise ValidationError({"problem": _("This problem counts no more. Choose another one, or take the report up.")})
    with _deciding(report, by=by, at=at) as row:
        row.problem, row.state = problem, CitizenReport.State.ACCEPTED
        Photo.objects.filter(report=row).update(problem=problem)


def refuse_report(*, report: CitizenReport, reason: str, by: User, at: datetime) -> None:
    """It is not a matter of ours; the reporter reads the reason."""
    with _deciding(report, by=by, at=at) as row:
        row.state, row.reason, row.purge_after = CitizenReport.State.REFUSED, reason, at + KEPT_AFTER_END


@contextmanager
def _deciding(report: CitizenReport, *, by: User, at: datetime) -> Iterator[CitizenReport]:
    """One transaction around a decision; raises SubmissionConflict where somebody was first."""
    with transaction.atomic():
        row = CitizenReport.objects.select_for_update().get(pk=report.pk)
        if row.state != CitizenReport.State.RECEIVED:
            raise SubmissionConflict(_("Somebody has decided on this report already."), code="decided")
        row.decided_at, row.decided_by = at, by
        yield row
        row.save(update_fields=["state", "reason", "problem", "purge_after", "decided_at", "decided_by"])
        after = {"problem": row.problem.code} if row.problem else {"reason": blotted(row.reason)}
        record(f"citizen_report.{row.state}", row, by=by, after=after)


@transaction.atomic
def look_again(*, report: CitizenReport, by: User, at: datetime) -> None:
    """The office has looked again after "not fixed"; a second time changes nothing."""
    if CitizenReport.objects.doubted().filter(pk=report.pk).update(checked_at=at):
        record("citizen_report.looked_again", report, by=by)


@transaction.atomic
def show_contact(*, report: CitizenReport, by: User) -> str:
    """The contact in full; that it was looked at is a line of the trail, the contact is not."""
    record("citizen_report.contact_shown", report, by=by)
    return decrypted(report.contact)
