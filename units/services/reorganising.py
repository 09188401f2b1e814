"""Units that end: merged into another one, or split into several, from tomorrow on (row T11).

What is past stays with the unit that did it: inspections, problems that are closed and duties whose day has come are
never rewritten. Sites, the duties still to come, and the units under it pass to the next ones; nobody becomes a member
of them by this, so nobody sees more of the past than before.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import facts_changed, record
from campaign.rules import ONE_DAY, day_of

from ..models import Site, TaskDuty, Unit
from .order import direct_superiors, set_superiors


@transaction.atomic
def end_unit(*, unit: Unit, into: list[Unit], sites: Mapping[str, Unit], by: User, at: datetime) -> Unit:
    """End a unit today: merge it into one unit, or split it into several.

    ``sites``: code → the next unit of a site, for those that do not go to the first of ``into``, which takes what else
    there is. Raises ValidationError where the unit has ended, or one of the next ones does not exist tomorrow.
    """
    on = day_of(at) + ONE_DAY
    unit = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
    _check(unit, into, sites, on)
    first = into[0]
    unit.valid_to, unit.succeeded_by = on, first if len(into) == 1 else None
    unit.save(update_fields=["valid_to", "succeeded_by"])
    _pass_sites(unit, first, sites)
    _pass_duties(unit, first, on)
    _pass_units(unit, first, by=by, on=on)
    after = {"into": [one.code for one in into], "from": on.isoformat()}
    record("unit.merged" if len(into) == 1 else "unit.split", unit, by=by, after=after)
    facts_changed([None])
    return unit


def _check(unit: Unit, into: list[Unit], sites: Mapping[str, Unit], on: date) -> None:
    if unit.valid_to is not None:
        raise ValidationError(_("This unit has an end already."))
    if unit.valid_from >= on:
        raise ValidationError(_("This unit has not begun yet."))
    if not into or unit in into or not set(sites.values()) <= set(into):
        raise ValidationError(_("Name other units, one to merge it into or several to split it into."))
    standing = Unit.objects.valid_on(on).filter(pk__in=[one.pk for one in into]).count()
    if standing < len(set(into)):
        raise ValidationError(_("One of these units does not exist tomorrow."))


def _pass_sites(unit: Unit, first: Unit, sites: Mapping[str, Unit]) -> None:
    for other in set(sites.values()) - {first}:
        codes = [code for code, wanted in sites.items() if wanted == other]
        Site.objects.filter(unit=unit, code__in=codes).update(unit=other)
    Site.objects.filter(unit=unit).update(unit=first)
    shared = Site.other_units.through.objects
    known = shared.filter(site=OuterRef("site"), unit=first)
    shared.filter(unit=unit).exclude(Q(site__unit=first) | Exists(known)).update(unit=first)
    shared.filter(Q(unit=unit) | Q(unit=first, site__unit=first)).delete()


def _pass_duties(unit: Unit, first: Unit, on: date) -> None:
    """Duties not done and not due before the unit's end; who has the duty already keeps the one that they have."""
    known = TaskDuty.objects.filter(task=OuterRef("task"), part=OuterRef("part"), unit=first)
    waiting = TaskDuty.objects.filter(unit=unit).exclude(state=TaskDuty.State.ACCEPTED).exclude(due_on__lt=on)
    waiting.exclude(Exists(known)).update(unit=first)


def _pass_units(unit: Unit, first: Unit, *, by: User, on: date) -> None:
    superiors = direct_superiors()
    wanted = {below: (above - {unit.pk}) | {first.pk} for below, above in superiors.items() if unit.pk in above}
    if first.pk in wanted:
        wanted[first.pk] = (superiors[first.pk] - {unit.pk}) | superiors[unit.pk]
    set_superiors(superiors=wanted | {unit.pk: ()}, by=by, on=on)
