"""One problem made into several, each with its unit, words and limit; the first of them inherits what hangs on it."""

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.rules import day_of, parse_limit
from units.models import Unit

from ..models import CitizenReport, Photo, Problem
from ..rules import Move
from .acts import Act, Part
from .handing import hand_over_all
from .noting import store_problems
from .telling import tell_of_batch

MOST_PARTS = 100
TEXT_LENGTH = Problem._meta.get_field("text").max_length or 0


def split(problem: Problem, act: Act) -> None:
    """Raise ValidationError where the parts do not make problems."""
    if not 2 <= len(act.parts) <= MOST_PARTS:
        raise ValidationError({"parts": _("Split it into at least two and at most %(n)s.") % {"n": MOST_PARTS}})
    units = {part.unit.pk for part in act.parts}
    if Unit.objects.valid_on(day_of(act.at)).filter(pk__in=units).count() < len(units):
        raise ValidationError({"parts": _("This unit does not exist any more.")})
    for part in act.parts:
        if not 0 < len(part.text.strip()) <= TEXT_LENGTH:
            raise ValidationError({"parts": _("Say what is to be put right, in at most 500 characters.")})
        try:
            parse_limit(part.limit)
        except ValueError as wrong:
            words = _("A limit such as 4h (working hours) or 3d (working days).")
            raise ValidationError({"parts": words}) from wrong


def follow(before: Problem, now: Problem, act: Act) -> None:
    """Note the parts with their photographs; hand them over where that was asked for."""
    if act.move != Move.SPLIT:
        return
    parts = [_part(now, part, act) for part in act.parts]
    store_problems(parts, by=act.by)
    _share_photos(now, parts, act)
    now.copies.update(merged_into=parts[0])
    CitizenReport.objects.filter(problem=now).update(problem=parts[0])
    if act.hand_over:
        hand_over_all(parts, by=act.by, at=act.at)
        tell_of_batch(parts, by=act.by, at=act.at, key=f"{Move.SPLIT}:{now.code}")


def _part(whole: Problem, part: Part, act: Act) -> Problem:
    return Problem(
        split_from=whole, site=whole.site, unit=part.unit, inspection=whole.inspection, item=whole.item,
        text=part.text.strip(), severity=whole.severity, source=whole.source, limit=str(parse_limit(part.limit)),
        noted_by_id=whole.noted_by_id, noted_at=act.at,
    )  # fmt: skip


def _share_photos(whole: Problem, parts: list[Problem], act: Act) -> None:
    """Each part gets rows of its own for the files of the whole, which keeps its photographs."""
    photos = list(whole.photos.filter(role=Photo.Role.BEFORE))
    shared = []
    for problem, part in zip(parts, act.parts, strict=True):
        for photo in photos:
            if part.photos is None or photo.client_uuid in part.photos:
                values = {field.attname: getattr(photo, field.attname) for field in Photo._meta.concrete_fields}
                values |= {"id": None, "client_uuid": uuid4(), "problem_id": problem.pk, "no_pair": ""}
                shared.append(Photo(**values))
    Photo.objects.bulk_create(shared)
