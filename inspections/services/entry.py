"""Entering what was seen: an inspection with its answers, the units it counts for and the problems it proposes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.models import CheckItem, User
from campaign.queries import facts_changed, record
from campaign.rules import day_of, parse_limit
from units.models import Site, Unit
from units.services import Accountability

from ..models import Answer, Inspection, InspectionUnit, Problem
from ..rules import ANSWERED, FAILED, ONE, ZERO, Earned, Outcome, earn, earned_share, site_score, total
from .noting import new_codes, store_problems, take_photos
from .once import digest_of, sent_before

#: How far a telephone's clock may run ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)
MOST_OCCURRENCES = 9999
BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The problem that a failed item proposes; what is empty comes from the answer, the item and the site."""

    text: str = ""
    severity: str = ""
    limit: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen at one item; ``photos`` are the uuids of photographs sent before."""

    item: CheckItem
    outcome: str
    count: int | None = None
    deduction: Decimal | None = None
    note: str = ""
    problem: Proposal = field(default_factory=Proposal)
    photos: tuple[UUID, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether the answer proposes a problem."""
        return self.outcome in FAILED

    def earns(self) -> Earned:
        """The points this answer earns, of those available."""
        item = self.item
        share = earned_share(item.scoring, item.parameters, self.outcome, self.count, self.deduction)
        return earn(item.points, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One inspection as it comes in. ``units``: those responsible, where not the site's; ``code``: where it has one."""

    site: Site
    seen_at: datetime
    kind: str
    inspector: User
    answers: Sequence[Seen]
    note: str = ""
    units: Collection[Unit] | None = None
    code: str = ""
    client_uuid: UUID | None = None
    digest: str = ""


def record_inspection(
    *,
    site: Site,
    seen_at: datetime,
    kind: str,
    answers: Sequence[Seen],
    client_uuid: UUID,
    by: User,
    recorded_at: datetime,
    note: str = "",
    units: Collection[Unit] | None = None,
) -> Inspection:
    """Store an inspection that a person sends in, with a problem for every failed item.

    The same content under the same ``client_uuid`` returns what was stored the first time, however many arrive at once.
    Raises ValidationError (keys: ``seen_at``, ``photos``, the codes of items) or SubmissionConflict. The number of
    statements does not depend on the number of answers.
    """
    content = _content(site=site, seen_at=seen_at, kind=kind, note=note, answers=answers, units=units)
    digest = digest_of(content)
    stored = sent_before(Inspection, client_uuid=client_uuid, digest=digest, by=by)
    if stored:
        return stored
    _check(site=site, seen_at=seen_at, answers=answers, recorded_at=recorded_at)
    visit = Visit(
        site=site, seen_at=seen_at, kind=kind, inspector=by, answers=answers, note=note, units=units,
        client_uuid=client_uuid, digest=digest,
    )  # fmt: skip
    try:
        return record_visits(visits=[visit], by=by, recorded_at=recorded_at, propose=True)[0]
    except IntegrityError:  # the same submission, stored by another process since we looked
        stored = sent_before(Inspection, client_uuid=client_uuid, digest=digest, by=by)
        if stored is None:
            raise
        return stored


def _content(**given: Any) -> dict[str, Any]:
    """What a submission says, in plain values: the digest is made of it."""
    units = given["units"]
    answers = sorted(given["answers"], key=lambda seen: seen.item.code)
    return {
        "site": given["site"].code,
        "seen_at": given["seen_at"].timestamp(),
        "kind": given["kind"],
        "note": given["note"],
        "units": sorted(unit.code for unit in units) if units is not None else None,
        "answers": [_answer_content(seen) for seen in answers],
    }


def _answer_content(seen: Seen) -> list[Any]:
    deduction = None if seen.deduction is None else f"{seen.deduction:.3f}"
    problem = seen.problem
    proposed = [problem.text, problem.severity, problem.limit, problem.unit.code if problem.unit else ""]
    photos = sorted(map(str, seen.photos))
    return [seen.item.code, seen.outcome, seen.count, deduction, seen.note, proposed if seen.fails else [], photos]


def _check(*, site: Site, seen_at: datetime, answers: Sequence[Seen], recorded_at: datetime) -> None:
    """Raise ValidationError with everything that is wrong with a submission."""
    wrong: dict[str, list[str]] = defaultdict(list)
    if seen_at > recorded_at + CLOCK_TOLERANCE:
        wrong["seen_at"].append(_("This time is still to come. Correct the time of the inspection."))
    if not any(seen.outcome in ANSWERED for seen in answers):
        wrong[NON_FIELD_ERRORS].append(_("Answer at least one item."))
    if len({seen.item.pk for seen in answers}) < len(answers):
        wrong[NON_FIELD_ERRORS].append(_("An item was answered twice."))
    for seen in answers:
        if sentences := list(_faults(seen, site)):
            wrong[seen.item.code].extend(sentences)
    if wrong:
        raise ValidationError(wrong)


def _faults(seen: Seen, site: Site) -> Iterable[str]:
    if seen.item.site_type_id != site.type_id:
        yield _("This item is not on the checklist of this site.")
    if seen.outcome not in {outcome.value for outcome in Outcome}:
        yield _("Choose one of the answers.")
    if seen.count is not None and not 0 <= seen.count <= MOST_OCCURRENCES:
        yield _("A number from 0 to 9,999, please.")
    if seen.deduction is not None and not ZERO <= seen.deduction <= ONE:
        yield _("A share of the item's points from 0 to 1, please.")
    if max(len(seen.note), len(seen.problem.text)) > (Answer._meta.get_field("note").max_length or 0):
        yield _("At most 500 characters, please.")
    if seen.problem.limit and not _is_limit(seen.problem.limit):
        yield _("A limit such as 4h (working hours) or 3d (working days).")
    missing = seen.item.photos_required - len(seen.photos)
    if seen.fails and missing > 0:
        words = ngettext("%(n)s more photograph is needed.", "%(n)s more photographs are needed.", missing)
        yield words % {"n": missing}


def _is_limit(text: str) -> bool:
    try:
        return bool(parse_limit(text))
    except ValueError:
        return False


@transaction.atomic
def record_visits(
    *, visits: Sequence[Visit], by: User, recorded_at: datetime, propose: bool = False
) -> list[Inspection]:
    """Store many inspections as they are (an import has checked them), with problems for failed items on request.

    A handful of statements whatever the number of visits. Codes are given to the visits that bring none.
    """
    responsible = _responsible(visits)
    above = Accountability.of({unit for units in responsible for unit in units})
    results = [[seen.earns() for seen in visit.answers] for visit in visits]
    inspections = _store_inspections(visits, responsible, results, recorded_at)
    _store_units(inspections, responsible, above)
    answers = _store_answers(visits, inspections, results)
    if propose:
        _propose(visits, inspections, answers, by=by)
    facts_changed({day_of(visit.seen_at) for visit in visits})
    if len(inspections) == 1:
        only = inspections[0]
        after = {"site": only.site.code, "score": str(only.score), "answers": len(answers)}
        record("inspection.recorded", only, by=by, after=after)
    else:
        record("inspections.recorded", by=by, after={"inspections": len(inspections), "answers": len(answers)})
    return inspections


def _responsible(visits: Sequence[Visit]) -> list[list[int]]:
    """For every visit the ids of the units responsible, the first one first."""
    through = Site.other_units.through.objects
    asked = {visit.site.pk for visit in visits if visit.units is None}
    others: dict[int, list[int]] = defaultdict(list)
    for site, unit in through.filter(site__in=asked).order_by("unit__code").values_list("site_id", "unit_id"):
        others[site].append(unit)
    return [
        [visit.site.unit_id, *others[visit.site.pk]] if visit.units is None else [unit.pk for unit in visit.units]
        for visit in visits
    ]


def _store_inspections(
    visits: Sequence[Visit], responsible: list[list[int]], results: list[list[Earned]], recorded_at: datetime
) -> list[Inspection]:
    uncoded = [visit for visit in visits if not visit.code]
    codes = iter(new_codes("JC", (day_of(visit.seen_at) for visit in uncoded), 5))
    inspections = []
    for visit, units, earned in zip(visits, responsible, results, strict=True):
        points = total(earned)
        inspections.append(
            Inspection(
                code=visit.code or next(codes), client_uuid=visit.client_uuid, payload_sha256=visit.digest,
                site=visit.site, unit_id=units[0], inspector=visit.inspector, kind=visit.kind, seen_at=visit.seen_at,
                recorded_at=recorded_at, note=visit.note, earned=points.earned, available=points.available,
                score=site_score(points),
            )
        )  # fmt: skip
    return Inspection.objects.bulk_create(inspections, batch_size=BATCH)


def _store_units(inspections: list[Inspection], responsible: list[list[int]], above: Accountability) -> None:
    InspectionUnit.objects.bulk_create(
        (
            InspectionUnit(
                inspection=inspection, unit_id=unit, direct=direct, site_id=inspection.site_id,
                seen_at=inspection.seen_at, earned=inspection.earned, available=inspection.available,
            )
            for inspection, units in zip(inspections, responsible, strict=True)
            for unit, direct in above.on(day_of(inspection.seen_at), units)
        ),
        batch_size=BATCH,
    )  # fmt: skip


def _store_answers(visits: Sequence[Visit], inspections: list[Inspection], results: list[list[Earned]]) -> list[Answer]:
    return Answer.objects.bulk_create(
        (
            Answer(
                inspection=inspection, item=seen.item, indicator_id=seen.item.indicator_id, seen_at=visit.seen_at,
                outcome=seen.outcome, count=seen.count, deduction=seen.deduction, note=seen.note,
                earned=points.earned, available=points.available,
            )
            for visit, inspection, earned in zip(visits, inspections, results, strict=True)
            for seen, points in zip(visit.answers, earned, strict=True)
        ),
        batch_size=BATCH,
    )  # fmt: skip


def _propose(visits: Sequence[Visit], inspections: list[Inspection], answers: list[Answer], *, by: User) -> None:
    """A noted problem for every failed item, and every photograph to its answer and problem."""
    pairs = [(visit, seen) for visit in visits for seen in visit.answers]
    problems: dict[int, Problem] = {}
    for (visit, seen), answer in zip(pairs, answers, strict=True):
        if seen.fails:
            problems[answer.pk] = _proposed(visit, seen, answer, by=by)
    if problems:
        store_problems(list(problems.values()), by=by)
    owners: dict[UUID, dict[str, object]] = {}
    for (_visit, seen), answer in zip(pairs, answers, strict=True):
        owner: dict[str, object] = {
            "inspection": answer.inspection,
            "answer": answer,
            "problem": problems.get(answer.pk),
        }
        owners.update(dict.fromkeys(seen.photos, owner))
    take_photos(owners, by=by)


def _proposed(visit: Visit, seen: Seen, answer: Answer, *, by: User) -> Problem:
    wish, item = seen.problem, seen.item
    unit = wish.unit.pk if wish.unit else answer.inspection.unit_id
    text = (wish.text or seen.note or item.text).strip()
    return Problem(
        site=visit.site, unit_id=unit, inspection=answer.inspection, answer=answer, item=item, text=text[:500],
        severity=wish.severity or item.severity, limit=wish.limit or item.limit, noted_by=by, noted_at=visit.seen_at,
    )  # fmt: skip
