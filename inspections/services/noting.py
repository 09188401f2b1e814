"""Problems as they are noted: proposed by failed items, or quickly without a checklist."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaign.models import CheckItem, User
from campaign.permissions import Role
from campaign.queries import an_event, record_all
from campaign.rules import day_of, parse_limit
from units.models import Site, Unit

from ..models import Photo, Problem, Step
from ..models.exemption import Case
from ..rules import State
from .exempting import record_forced, stopped
from .numbering import new_codes
from .once import digest_of, sent_before
from .repeats import mark_repeats

#: What a quick problem gets where nobody says otherwise.
DEFAULT_LIMIT = "3d"
#: Where a quick problem may come from, by the role of the person; the first is what it is without a choice.
SOURCES = {Role.OFFICE: list(Problem.Source), Role.MONITOR: [Problem.Source.SNAPSHOT]}


def sources_for(by: User) -> list[Problem.Source]:
    """The sources that a person may name, the usual one first."""
    return SOURCES.get(Role(by.role), [Problem.Source.INSPECTION])


def note_problem(
    *,
    text: str,
    client_uuid: UUID,
    by: User,
    noted_at: datetime,
    site: Site | None = None,
    unit: Unit | None = None,
    severity: str = CheckItem.Severity.NORMAL,
    limit: str = DEFAULT_LIMIT,
    source: str = Problem.Source.INSPECTION,
    photos: Collection[UUID] = (),
    despite: str = "",
) -> Problem:
    """Note a problem without a checklist, at a site or else at a unit; the unit defaults to the site's.

    The same content under the same ``client_uuid`` returns what was stored the first time. What is exempt is stopped
    unless the office says why it is noted ``despite`` that. Raises ValidationError by field, or SubmissionConflict (see
    ``once.sent_before``).
    """
    holder = unit or (site.unit if site else None)
    if holder is None:
        raise ValidationError({"unit": _("Choose a site or a unit.")})
    check_words(text=text, limit=limit)
    content = {
        "site": site.code if site else None, "unit": holder.code, "text": text.strip(), "severity": severity,
        "limit": limit, "source": source, "photos": sorted(map(str, photos)),
    }  # fmt: skip
    digest = digest_of(content)
    stored = sent_before(Problem, client_uuid=client_uuid, digest=digest, by=by)
    if stored:
        return stored
    case = Case(at=noted_at, text=text, site=site, unit_id=holder.pk)
    for sentence in stopped([case], despite=despite, by=by).values():
        raise ValidationError({"text": sentence}, code="exempt")
    problem = Problem(
        client_uuid=client_uuid, payload_sha256=digest, site=site, unit=holder, text=text.strip(), severity=severity,
        limit=limit, source=source, noted_by=by, noted_at=noted_at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            store_problems([problem], by=by)
            record_forced([problem], despite=despite, by=by)
            take_photos({uuid: {"problem": problem} for uuid in photos}, by=by)
    except IntegrityError:
        stored = sent_before(Problem, client_uuid=client_uuid, digest=digest, by=by)
        if stored is None:
            raise
        return stored
    return problem


def check_words(*, text: str, limit: str) -> None:
    """Raise ValidationError, by field, for words or a limit that cannot be stored."""
    if not 0 < len(text.strip()) <= (Problem._meta.get_field("text").max_length or 0):
        raise ValidationError({"text": _("Say what is to be put right, in at most 500 characters.")})
    try:
        parse_limit(limit)
    except ValueError as wrong:
        raise ValidationError({"limit": _("A limit such as 4h (working hours) or 3d (working days).")}) from wrong


def store_problems(problems: list[Problem], *, by: User) -> None:
    """Number and store noted problems with their first step and audit lines; runs in the caller's transaction.

    Those that repeat an earlier one are marked. The number of statements depends on the number of months among
    ``noted_at`` only.
    """
    for problem, code in zip(problems, new_codes("WT", (day_of(row.noted_at) for row in problems), 4), strict=True):
        problem.code = code
    Problem.objects.bulk_create(problems, batch_size=2000)
    Step.objects.bulk_create(
        (
            Step(problem=problem, move="note", state=State.NOTED, unit_id=problem.unit_id, by=by, at=problem.noted_at)
            for problem in problems
        ),
        batch_size=2000,
    )
    mark_repeats(problem.pk for problem in problems)
    record_all(
        an_event("problem.noted", problem, by=by, after={"text": problem.text, "severity": problem.severity})
        for problem in problems
    )


def take_photos(owners: dict[UUID, dict[str, object]], *, by: User) -> None:
    """Give photographs that this person sent before, and that belong to nothing yet, their owners (field → row).

    All of them or none: raises ValidationError where one is missing.
    """
    if not owners:
        return
    loose = Photo.objects.select_for_update().filter(
        client_uuid__in=owners, uploaded_by=by, problem=None, inspection=None
    )
    photos = list(loose)
    if len(photos) != len(owners):
        raise ValidationError({"photos": _("A photograph did not arrive. Please add it again.")})
    for photo in photos:
        for field, row in owners[photo.client_uuid].items():
            setattr(photo, field, row)
    Photo.objects.bulk_update(photos, ["problem", "inspection", "answer"])
