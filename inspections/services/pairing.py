"""Photographs that come with a move; those of a repair are paired with the ones before, place by place."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Photo, Problem
from ..rules import Move
from .acts import Act

#: What a photograph shows that comes with a move; with any other move it shows the repair.
ROLES: dict[str, str] = {Move.ADD: Photo.Role.BEFORE, Move.CLOSE: Photo.Role.CHECK, Move.SEND_BACK: Photo.Role.CHECK}
WHY_LENGTH = Photo._meta.get_field("no_pair").max_length or 0


def check_pairs(problem: Problem, act: Act) -> None:
    """Raise ValidationError unless every photograph from before has one after it, or a sentence why not."""
    before = set(problem.photos.filter(role=Photo.Role.BEFORE).values_list("client_uuid", flat=True))
    given = {*act.pairs, *(uuid for uuid, why in act.unpaired.items() if why.strip())}
    if given - before:
        raise ValidationError({"photos": _("A photograph is paired with one that is not of this problem.")})
    if len(set(act.pairs.values())) < len(act.pairs):
        raise ValidationError({"photos": _("One photograph cannot show two places; add one for each.")})
    if any(len(why.strip()) > WHY_LENGTH for why in act.unpaired.values()):
        raise ValidationError({"photos": _("At most %(count)s characters, please.") % {"count": WHY_LENGTH}})
    if lacking := len(before - given):
        words = ngettext(
            "%(count)s photograph from before has none after it. Add one of the same place, or say why there is none.",
            "%(count)s photographs from before have none after them. "
            "Add one of the same place to each, or say why there is none.",
            lacking,
        )
        raise ValidationError({"photos": words % {"count": lacking}})


def attach(problem: Problem, act: Act) -> None:
    """Take the photographs that this person sent and that belong to nothing yet; all of them or none."""
    sent = act.all_photos
    if sent:
        loose = Photo.objects.unclaimed().filter(client_uuid__in=sent, uploaded_by=act.by)
        if loose.update(problem=problem, role=ROLES.get(act.move, Photo.Role.AFTER)) != len(sent):
            raise ValidationError({"photos": _("A photograph did not arrive. Please add it again.")})
    if act.move in (Move.SUBMIT, Move.FIX):
        _pair(problem, act)


def _pair(problem: Problem, act: Act) -> None:
    named = {*act.pairs, *act.pairs.values(), *act.unpaired}
    photos = {photo.client_uuid: photo for photo in problem.photos.filter(client_uuid__in=named)}
    for before, after in act.pairs.items():
        photos[after].pair = photos[before]
        photos[before].no_pair = ""
    for before, why in act.unpaired.items():
        if before not in act.pairs:
            photos[before].no_pair = why.strip()
    Photo.objects.bulk_update(photos.values(), ["pair", "no_pair"])
