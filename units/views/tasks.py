"""Tasks: a list of duties for the office and for each unit, the page of a task, reports and evidence."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.rules import day_of
from campaign.services.kept import content_type

from ..forms.task import AnswerForm, ReportForm, TaskFilter, TaskForm
from ..models import Evidence, Task, TaskDuty, Unit
from ..services import tasks as services

PAGE = 50


@require_safe
@require(Permission.SEE_TASKS)
def tasks(request: UserRequest) -> HttpResponse:
    """Duties that a person may see, by number, filtered; unit staff see their own."""
    form = TaskFilter(request.GET)
    if not form.is_valid():
        return render(request, "units/tasks.html", {"form": form, "rows": []}, status=422)
    today = day_of(timezone.now())
    found = TaskDuty.objects.visible_to(request.user).filtered(**_wanted(form), on=today)
    counts = TaskDuty.objects.visible_to(request.user).counts(on=today)
    page = list(found.order_by("pk").filter(pk__gt=form.cleaned_data["after"] or 0)[: PAGE + 1])
    query = request.GET.copy()
    if len(page) > PAGE:
        query["after"] = str(page[PAGE - 1].pk)
    context = {"rows": page[:PAGE], "today": today, "next": f"?{query.urlencode()}" if len(page) > PAGE else ""}
    return render(request, "units/tasks.html", context | {"form": form, "tabs": _tabs(request, counts)})


def _wanted(form: TaskFilter) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("q", "state", "unit")}


def _tabs(request: UserRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The states as tabs with their counts."""
    labels = [("", _("All")), *TaskDuty.State.choices, ("overdue", _("Overdue"))]
    tabs = []
    for state, label in labels:
        query = request.GET.copy()
        query.pop("after", None)
        query["state"] = state
        active = request.GET.get("state", "") == state
        tabs.append({"label": label, "url": f"?{query.urlencode()}", "active": active, "count": counts[state or "all"]})
    return tabs


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_TASKS)
def task_new(request: UserRequest) -> HttpResponse:
    """Give out a task."""
    form = TaskForm(request.POST or None)
    if form.is_valid():
        task = form.save(commit=False)
        task.indicator = form.cleaned_data["indicator"]
        carriers = {
            "lead": services.Carriers(form.cleaned_data["lead"]),
            "support": services.Carriers(form.cleaned_data["support"], form.cleaned_data["rules"]),
        }
        try:
            return redirect(services.give_task(task=task, carriers=carriers, by=request.user))
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "units/task_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@require(Permission.SEE_TASKS)
def task(request: UserRequest, code: str) -> HttpResponse:
    """A task, the duties in it that this person sees, and what was reported."""
    return _page(request, code)


def _page(request: UserRequest, code: str, wrong: tuple[int, Any] | None = None, status: int = 200) -> HttpResponse:
    found = get_object_or_404(Task.objects.visible_to(request.user).select_related("indicator"), code=code)
    duties = list(
        TaskDuty.objects.visible_to(request.user)
        .filter(task=found)
        .select_related("unit", "rule")
        .prefetch_related("progress__by", "progress__evidence")
    )
    own = set(Unit.objects.of(request.user).values_list("pk", flat=True)) if request.user.role == "unit" else set()
    forms = {
        duty.pk: ReportForm(initial={"version": duty.version}, prefix=duty.key)
        for duty in duties
        if duty.unit_id in own and duty.state in ("open", "returned")
    } | dict([wrong] if wrong else [])
    shown = [(duty, forms.get(duty.pk)) for duty in duties]
    context = {"task": found, "duties": shown, "today": day_of(timezone.now())}
    return render(request, "units/task.html", context, status=status)


@require_POST
@require(Permission.REPORT_PROGRESS)
def duty_report(request: UserRequest, code: str, unit: str, part: str) -> HttpResponse:
    """A unit reports one of its duties done."""
    duty = _duty(request, code, unit, part)
    form = ReportForm(request.POST, request.FILES, prefix=duty.key)
    if not form.is_valid():
        return _page(request, code, (duty.pk, form), status=422)
    wanted = form.cleaned_data
    files = [(file, wanted["caption"]) for file in wanted["attached"]]
    try:
        services.report_progress(
            duty=duty, version=wanted["version"], note=wanted["note"], files=files, by=request.user, at=timezone.now()
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, code, (duty.pk, form), status=_refusal(error))
    messages.success(request, _("Reported; the office will look at it."))
    return redirect("units:task", code)


@require_POST
@require(Permission.MANAGE_TASKS)
def duty_answer(request: UserRequest, code: str, unit: str, part: str) -> HttpResponse:
    """The office accepts or returns a report."""
    duty = _duty(request, code, unit, part)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, code, (duty.pk, form), status=422)
    try:
        services.answer_report(duty=duty, **form.cleaned_data, by=request.user, at=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, code, (duty.pk, form), status=_refusal(error))
    messages.success(request, _("Saved."))
    return redirect("units:task", code)


@require_safe
@require(Permission.SEE_TASKS)
def evidence(request: UserRequest, name: str) -> HttpResponseBase:
    """A file of evidence, to whoever sees its duty; always as a download."""
    duties = TaskDuty.objects.visible_to(request.user)
    found = get_object_or_404(Evidence, progress__duty__in=duties, file=f"evidence/{name}")
    return sent_file(found.file, content_type=content_type(found), filename=found.name, attachment=True)


def _duty(request: UserRequest, code: str, unit: str, part: str) -> TaskDuty:
    duties = TaskDuty.objects.visible_to(request.user).select_related("task", "unit")
    return get_object_or_404(duties, task__code=code, unit__code=unit, part=part)


def _refusal(error: ValidationError) -> int:
    return 409 if isinstance(error, services.Overtaken) else 422
