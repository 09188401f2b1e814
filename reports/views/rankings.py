"""The ranking page, and what is done with a ranking: closing its period, publishing it, correcting it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaign.guard import UserRequest, require
from campaign.models import User
from campaign.permissions import Permission
from campaign.sentences import joined
from campaign.templatetags.present import day
from inspections.models import Appeal, Inspection

from ..forms.looking import looked_at
from ..models import Adjustment, Ranking
from ..queries import adjusted_since, carried_to, late_entries, ranking_stamp, upheld_since, voided_since
from ..queries import ranking_page as pages
from ..queries.glance import Glance, glance
from ..queries.objections import held_back
from ..rules.sentences import merged_sentences, told
from ..services import close_period, publish, recompute, revise
from .cached import cached_page, kept_html


@require_GET
@require(Permission.SEE_RANKINGS)
def rankings(request: UserRequest) -> HttpResponse:
    """The ranking a person most likely wants: last week's, in their own group."""
    newest = pages.newest_ranking(request.user, at=timezone.now())
    return redirect(newest) if newest else render(request, "reports/no_ranking.html")


def found_or_404(request: UserRequest, period: str, group: str) -> Ranking:
    """The ranking an address names, in the revision asked for. Raises Http404 where there is none for this person."""
    ranking = pages.find_ranking(request.user, period, group, looked_at(request.GET).revision)
    if ranking is None:
        raise Http404
    return ranking


@require_GET
@require(Permission.SEE_RANKINGS)
def ranking(request: UserRequest, period: str, group: str) -> HttpResponse:
    """A group's ranking in a period, rendered once for its content."""
    seen = glance(request.user, period, group, looked_at(request.GET).revision)
    if seen is None:
        newest = pages.newest_ranking(request.user, at=timezone.now(), group=group)
        return render(request, "reports/no_ranking.html", {"newest": newest, "asked": period}, status=404)
    mine = pages.own_units(request.user)
    acts = _acts(request.user, seen, timezone.now())
    return cached_page(
        request,
        "reports/ranking.html",
        lambda: _page(request, found_or_404(request, period, group), mine, acts),
        key=(seen, mine, acts),
    )


def _acts(user: User, seen: Glance, now: datetime) -> tuple[str, ...]:
    """What this person may do with this ranking now; the first is the page's main button."""
    can, closed = user.can, seen.state == "closed"
    held = held_back(Ranking.objects.light().get(pk=seen.ranking), at=now) if closed else ""
    may_close = can(Permission.CLOSE_PERIODS)
    possible = {
        "publish": can(Permission.PUBLISH) and closed and not held and seen.closed_by != user.pk,
        "close": may_close and seen.state == "draft" and seen.ends_at <= now,
        "export": can(Permission.EXPORT),
        "revise": may_close and seen.state == "published",
        "recompute": may_close and closed,
        f"held_{held}": bool(held) and can(Permission.SEE_OBJECTIONS),
    }
    return tuple(act for act, allowed in possible.items() if allowed)


def _page(request: UserRequest, shown: Ranking, mine: frozenset[int], acts: tuple[str, ...]) -> dict[str, Any]:
    whole_city = request.user.can(Permission.SEE_DRAFT_RANKINGS)
    look = looked_at(request.GET)

    def table() -> dict[str, Any]:
        rows = pages.page_rows(shown, after=look.after)
        more = rows[-1].row.position if rows and len(rows) == pages.PAGE else None
        return {"ranking": shown, "rows": rows, "mine": mine, "drill": whole_city, "query": look.query, "more": more}

    return {
        "ranking": shown,
        "groups": pages.group_choices(request.user, shown),
        "periods": pages.period_choices(request.user, shown),
        "revisions": pages.revisions(request.user, shown),
        "table": kept_html("reports/ranking_table.html", table, key=(ranking_stamp(shown), mine, whole_city, look)),
        "further": pages.further_lists(shown),
        "takes_marks": request.user.can(Permission.MANAGE_RULES) and pages.takes_marks(shown),
        "units": shown.rows.count(),
        "may_see_late": request.user.can(Permission.SEE_INSPECTIONS),
        "unranked": shown.rows.filter(rank=None).count(),
        "sentences": told(shown.rule.spec),
        "merged": merged_sentences(shown.merged),
        "acts": acts,
        "whole_city": whole_city,
        "stamp": ranking_stamp(shown),
    }


