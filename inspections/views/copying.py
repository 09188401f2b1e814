"""A list of problems, or what waits for a person, as text to paste into a chat group."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from campaign.documents.copied import MOST_LINES, listed
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.queries import work_clock
from campaign.sentences import joined
from campaign.templatetags.present import count, daytime
from campaign.templatetags.work_time import limit, remaining

from ..models import Problem
from ..queries import ledger
from ..queries.worklist import work_of
from .looking import Look, looked, set_left
from .worklist import WORDS

#: Lines of each part of a work list.
OF_A_PART = 15


@require_safe
@require(Permission.SEE_PROBLEMS)
def problems_text(request: UserRequest) -> HttpResponse:
    """The problems of a filtered list, those due first in front; at most fifty, with how many more there are."""
    look = looked(request)
    found = ledger.in_state(look.found, look.state)
    total = look.counts.get(look.state, 0)
    rows = ledger.page_of(found, by_due=True, size=MOST_LINES, count=total).rows
    set_left(rows, look)
    text = listed(_head(look, total), [_line(number, row) for number, row in enumerate(rows, 1)], total=total)
    back = f"{reverse('inspections:problems')}?{request.GET.urlencode()}"
    return render(request, "components/as_text.html", {"text": text, "back": back})


@require_safe
@require(Permission.SEE_PROBLEMS)
def worklist_text(request: UserRequest) -> HttpResponse:
    """What waits for this person, part by part, those due first in front; parts in which nothing waits are left out."""
    now, clock = timezone.now(), work_clock()
    blocks = []
    for part in work_of(request.user, at=now, shown=OF_A_PART):
        for row in part.rows:
            row.left = clock.remaining(row.due_at, now) if row.due_at else None  # type: ignore[attr-defined]
        head = f"{WORDS[part.name][0]} {_told(part.count)} {daytime(now)}"
        lines = [_line(number, row) for number, row in enumerate(part.rows, 1)]
        blocks += [listed(head, lines, total=part.count)] if part.count else []
    text = "\n\n".join(blocks) or f"【{joined([_('Nothing waits here.'), daytime(now)])}】"
    return render(request, "components/as_text.html", {"text": text, "back": reverse("inspections:worklist")})


def _told(number: int) -> str:
    return ngettext("%(n)s problem", "%(n)s problems", number) % {"n": count(number)}


def _head(look: Look, total: int) -> str:
    """What the list is, how long, and of when."""
    names = {**dict(Problem.STATES), ledger.OPEN: _("Open"), ledger.ALL: _("All")}
    overdue = _("overdue") if look.wanted.get("overdue") else ""
    words = "·".join(filter(None, [_("Problem ledger"), str(names[look.state]), overdue]))
    return f"{words} {_told(total)} {daytime(look.at)}"


def _line(number: int, row: Problem) -> str:
    """``1. 东街农贸市场:垃圾未清理(东街,超期 3 天)WT-2611-0001``, in the marks of the language."""
    left = row.left  # type: ignore[attr-defined]
    due = remaining(left) if left else limit(row.limit) if row.state == "noted" else row.get_state_display()
    words = _("%(site)s: %(text)s") if row.site else "%(text)s"
    told = words % {"site": row.site, "text": row.text}
    return f"{number}. " + _("%(told)s (%(unit)s, %(due)s) %(code)s") % {
        "told": told, "unit": row.unit.label, "due": due, "code": row.code,
    }  # fmt: skip
