"""Fairness watch: questions the office should ask itself before it defends a ranking. Nothing of it leaves the page."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.rules import day_of
from campaign.templatetags.present import day, score

from ..forms.fairness import WatchForm
from ..queries.fairness import Watch, watch


@require_safe
@require(Permission.WATCH_FAIRNESS)
def fairness(request: UserRequest) -> HttpResponse:
    """All findings of the last days, each with what it means and the rows behind it."""
    form = WatchForm(request.GET or {"days": 90})
    days = (form.cleaned_data["days"] if form.is_valid() else None) or 90
    last = day_of(timezone.now())
    first = last - timedelta(days=days - 1)
    found = watch(first, last)
    context = {
        "form": form,
        "days": days,
        "first": first,
        "last": last,
        "sections": _sections(found),
        "people": found.people,
    }
    response = render(request, "reports/fairness.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _sections(found: Watch) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": title,
            "means": means,
            "found": found.findings[name],
            "rows": [(row, said(*row.numbers)) for row in found.findings[name].rows],
        }
        for name, title, means, said in _words()
    ]


def _words() -> list[tuple[str, str, str, Any]]:
    """The findings in the order of the page: name, title, what it means, and the sentence of a row."""
    return [
        (
            "often", _("Sites seen very often"),
            _("Seen more than three times as often as the middle site: what is found there weighs more than elsewhere,"
              " unless the rule takes the mean of the sites."),
            lambda n, usual: _("%(n)s times; the middle site %(usual)s") % {"n": n, "usual": usual},
        ),
        (
            "never", _("Sites never seen"),
            _("Nobody was there in this time: whoever answers for them was spared, or nobody knows how they look."),
            lambda unit: unit,
        ),
        (
            "weekdays", _("Units seen on the same weekdays only"),
            _("Whoever knows when the inspector comes cleans up the day before. Change the days."),
            lambda n, days: _("%(n)s inspections, always %(days)s")
            % {"n": n, "days": "、".join(str(WEEKDAYS_ABBR[number - 1]) for number in days)},
        ),
        (
            "few_sites", _("Scores that hang on few sites"),
            _("Three sites bring most points of a unit that answers for many: its score says little of the rest."),
            lambda share, seen, owned: _("%(share)s %% of its points from 3 sites; %(seen)s of %(owned)s sites seen")
            % {"share": score(share, 1), "seen": seen, "owned": owned},
        ),
        (
            "last_minute", _("Repairs submitted just before the deadline"),
            _("Several within the last half hour on one day: were they made, or only reported? Recheck some."),
            lambda on, n: ngettext("%(day)s: %(n)s repair", "%(day)s: %(n)s repairs", n) % {"day": day(on), "n": n},
        ),
        (
            "one_after_another", _("Repairs submitted one after another"),
            _("Each within a minute of the one before: typed in one go, perhaps with old photographs. Look at some."),
            lambda on, n: ngettext("%(day)s: %(n)s repair", "%(day)s: %(n)s repairs", n) % {"day": day(on), "n": n},
        ),
        (
            "rechecked", _("Repairs that did not hold"),
            _("A third or more of what was drawn for a recheck came back, or a repair was false: draw more there."),
            lambda failed, n, false: _("%(failed)s of %(n)s did not hold, %(false)s false")
            % {"failed": failed, "n": n, "false": false},
        ),
    ]  # fmt: skip
