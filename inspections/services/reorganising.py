"""A unit that ends hands its open problems to the next ones (row T11); what is closed stays its own."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from campaign.models import User
from units.models import Unit
from units.services.reorganising import end_unit

from ..models import BulkRun, Problem
from ..rules import Move
from .bulk_runs import start_run


@transaction.atomic
def reorganise(*, unit: Unit, into: list[Unit], sites: Mapping[str, Unit], by: User, at: datetime) -> list[BulkRun]:
    """End a unit (see ``end_unit``) and ask for its open problems to be transferred with the deadlines they have.

    A problem goes where its site goes, the others to the first of ``into``. Returns the runs that do it, each of which
    says what became of every problem; those that wait for a check or a decision are left to the office.
    """
    held = Problem.objects.open().filter(unit=unit).order_by("pk")
    going: dict[Unit, list[int]] = defaultdict(list)
    for pk, site in held.values_list("pk", "site__code"):
        going[sites.get(site or "", into[0])].append(pk)
    end_unit(unit=unit, into=into, sites=sites, by=by, at=at)
    note = _("%(unit)s ended; what was open passes on.") % {"unit": unit.label}
    return [
        start_run(act=Move.TRANSFER, problems=Problem.objects.filter(pk__in=keys), by=by, at=at, note=note, unit=other)
        for other, keys in going.items()
    ]
