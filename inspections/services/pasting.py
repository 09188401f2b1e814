"""The problems of a message from a chat group, noted together: all of them once, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from campaign.models import User
from units.models import Site, Unit

from ..models import Problem
from ..models.exemption import Case
from .exempting import record_forced, stopped
from .noting import check_words, store_problems, take_photos
from .once import digest_of, sent_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """One problem of a message as the person confirmed it; ``photos`` are the uuids of photographs sent before."""

    text: str
    site: Site | None
    unit: Unit
    severity: str
    limit: str
    photos: tuple[UUID, ...] = ()
    despite: str = ""


def note_pasted(
    *, rows: Sequence[Pasted], source: str, client_uuid: UUID, by: User, noted_at: datetime
) -> list[Problem]:
    """Note the problems of one message in one transaction, in their order.

    The same rows under the same ``client_uuid`` return what was stored the first time. Raises ValidationError by
    field (what is exempt under ``row N``), or SubmissionConflict (see ``once.sent_before``). The number of statements
    does not depend on the rows.
    """
    for row in rows:
        check_words(text=row.text, limit=row.limit)
    digest = digest_of({"source": source, "rows": [_content(row) for row in rows]})
    numbers = [uuid5(client_uuid, str(place)) for place in range(len(rows))]
    if _stored(numbers, digest, by=by):
        return _in_order(numbers)
    _stop(rows, by=by, at=noted_at)
    problems = [
        Problem(
            client_uuid=number, payload_sha256=digest, site=row.site, unit=row.unit, text=row.text.strip(),
            severity=row.severity, limit=row.limit, source=source, noted_by=by, noted_at=noted_at,
        )
        for number, row in zip(numbers, rows, strict=True)
    ]  # fmt: skip
    try:
        with transaction.atomic():
            store_problems(problems, by=by)
            for problem, row in zip(problems, rows, strict=True):
                record_forced([problem], despite=row.despite, by=by)  # writes for those with a reason only
            pairs = zip(problems, rows, strict=True)
            take_photos({photo: {"problem": problem} for problem, row in pairs for photo in row.photos}, by=by)
    except IntegrityError:  # the same message, stored by another process since we looked
        if not _stored(numbers, digest, by=by):
            raise
        return _in_order(numbers)
    return problems


def _stop(rows: Sequence[Pasted], *, by: User, at: datetime) -> None:
    """Raise ValidationError for the rows that are exempt, unless the office says why they are noted all the same."""
    cases = [Case(at=at, text=row.text, site=row.site, unit_id=row.unit.pk) for row in rows]
    forced = next((row.despite for row in rows if row.despite.strip()), "")
    stopped([], despite=forced, by=by)
    told = stopped(cases, despite="", by=by)
    wrong = {f"row {place}": sentence for place, sentence in told.items() if not rows[place].despite.strip()}
    if wrong:
        raise ValidationError(wrong)


def _content(row: Pasted) -> dict[str, object]:
    return {
        "site": row.site.code if row.site else None, "unit": row.unit.code, "text": row.text.strip(),
        "severity": row.severity, "limit": row.limit, "photos": sorted(map(str, row.photos)),
    }  # fmt: skip


def _stored(numbers: Sequence[UUID], digest: str, *, by: User) -> bool:
    """Whether the message is stored; its first problem stands for all, they came in one transaction."""
    return sent_before(Problem, client_uuid=numbers[0], digest=digest, by=by) is not None


def _in_order(numbers: Sequence[UUID]) -> list[Problem]:
    found = {problem.client_uuid: problem for problem in Problem.objects.filter(client_uuid__in=numbers)}
    return [found[number] for number in numbers]
