"""What citizens do without an account: report, follow by a code that only they have, say whether it is fixed."""

import base64
import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.contact import blotted, encrypted, first_mobile
from campaign.models import User
from campaign.permissions import TABLE, Permission, Role
from campaign.queries import facts_changed, record_unnamed
from campaign.rules import day_of
from campaign.services.allowances import PHOTOS_OF_A_REPORT, take, writing_limits
from campaign.services.notices import notify
from units.models import Site

from ..models import CitizenReport, Photo, Problem
from ..rules import State
from .ledger import doubt_repair
from .numbering import new_codes
from .once import digest_of

CITIZEN = "citizen"
NOT_FIXED = gettext_noop("%(code)s: who reported it (%(report)s) says that it is not fixed. It waits to be checked.")
MOST_PHOTOS = PHOTOS_OF_A_REPORT
#: What a mark from 1 to 5 says of the reporter's satisfaction.
MARKS = {
    5: Problem.Callback.SATISFIED, 4: Problem.Callback.SATISFIED, 3: Problem.Callback.FAIR,
    2: Problem.Callback.DISSATISFIED, 1: Problem.Callback.DISSATISFIED,
}  # fmt: skip
#: A contact is kept this long after the matter has ended, and this long where it never does.
KEPT_AFTER_END = timedelta(days=30)
KEPT_AT_MOST = timedelta(days=365)


def citizen() -> User:
    """Whose name stands on photographs of people without an account; nobody can sign in with it."""
    user, _made = User.objects.get_or_create(
        username=CITIZEN, defaults={"name": "市民", "role": Role.MONITOR, "is_active": False, "password": "!"}
    )
    return user


def tracking_code(*, form: UUID, content: dict[str, object]) -> str:
    """128 bits, safe in a text: the same for the same form with the same content, so that sending twice is one report.

    ``form`` is the random number given out with the form; without it and our key nobody can work a code out.
    """
    digest = salted_hmac("citizen report", f"{form}:{digest_of(content)}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def digest_of_code(code: str) -> str:
    """What is stored of a tracking code."""
    return hashlib.sha256(code.strip().encode("utf-8", "surrogatepass")).hexdigest()


def is_known(code: str) -> bool:
    """Whether the report under this code has arrived."""
    return CitizenReport.objects.filter(tracking=digest_of_code(code)).exists()


def report_of(code: str) -> CitizenReport | None:
    """The report that a tracking code opens; the same one statement whether there is one or not."""
    return (
        CitizenReport.objects.filter(tracking=digest_of_code(code))
        .select_related("problem__merged_into", "site")
        .first()
    )


def receive_report(
    *,
    code: str,
    text: str,
    place: str = "",
    site: Site | None = None,
    contact: str = "",
    photos: Collection[UUID] = (),
    address: str | None,
    at: datetime,
) -> None:
    """Keep a report under its tracking code; the same code again changes nothing.

    ``address`` is that of somebody not signed in and counts towards the limits (raises TooMany); None for staff.
    Mobile numbers are taken out of what others will read; without a contact the first of them becomes it.
    """
    if is_known(code):
        return
    if site is None and not place.strip():
        raise ValidationError({"place": _("Say where it is: a street, a shop, a bus stop nearby.")})
    contact = contact.strip() or first_mobile(text, place)
    report = CitizenReport(
        tracking=digest_of_code(code), text=blotted(text), place=blotted(place), site=site,
        contact=encrypted(contact), received_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            [report.code] = new_codes("SM", [day_of(at)], 4)
            report.save(force_insert=True)
            _claim(photos, report)
            record_unnamed("citizen_report.received", report)
            if address is not None:  # last: the counters are locked for an instant only
                take(writing_limits("report", address=address, place=site.code if site else place), at=at)
    except IntegrityError:
        if not is_known(code):
            raise


def _claim(photos: Collection[UUID], report: CitizenReport) -> None:
    if not photos:
        return
    loose = Photo.objects.filter(client_uuid__in=photos, uploaded_by=citizen()).unclaimed()
    if loose.update(report=report) != len(photos):
        raise ValidationError({"photos": _("A photograph did not arrive. Please add it again.")})


@transaction.atomic
def answer_repair(*, report: CitizenReport, fixed: bool, rating: int | None, at: datetime) -> None:
    """What the reporter says of the repair; once per closing.

    "Not fixed" puts a closed problem back to be checked, however long ago it was closed, and tells the office; the
    report counts as doubted until the office closes it again or sends it back.
    """
    report = CitizenReport.objects.select_for_update(of=["self"]).select_related("problem").get(pk=report.pk)
    if not report.may_answer:
        raise ValidationError(_("Your answer has already arrived, or the matter is still open."))
    report.said_fixed, report.rating, report.said_at, report.checked_at = fixed, rating, at, None
    if not fixed:
        report.purge_after = None
    report.save(update_fields=["said_fixed", "rating", "said_at", "checked_at", "purge_after"])
    if rating and report.matter:
        _keep_rating(report.matter, rating, at=at)
    if not fixed and report.problem:
        doubt_repair(problem=report.problem, by=citizen(), at=at, note=_("The reporter says that it is not fixed."))
        notify(
            User.objects.filter(is_active=True, role__in=TABLE[Permission.HANDLE_CITIZEN_REPORTS]),
            sentence=NOT_FIXED, values={"code": report.problem.code, "report": report.code},
            key=f"doubted:{report.code}:{at.isoformat()}", at=at, url=report.problem.get_absolute_url(),
        )  # fmt: skip
    record_unnamed("citizen_report.said_fixed" if fixed else "citizen_report.said_not_fixed", report)


def _keep_rating(matter: Problem, rating: int, *, at: datetime) -> None:
    """The last mark that a reporter gave is the problem's satisfaction; of a copy it is the original's."""
    problem = Problem.objects.select_for_update().get(pk=matter.pk)
    days = {day_of(moment) for moment in (problem.called_back_at, at) if moment}
    problem.callback, problem.called_back_at = MARKS[rating], at
    problem.save(update_fields=["callback", "called_back_at"])
    facts_changed(days)


@transaction.atomic
def forget_contacts(*, at: datetime) -> int:
    """Set when contacts go, and delete those whose time has come; returns how many went."""
    kept = CitizenReport.objects.exclude(contact="")
    doubted = Q(said_fixed=False, checked_at=None)
    alive = doubted | ~Q(problem__state__in=[State.CLOSED, State.CANCELLED, State.SPLIT])
    reopened = kept.filter(alive, state=CitizenReport.State.ACCEPTED, purge_after__isnull=False)
    CitizenReport.objects.filter(pk__in=list(reopened.values_list("pk", flat=True))).update(purge_after=None)
    ended = kept.filter(purge_after=None, state=CitizenReport.State.ACCEPTED).exclude(alive)
    for report in ended.annotate(ended_at=Max("problem__steps__at")).only("pk"):
        CitizenReport.objects.filter(pk=report.pk).update(purge_after=report.ended_at + KEPT_AFTER_END)
    over = Q(purge_after__lte=at) | Q(received_at__lte=at - KEPT_AT_MOST)
    return kept.filter(over).update(contact="")