@require_GET
@require(Permission.SEE_INSPECTIONS)
def late(request: UserRequest, period: str, group: str) -> HttpResponse:
    """What came after the closing: inspections entered or voided, appeals upheld, adjustments decided."""
    shown = found_or_404(request, period, group)
    visible = Inspection.objects.visible_to(request.user).select_related("site", "inspector")
    after, voided = (
        visible.filter(pk__in=rows.values("pk")).order_by("-recorded_at")
        for rows in (late_entries(shown), voided_since(shown))
    )
    context: dict[str, Any] = {"ranking": shown, "late": after[:100], "voided": voided[:100]}
    appeals = Appeal.objects.visible_to(request.user).filter(pk__in=upheld_since(shown).values("pk"))
    came = visible.filter(pk__in=carried_to(shown).values("pk")).order_by("-recorded_at")
    context |= {"came": came[:100], "came_count": came.count(), "goes_on": shown.rule.spec.get("late") == "next"}
    context |= {"late_count": after.count(), "voided_count": voided.count(), "upheld_count": appeals.count()}
    context["upheld"] = appeals.select_related("problem__site", "unit")[:100]
    adjusted = Adjustment.objects.visible_to(request.user).filter(pk__in=adjusted_since(shown).values("pk"))
    context |= {"adjusted": adjusted.select_related("unit")[:100], "adjusted_count": adjusted.count()}
    template = "reports/ranking_late.html#note" if request.htmx else "reports/ranking_late.html"
    return TemplateResponse(request, template, context)


@require_POST
@require(Permission.CLOSE_PERIODS)
def close(request: UserRequest, period: str, group: str) -> HttpResponse:
    """Close the period: the figures of all its groups stand from now on."""
    shown = found_or_404(request, period, group)

    def act() -> str:
        _ticked(request, _("Nothing was closed: tick first that all inspections of the period are entered."))
        closed = close_period(period=shown.period, by=request.user, now=timezone.now())
        mine = next((ranking for ranking in closed if ranking.group_id == shown.group_id), None)
        if mine is None or mine.last_objections is None:
            return _("The period is closed. A supervisor can publish it now.")
        last = day(mine.last_objections)
        return _("The period is closed. Its units may object until the end of %(day)s.") % {"day": last}

    return _done(request, shown, act)


@require_POST
@require(Permission.PUBLISH)
def publish_ranking(request: UserRequest, period: str, group: str) -> HttpResponse:
    """Publish the ranking that the person saw; one that changed meanwhile has to be looked at again."""
    shown = found_or_404(request, period, group)

    def act() -> str:
        _ticked(request, _("Nothing was published: tick first that you have checked the table."))
        if request.POST.get("stamp") != ranking_stamp(shown):
            raise ValidationError(_("The ranking changed while you were looking at it. Look again, then publish."))
        publish(ranking=shown, by=request.user, now=timezone.now())
        return _("Published. Everybody signed in can see it; it will not change any more.")

    return _done(request, shown, act)


@require_POST
@require(Permission.CLOSE_PERIODS)
def revise_ranking(request: UserRequest, period: str, group: str) -> HttpResponse:
    """Open a new revision of a published ranking, with a reason."""
    shown = found_or_404(request, period, group)

    def act() -> str:
        reason = request.POST.get("reason", "").strip()
        shown.revision = revise(ranking=shown, reason=reason[:200], by=request.user, now=timezone.now()).revision
        return _("A new revision is open as a draft. The published one stays readable.")

    return _done(request, shown, act)


@require_POST
@require(Permission.CLOSE_PERIODS)
def recompute_ranking(request: UserRequest, period: str, group: str) -> HttpResponse:
    """Compute a closed ranking anew after its facts were corrected, with a reason."""
    shown = found_or_404(request, period, group)

    def act() -> str:
        reason = request.POST.get("reason", "").strip()
        recompute(ranking=shown, reason=reason[:200], by=request.user, now=timezone.now())
        return _("Recomputed from the facts as they stand now, and closed again.")

    return _done(request, shown, act)


def _ticked(request: UserRequest, otherwise: str) -> None:
    """Raises ValidationError where the confirmation of a public act was not ticked."""
    if not request.POST.get("confirmed"):
        raise ValidationError(otherwise)


def _done(request: UserRequest, shown: Ranking, act: Callable[[], str]) -> HttpResponse:
    """Act, say so, and show the revision acted upon: beside a published one it would not come up by itself."""
    try:
        words = act()
    except ValidationError as refused:
        messages.error(request, joined(refused.messages))
    else:
        messages.success(request, words)
    return redirect(f"{shown.get_absolute_url()}?revision={shown.revision}")
