"""A few problems of the demonstration get drawn pictures, before and after, through the product's own photo service."""

from itertools import islice
from uuid import UUID

from campaign.models import User
from inspections.models import Photo
from inspections.rules import Move
from inspections.services.photos import store_photo

from .cases import Case
from .drawing import picture
from .people import HOME_UNIT
from .tables import dice

#: How many of the illustrated problems are those of the demonstration account's unit, at most.
AT_HOME = 6
#: What is drawn for a fault, by the indicator of its check item; litter for all others.
FAULTS = {
    "III-13": "posters",
    "III-18": "bicycles",
    "III-19": "bicycles",
    "III-21": "stall",
    "III-22": "stall",
    "III-37": "boxes",
    "III-40": "wires",
    "III-60": "puddle",
}


def make_photos(cases: list[Case], wanted: int) -> int:
    """Draw and keep pictures of the ``wanted`` latest problems that were received; returns the number of pictures."""
    latest = [case for case in reversed(cases) if case.finding and case.last(Move.RECEIVE)]
    home = list(islice((case for case in latest if case.site.unit.code == HOME_UNIT), min(AT_HOME, wanted)))
    others = islice((case for case in latest if case.site.unit.code != HOME_UNIT), wanted - len(home))
    chosen = [*home, *others]
    users = User.objects.in_bulk({deed.by for case in chosen for deed in case.deeds})
    count = 0
    for case in chosen:
        before = _keep(case, users, Photo.Role.BEFORE)
        count += 1
        if case.last(Move.SUBMIT):
            after = _keep(case, users, Photo.Role.AFTER)
            Photo.objects.filter(pk=after.pk).update(pair=before)
            count += 1
    return count


def _keep(case: Case, users: dict[int, User], role: str) -> Photo:
    """One picture, sent by the person who noted the problem or repaired it, when they did so."""
    before = role == Photo.Role.BEFORE
    deed = next(deed for deed in reversed(case.deeds) if deed.move == ("note" if before else Move.SUBMIT))
    fault = FAULTS.get(case.item.indicator.code, "litter")
    photo = store_photo(
        data=picture(fault, dice("picture", case.pk), repaired=not before),
        client_uuid=UUID(int=dice("photo", case.pk, role).getrandbits(128), version=4),
        by=users[deed.by],
        at=deed.at,
    )
    owners = {"problem": case.pk, "role": role}
    if before and case.visit and case.finding:
        owners |= {"inspection": case.visit.pk, "answer": case.finding.pk}
    Photo.objects.filter(pk=photo.pk).update(**owners)
    return photo
