"""What waits for me."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.queries import work_clock

from ..queries.worklist import open_by_unit, work_of
from .looking import set_asked, ways

#: What each part of the list is called, and what is to be done with it.
WORDS = {
    "receive": (_("To receive"), _("Confirm that your unit has it, or return it with a reason.")),
    "redo": (_("Sent back"), _("The check failed: put it right and submit it again.")),
    "repair": (_("To repair"), _("Submit the repair with photographs before it is due.")),
    "hand_over": (_("To hand over"), _("Noted or returned; nobody holds them yet.")),
    "to_check": (_("To check on the spot"), _("The office asks you to go there and look.")),
    "check": (_("Repairs to check"), _("Reported as done by the units.")),
    "requests": (_("Requests"), _("Units ask for more time or for suspension.")),
    "handled": (_("Handed over by me and open"), _("Yours to follow until they are closed.")),
    "overdue": (_("Overdue"), _("Open and past their time.")),
    "suspended": (_("Suspended"), _("No deadline runs until the day set.")),
    "noted": (_("Noted by me and open"), _("What became of what you reported.")),
}


@require_safe
@require(Permission.SEE_PROBLEMS)
def worklist(request: UserRequest) -> HttpResponse:
    """The parts of the ledger on which this person has to act, by due date; for the office also the units."""
    now = timezone.now()
    clock = work_clock()
    every = reverse("inspections:problems")
    parts = []
    for part in work_of(request.user, at=now):
        for row in part.rows:
            row.left = clock.remaining(row.due_at, now) if row.due_at else None  # type: ignore[attr-defined]
        if part.name == "requests":
            set_asked(part.rows)
        title, hint = WORDS[part.name]
        query = {**part.query, "order": "due"}
        parts.append({"part": part, "title": title, "hint": hint, "url": f"{every}?{urlencode(query)}"})
    context = {"parts": parts, "units": open_by_unit(request.user, at=now), "ways": ways(request), "ledger": every}
    return render(request, "inspections/worklist.html", context)
