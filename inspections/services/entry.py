"""Entering what was seen: an inspection with its answers, the units it counts for and the problems it proposes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign.models import CheckItem, User
from campaign.queries import facts_changed, record
from campaign.rules import day_of, parse_limit
from campaign.sentences import joined
from units.models import Site, Unit
from units.services import accountable

from ..models import Answer, Exemption, Inspection, InspectionUnit, Problem
from ..models.exemption import Case
from ..queries.entering import share_entering
from ..queries.exemptions import exempt
from ..rules import ANSWERED, FAILED, ONE, ZERO, Earned, Outcome, earn, earned_share, site_score, total
from . import blind
from .again import fix_on_the_spot, see_again
from .exempting import record_forced, stopped
from .noting import store_problems, take_photos
from .numbering import new_codes
from .once import digest_of, sent_before

#: How far a telephone's clock may run ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)
MOST_OCCURRENCES = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The problem that a failed item proposes; what is empty comes from the answer, the item and the site."""

    text: str = ""
    severity: str = ""
    limit: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen at one item; ``photos`` are the uuids of photographs sent before.

    ``fixed`` are photographs of what was put right on the spot (当场整改); ``same`` is the problem in the ledger that a
    failed item adds to, so that it proposes none.
    """

    item: CheckItem
    outcome: str
    count: int | None = None
    deduction: Decimal | None = None
    note: str = ""
    problem: Proposal = field(default_factory=Proposal)
    photos: tuple[UUID, ...] = ()
    fixed: tuple[UUID, ...] = ()
    same: Problem | None = None

    @property
    def fails(self) -> bool:
        """Whether the answer proposes a problem."""
        return self.outcome in FAILED

    def earns(self) -> Earned:
        """The points this answer earns, of those available."""
        item = self.item
        share = earned_share(item.scoring, item.parameters, self.outcome, self.count, self.deduction)
        return earn(item.points, share)


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
    despite: str = "",
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
    answers = _heed_exemptions(site, answers, seen_at, despite=despite, by=by)
    inspection = Inspection(
        client_uuid=client_uuid, payload_sha256=digest, site=site, inspector=by, kind=kind, seen_at=seen_at,
        recorded_at=recorded_at, note=note,
    )  # fmt: skip
    try:
        return _store(inspection, answers, units, despite=despite, by=by)
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
    more = [sorted(map(str, seen.fixed)), seen.same.code if seen.same else ""] if seen.fixed or seen.same else []
    stated = proposed if seen.fails else []
    return [seen.item.code, seen.outcome, seen.count, deduction, seen.note, stated, photos, *more]


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


def _heed_exemptions(
    site: Site, answers: Sequence[Seen], seen_at: datetime, *, despite: str, by: User
) -> Sequence[Seen]:
    """Stop faults that are exempt (ValidationError by item); what is not applicable names its exemption in its note."""
    about = [seen for seen in answers if seen.fails or seen.outcome == Outcome.NOT_APPLICABLE]
    cases = [
        Case(at=seen_at, text=f"{seen.note} {seen.item.text}", site=site, unit_id=site.unit_id, item_id=seen.item.pk)
        for seen in about
    ]
    found = {seen.item.pk: row for seen, row in zip(about, exempt(cases), strict=True) if row}
    if despite.strip():
        stopped([], despite=despite, by=by)
    elif wrong := {
        seen.item.code: _advice(found[seen.item.pk]) for seen in about if seen.fails and seen.item.pk in found
    }:
        raise ValidationError(wrong)
    return [
        replace(seen, note=found[seen.item.pk].sentence[:500])
        if seen.item.pk in found and not seen.fails and not seen.note
        else seen
        for seen in answers
    ]


def _advice(exemption: Exemption) -> str:
    return joined(
        [exemption.sentence, _("Answer “not applicable”; the office may note it all the same, with a reason.")]
    )


@transaction.atomic
def _store(
    inspection: Inspection, seen: Sequence[Seen], units: Collection[Unit] | None, *, despite: str, by: User
) -> Inspection:
    """Everything or nothing. The unique ``client_uuid`` decides between two at once; its number is not wasted."""
    inspection.recorded_at += share_entering()
    day = day_of(inspection.seen_at)
    responsible = [unit.pk for unit in units] if units is not None else _responsible(inspection.site)
    earned = [one.earns() for one in seen]
    points = total(earned)
    [inspection.code] = new_codes("JC", [day], 5)
    inspection.unit_id = responsible[0]
    inspection.earned, inspection.available, inspection.score = points.earned, points.available, site_score(points)
    inspection.save(force_insert=True)
    InspectionUnit.objects.bulk_create(
        InspectionUnit(
            inspection=inspection, unit_id=unit, direct=direct, site_id=inspection.site_id,
            seen_at=inspection.seen_at, earned=points.earned, available=points.available,
        )
        for unit, direct in accountable(unit_ids=responsible, on=day)
    )  # fmt: skip
    answers = _store_answers(inspection, seen, earned)
    _propose(inspection, seen, answers, by=by, known=blind.follow(inspection))
    if despite.strip():
        record_forced(inspection.problems.select_related("site"), despite=despite, by=by)
    facts_changed({day})
    after = {"site": inspection.site.code, "score": str(inspection.score), "answers": len(answers)}
    record("inspection.recorded", inspection, by=by, after=after)
    return inspection


def _responsible(site: Site) -> list[int]:
    """The ids of the units that answer for a site, the first one first."""
    return [site.unit_id, *site.other_units.order_by("code").values_list("pk", flat=True)]


def _store_answers(inspection: Inspection, seen: Sequence[Seen], earned: Sequence[Earned]) -> list[Answer]:
    return Answer.objects.bulk_create(
        Answer(
            inspection=inspection, item=one.item, indicator_id=one.item.indicator_id, seen_at=inspection.seen_at,
            outcome=one.outcome, count=one.count, deduction=one.deduction, note=one.note,
            earned=points.earned, available=points.available,
        )
        for one, points in zip(seen, earned, strict=True)
    )  # fmt: skip


def _propose(
    inspection: Inspection, seen: Sequence[Seen], answers: Sequence[Answer], *, by: User, known: Collection[int] = ()
) -> None:
    """A noted problem for every failed item that is not ``known``, every photograph to its answer and problem."""
    pairs = list(zip(seen, answers, strict=True))
    failed = [(one, answer) for one, answer in pairs if one.fails and not one.same and one.item.pk not in known]
    problems = {answer.pk: _proposed(inspection, one, answer, by=by) for one, answer in failed}
    if problems:
        store_problems(list(problems.values()), by=by)
    owners: dict[UUID, dict[str, object]] = {}
    for one, answer in pairs:
        problem = one.same if one.fails and one.same else problems.get(answer.pk)
        owner = {"inspection": inspection, "answer": answer, "problem": problem}
        owners |= {photo: dict(owner) for photo in one.photos}
    take_photos(owners, by=by)
    _second_thoughts(inspection, pairs, problems, by=by)


def _second_thoughts(
    inspection: Inspection, pairs: Sequence[tuple[Seen, Answer]], problems: Mapping[int, Problem], *, by: User
) -> None:
    """What stands in the ledger already, and what was put right on the spot: few of a visit, each a move of its own."""
    for one, answer in pairs:
        if one.fails and one.same:
            note = (one.note or one.item.text).strip()[:500]
            see_again(problem=one.same, note=note, by=by, at=inspection.seen_at)
        elif one.fixed and answer.pk in problems:
            fix_on_the_spot(problem=problems[answer.pk], by=by, at=inspection.seen_at, photos=one.fixed)


def _proposed(inspection: Inspection, seen: Seen, answer: Answer, *, by: User) -> Problem:
    wish, item = seen.problem, seen.item
    unit = wish.unit.pk if wish.unit else inspection.unit_id
    text = (wish.text or seen.note).strip() or _unsaid(item)
    return Problem(
        site=inspection.site, unit_id=unit, inspection=inspection, answer=answer, item=item, text=text[:500],
        severity=wish.severity or item.severity, limit=wish.limit or item.limit, noted_by=by,
        noted_at=inspection.seen_at,
    )  # fmt: skip


def _unsaid(item: CheckItem) -> str:
    """What the ledger says of a failed item without a note, in the ledger's language and not in the person's."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Not met: %(item)s") % {"item": item.text}
