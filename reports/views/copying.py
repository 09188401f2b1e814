"""The red and black list of a ranking as text to paste into a chat group."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaign.documents.copied import listed
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.templatetags.present import score

from ..models import Ranking
from ..queries import ranking_page as pages
from .rankings import found_or_404


@require_GET
@require(Permission.SEE_RANKINGS)
def ranking_text(request: UserRequest, period: str, group: str) -> HttpResponse:
    """The units on the red and the black list with place and score; without lists, all units in their order."""
    shown = found_or_404(request, period, group)
    rows = pages.page_rows(shown)
    onto = {color: [_line(row) for row in rows if row.entry and row.entry.color == color] for color in ("red", "black")}
    usual = {"red": _("Red list"), "black": _("Black list")}
    words = {color: next((row.word for row in rows if row.entry and row.entry.color == color), "") for color in onto}
    lines = [
        line
        for color, lines in onto.items()
        if lines
        for line in (_("%(label)s:") % {"label": words[color] or usual[color]}, *lines)
    ]
    lines = lines or [_line(row) for row in rows]
    text = listed(_head(shown), lines, total=len(lines))
    return render(request, "components/as_text.html", {"text": text, "back": shown.get_absolute_url()})


def _head(ranking: Ranking) -> str:
    told = f"{ranking.group.name} {ranking.period.span.label()} {_('Red and black list')}"
    return told if ranking.state == "published" else _("%(told)s (not published)") % {"told": told}


def _line(line: pages.PageRow) -> str:
    row, entry = line.row, line.entry
    again = _("%(number)s in a row") % {"number": entry.consecutive} if entry and entry.consecutive > 1 else ""
    return " ".join(filter(None, [f"{row.rank or '—'}.", row.label, score(row.printed_score), again]))
