"""Acts on many problems: asked in the list, confirmed, done by a job, told row by row."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from campaign.celery import app
from campaign.documents.tables import XlsxTable
from campaign.guard import UserRequest, require
from campaign.models import User
from campaign.permissions import Permission

from ..forms.bulk import BulkForm, ChoiceForm, form_for
from ..forms.ledger import ProblemFilter
from ..models import BulkItem, BulkRun, Problem
from ..queries import ledger
from ..queries.requests import ABOUT, requests_of
from ..rules import TRANSITIONS, WITH_UNIT, Move
from ..services.bulk_runs import AT_ONCE, permission_of, start_run, work_on

ACTORS = (Permission.HAND_OVER, Permission.REPAIR, Permission.CHECK_REPAIRS)
SHOWN = 20  # earlier runs
PAGE = 100
READ_BEFORE = 50  # requests shown before they are decided together
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: What an act will do, said before it is done.
CONSEQUENCES = {
    Move.HAND_OVER: gettext_lazy(
        "Each goes to its own unit with its own limit, from now on; the units see it at once."
    ),
    Move.RECEIVE: gettext_lazy("Confirms that your unit has them. The deadlines stay."),
    Move.TRANSFER: gettext_lazy("The next unit has to receive them anew, and they count for that unit."),
    Move.CLOSE: gettext_lazy("Closed problems count in the figures of their units from today."),
    Move.SEND_BACK: gettext_lazy("Each goes back to its unit and counts as one rework; the deadlines do not move."),
    Move.GRANT_TIME: gettext_lazy(
        "Each deadline moves to the day its unit asked for; who asked for none is left as it is."
    ),
    Move.REFUSE_TIME: gettext_lazy("The deadlines stay. The units read the reason."),
    Move.SUSPEND: gettext_lazy(
        "Each is suspended for the reason and until the day its unit asked for; who asked for none is left as it is."
    ),
    Move.REFUSE_SUSPENSION: gettext_lazy(
        "The deadlines stay. The units read the reason; who asked for none is left as it is."
    ),
    BulkRun.REMIND: gettext_lazy("Everybody who works for these units finds one reminder in their inbox."),
}


def acts_for(user: User, state: str) -> list[dict[str, Any]]:
    """What a person may do with many problems of a tab, the act that leads on first."""
    words = dict(BulkRun.ACTS)
    return [
        {"act": act, "label": words[act]}
        for act in words
        if user.can(permission_of(act)) and (state in (ledger.OPEN, ledger.ALL) or state in _sources(act))
    ]


def _sources(act: str) -> frozenset[str]:
    return frozenset(WITH_UNIT) if act == BulkRun.REMIND else frozenset(TRANSITIONS[Move(act)].sources)


@require_http_methods(["GET", "HEAD", "POST"])
@require(*ACTORS)
def bulk(request: UserRequest) -> HttpResponse:
    """Earlier runs; a POST from the list asks what goes with an act, its confirmation starts the run."""
    if request.method != "POST":
        left = Count("items", filter=Q(items__result=BulkItem.Result.LEFT))
        runs = BulkRun.objects.visible_to(request.user).annotate(left=left)[:SHOWN]
        return render(request, "inspections/bulk_runs.html", {"runs": runs})
    choice = ChoiceForm(request.POST)
    if not choice.is_valid():
        return _refused(request, choice)
    act = choice.cleaned_data["act"]
    if not request.user.can(permission_of(act)):
        raise PermissionDenied
    found = _chosen(request.user, choice)
    confirmed = "confirmed" in choice.data
    form = form_for(act)(choice.data) if confirmed else form_for(act)()
    if confirmed and form.is_valid():
        try:
            run = _start(request, act, found, choice, form)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return redirect(run)
    return _ask(request, choice, found, form)


def _chosen(user: User, choice: ChoiceForm) -> QuerySet[Problem]:
    """The problems that were ticked, or all that the filters in the query let through."""
    if choice.cleaned_data["versions"] is not None:
        return Problem.objects.visible_to(user).filter(code__in=choice.cleaned_data["versions"])
    filters = ProblemFilter(QueryDict(choice.cleaned_data["query"]))
    filters.is_valid()
    found = ledger.narrowed(user, filters.cleaned_data, at=timezone.now())
    return ledger.in_state(found, filters.cleaned_data.get("state") or ledger.OPEN)


def _start(request: UserRequest, act: str, found: QuerySet[Problem], choice: ChoiceForm, form: BulkForm) -> BulkRun:
    given = {name: value for name, value in form.cleaned_data.items() if name != "confirmed"}
    now = timezone.now()
    run = start_run(act=act, problems=found, versions=choice.cleaned_data["versions"], by=request.user, at=now, **given)
    if run.total <= AT_ONCE:
        while work_on(pk=run.pk, at=now):
            pass
    else:
        transaction.on_commit(lambda: app.send_task("inspections.tasks.run_bulk", [run.pk]), robust=True)
    return run


def _ask(request: UserRequest, choice: ChoiceForm, found: QuerySet[Problem], form: BulkForm) -> HttpResponse:
    act = choice.cleaned_data["act"]
    context = {
        "asked": _asked(act, found),
        "form": form,
        "act": act,
        "label": dict(BulkRun.ACTS)[act],
        "consequence": CONSEQUENCES[act],
        "count": found.count(),
        "ticked": [] if choice.cleaned_data["every"] else choice.ticked,
        "query": choice.cleaned_data["query"],
        "back": _back(choice),
    }
    return render(request, "inspections/bulk_ask.html", context, status=422 if form.is_bound else 200)


def _asked(act: str, found: QuerySet[Problem]) -> list[dict[str, Any]]:
    """What a decision is about, read before it is taken: the first problems with what their units ask for."""
    if act not in ABOUT:
        return []
    rows = list(found.select_related("unit").order_by("unit__code", "pk")[:READ_BEFORE])
    waiting = requests_of(rows)
    return [
        {"problem": row, "requests": [one for one in waiting.get(row.pk, []) if one.move == ABOUT[Move(act)]]}
        for row in rows
    ]


def _refused(request: UserRequest, choice: ChoiceForm) -> HttpResponse:
    context = {"errors": [str(error) for errors in choice.errors.values() for error in errors], "back": _back(choice)}
    return render(request, "inspections/bulk_ask.html", context, status=422)


def _back(choice: ChoiceForm) -> str:
    query = choice.data.get("query", "")[:600]
    return f"{reverse('inspections:problems')}?{QueryDict(query).urlencode()}"


@require_safe
@require(*ACTORS)
def bulk_run(request: UserRequest, token: UUID) -> HttpResponse:
    """How far a run is, and what became of each problem: what was left as it is first."""
    run = get_object_or_404(BulkRun.objects.visible_to(request.user), token=token)
    settled = run.items.exclude(result=BulkItem.Result.WAITING)
    left = settled.filter(result=BulkItem.Result.LEFT).count()
    done = settled.count()
    rows = settled.select_related("problem__unit", "problem__site").order_by("-result", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "run": run,
        "label": run.get_act_display(),
        "settled": done,
        "left": left,
        "done": done - left,
        "page": page,
    }
    template = "inspections/bulk_run.html#run" if request.htmx else "inspections/bulk_run.html"
    return render(request, template, context)


@require_safe
@require(*ACTORS)
def bulk_file(request: UserRequest, token: UUID) -> HttpResponse:
    """The results as a workbook."""
    run = get_object_or_404(BulkRun.objects.visible_to(request.user), token=token)
    heads = [_("Code"), _("Problem"), _("Site"), _("Responsible unit"), _("Result"), _("Reason")]
    file = BytesIO()
    table = XlsxTable(file, name=_("Results"), heads=heads, widths=[18, 50, 30, 30, 12, 50])
    for item in run.items.select_related("problem__unit", "problem__site").iterator(chunk_size=1000):
        problem = item.problem
        site = problem.site.name if problem.site else ""
        table.add([problem.code, problem.text, site, problem.unit.label, str(item.get_result_display()), item.reason])
    table.close()
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    name = f"{run.get_act_display()}-{timezone.localtime(run.asked_at):%Y%m%d-%H%M}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
