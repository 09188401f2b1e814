"""Published rankings as they were frozen: the text, the bundle to recompute it, and two revisions side by side."""

import json
from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.templatetags.present import score

from ..forms.looking import looked_at
from ..models import ListEntry, Ranking
from ..rules.figures import FOOTNOTES
from ..rules.parts import Part
from ..rules.revisions import Difference, changes_between
from ..rules.sentences import component_title
from ..rules.spec import RuleSpec
from ..services.bundles import bundle_name, write_bundle
from ..services.publication import snapshot_of

IN_MEMORY = 8 * 1024 * 1024


def _published_or_404(request: UserRequest, period: str, group: str) -> Ranking:
    """The published revision asked for, else the newest, with its frozen texts."""
    revision = looked_at(request.GET).revision
    found = Ranking.objects.visible_to(request.user).published().filter(period__code=period, group__code=group)
    found = found.filter(revision=revision) if revision else found
    ranking = found.select_related("period", "group", "rule").order_by("-revision").first()
    if ranking is None:
        raise Http404
    return ranking


@require_GET
@require(Permission.SEE_RANKINGS)
def ranking_json(request: UserRequest, period: str, group: str) -> HttpResponse:
    """The canonical text that was published; its SHA-256 is the one on the page."""
    ranking = _published_or_404(request, period, group)
    response = HttpResponse(ranking.snapshot, content_type="application/json; charset=utf-8")
    name = bundle_name(ranking).removesuffix("zip") + "json"
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    return response


@require_GET
@require(Permission.EXPORT)
def ranking_bundle(request: UserRequest, period: str, group: str) -> HttpResponseBase:
    """Everything that recomputes a published ranking elsewhere; leaves a line in the trail."""
    ranking = _published_or_404(request, period, group)
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (the response closes it)
    write_bundle(ranking=ranking, file=file, by=request.user)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=bundle_name(ranking), content_type="application/zip")


@require_GET
@require(Permission.SEE_RANKINGS)
def ranking_changes(request: UserRequest, period: str, group: str) -> HttpResponse:
    """What a revision changed against the one before it: units, places, scores, lists and figures that differ."""
    seen = Ranking.objects.visible_to(request.user).filter(period__code=period, group__code=group)
    rankings = {ranking.revision: ranking for ranking in seen.select_related("period", "group", "rule", "published_by")}
    asked = looked_at(request.GET).revision or max(rankings, default=0)
    after, before = rankings.get(asked), rankings.get(asked - 1)
    if after is None or before is None:
        raise Http404
    rules = [RuleSpec.parse(one.rule.spec) for one in (before, after)]
    parts, places = {part.figure: part for rule in rules for part in rule.components}, rules[-1].places
    changed = changes_between(_text(before), _text(after))
    context = {
        "before": before,
        "after": after,
        "changed": [(change, [_words(one, places, parts) for one in change.differences]) for change in changed],
        "units": len(_text(after)["rows"]),
        "trail": [
            {"label": _("Rankings"), "url": reverse("reports:rankings")},
            {
                "label": f"{after.group.name} · {after.period.span.label()}",
                "url": f"{after.get_absolute_url()}?revision={asked}",
            },
        ],
    }
    return render(request, "reports/ranking_changes.html", context)


def _text(ranking: Ranking) -> dict[str, Any]:
    """What a ranking says: as it was frozen, or as it stands now."""
    return json.loads(ranking.snapshot) if ranking.snapshot else snapshot_of(ranking)


def _words(difference: Difference, places: int, parts: Mapping[str, Part]) -> tuple[str, str, str]:
    """A difference as it is read: what (a part by its name), before, after; a score with the places of its rule."""
    titles = {"rank": _("Place"), "score": _("Score"), "list": _("Red or black list"), "footnote": _("Footnote")}
    words = (
        dict(ListEntry.Color.choices)
        if difference.what == "list"
        else FOOTNOTES
        if difference.what == "footnote"
        else {}
    )
    part = parts.get(difference.what)
    percent = "\N{NO-BREAK SPACE}%" if part and part.kind == "rate" else ""

    def told(value: str | None) -> str:
        if value is None or difference.what == "score":
            return score(value, places)
        return f"{words.get(value, value)}{percent}"

    title = titles.get(difference.what) or (component_title(part) if part else difference.what)
    return title, told(difference.before), told(difference.after)
