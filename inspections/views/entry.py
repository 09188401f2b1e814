"""Entering what was seen: an inspection by its checklist, or a quick problem without one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaign.guard import UserRequest, require
from campaign.models import User
from campaign.permissions import Permission
from campaign.rules import day_of
from units.models import Site, Unit

from ..forms.entry import ChecklistForm, ProblemFields, QuickProblemForm
from ..forms.fields import is_uuid
from ..models import Inspection, Photo, Problem
from ..queries.checklist import checklist, limit_choices, recent_sites, seen_today, units_near
from ..queries.duplicates import likely_same, open_by_item
from ..queries.hand_over import proposed
from ..rules import Outcome, SubmissionConflict
from ..services.again import note_fixed, see_again
from ..services.entry import record_inspection
from ..services.noting import DEFAULT_LIMIT, note_problem, sources_for
from ..services.photos import named, number_in_form, read_upload, store_photo

MOST_FOUND = 20


@require_http_methods(["GET", "POST"])
@require(Permission.ENTER_INSPECTIONS)
def new(request: UserRequest) -> HttpResponse:
    """Without ``?site=`` the search for a site, with it the checklist of its type."""
    if "site" not in request.GET:
        return _pick(request, "inspections/pick_site.html")
    site = _site(request)
    data = _data(request)
    refused = keep_files(request, data) if data is not None else {}
    form = _checklist_form(site, data)
    status = 200
    if data is not None and "rest" not in data:  # "rest" is the button that answers what is left, without JavaScript
        inspection = _recorded(request, site, form, refused)
        if inspection:
            messages.success(request, _("Submitted: %(code)s.") % {"code": inspection.code})
            return redirect(inspection)
        status = _status(form.head)
    return render(request, "inspections/new.html", _page(request, site, form), status=status)


def _page(request: UserRequest, site: Site, form: ChecklistForm) -> dict[str, Any]:
    _show_photos(request, form.answers)
    may_force = request.user.can(Permission.MANAGE_EXEMPTIONS)
    return {
        "site": site,
        "form": form,
        "may_force": may_force,
        "number": seen_today(request.user, on=day_of(timezone.now())) + 1,
    }


def _checklist_form(site: Site, data: QueryDict | None) -> ChecklistForm:
    now = timezone.now()
    items = checklist(site)
    if data is not None and "rest" in data:
        for name in (f"a-{item.code}-outcome" for item in items):
            data[name] = data.get(name) or Outcome.MET.value
    ruled = proposed(site, items, on=day_of(now))
    near = units_near(site.unit, on=day_of(now), site=site)
    return ChecklistForm(
        items=items,
        units=[*near, *{unit.pk: unit for unit in ruled if unit and unit not in near}.values()],
        ruled={item.pk: unit.code for item, unit in zip(items, ruled, strict=True) if unit},
        limits=limit_choices((item.limit for item in items), at=now),
        open_now=open_by_item(site=site, items=items),
        data=data,
        initial={"client_uuid": uuid4(), "kind": Inspection.Kind.DAILY, "seen_at": now},
    )


def _recorded(
    request: UserRequest, site: Site, form: ChecklistForm, refused: dict[str, list[str]]
) -> Inspection | None:
    """The stored inspection, or None with the reasons in the form."""
    right = form.is_valid()
    if _explain_refused(form.answers, refused) or not right:
        return None
    head = form.head.cleaned_data
    try:
        return record_inspection(site=site, answers=form.seen(), by=request.user, recorded_at=timezone.now(), **head)
    except ValidationError as error:
        form.explain(error)
    except SubmissionConflict as conflict:
        form.head.add_error(None, ValidationError(str(conflict), code="conflict"))
    return None


@require_http_methods(["GET", "POST"])
@require(Permission.NOTE_PROBLEMS)
def problem_new(request: UserRequest) -> HttpResponse:
    """Without ``?site=`` or ``?unit=`` the search for either, with it a problem in a few words and photographs."""
    if not {"site", "unit"} & request.GET.keys():
        return _pick(request, "inspections/pick_place.html")
    site = _site(request) if "site" in request.GET else None
    unit = site.unit if site else _unit(request)
    data = _data(request)
    refused = keep_files(request, data) if data is not None else {}
    form = _problem_form(site, unit, data, by=request.user)
    status = 200
    if data is not None:
        problem = _noted(request, site, form, refused)
        if problem:
            messages.success(request, _("Noted: %(code)s.") % {"code": problem.code})
            return redirect(problem)
        status = 200 if form.alike and not form.errors else _status(form)
    _show_photos(request, [form])
    may_fix = request.user.can(Permission.ENTER_INSPECTIONS)
    context = {
        "site": site,
        "unit": unit,
        "form": form,
        "may_fix": may_fix,
        "may_force": request.user.can(Permission.MANAGE_EXEMPTIONS),
    }
    return render(request, "inspections/problem_new.html", context, status=status)


def _problem_form(site: Site | None, unit: Unit, data: QueryDict | None, *, by: User) -> QuickProblemForm:
    now = timezone.now()
    by_rule = proposed(site, [None], on=day_of(now))[0] if site else None
    near = units_near(unit, on=day_of(now), site=site)
    return QuickProblemForm(
        data,
        units=near if by_rule is None or by_rule in near else [*near, by_rule],
        limits=limit_choices([DEFAULT_LIMIT], at=now),
        sources=sources_for(by),
        initial={"client_uuid": uuid4(), "unit": (by_rule or unit).code, "limit": DEFAULT_LIMIT, "severity": "normal"},
    )


def _noted(
    request: UserRequest, site: Site | None, form: QuickProblemForm, refused: dict[str, list[str]]
) -> Problem | None:
    """The stored problem, or None with the reasons in the form."""
    right = form.is_valid()
    if _explain_refused([form], refused) or not right:
        return None
    if "same" not in form.data:
        form.alike = likely_same(text=form.cleaned_data["text"], site=site, unit=form.given()["unit"])
        if form.alike:
            return None
    try:
        return _stored(request.user, site, form)
    except ValidationError as error:
        form.explain(error)
    except SubmissionConflict as conflict:
        form.add_error(None, ValidationError(str(conflict), code="conflict"))
    return None


def _stored(by: User, site: Site | None, form: QuickProblemForm) -> Problem:
    """A new problem, closed at once where it was put right; or what was seen goes to the one that stands already."""
    now, values = timezone.now(), form.given()
    if form.cleaned_data["same"]:
        form.alike = likely_same(text=values["text"], site=site, unit=values["unit"])
    if same := form.chosen_same():
        return see_again(problem=same, note=values["text"], by=by, at=now, photos=form.cleaned_data["photos"])
    if form.cleaned_data["fixed"]:
        return note_fixed(after=form.cleaned_data["afterphotos"], by=by, noted_at=now, site=site, **values)
    return note_problem(site=site, by=by, noted_at=now, **values)


def _pick(request: UserRequest, template: str) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "").strip()[:60]
    found = Site.objects.open_to(request.user).best_for(text).select_related("type", "unit")[:MOST_FOUND]
    units = Unit.objects.valid_on(day_of(timezone.now())).matching(text)[:MOST_FOUND]
    context: dict[str, Any] = {"text": text, "recent": recent_sites(request.user)}
    context["may_paste"] = request.user.can(Permission.PASTE_MESSAGES)
    context |= {"matches": found, "units": units} if text else {}
    return render(request, template, context)


def _site(request: UserRequest) -> Site:
    sites = Site.objects.open_to(request.user).select_related("type", "unit")
    return get_object_or_404(sites, code=request.GET["site"].replace("\0", ""))


def _unit(request: UserRequest) -> Unit:
    today = day_of(timezone.now())
    return get_object_or_404(Unit.objects.valid_on(today), code=request.GET["unit"].replace("\0", ""))


def _data(request: UserRequest) -> QueryDict | None:
    return request.POST.copy() if request.method == "POST" else None


def _status(form: Any) -> int:
    return 409 if form.has_error("__all__", "conflict") else 422


def keep_files(request: UserRequest, data: QueryDict) -> dict[str, list[str]]:
    """Store the photographs that came inside the form and put their numbers into its data.

    So a form that comes back for a mistake still has them. Returns the sentences for those refused, by field.
    """
    refused: dict[str, list[str]] = {}
    try:
        form = UUID(data.get("client_uuid", ""))
    except ValueError:
        return refused
    for name in request.FILES:
        field = name.removesuffix("files") + "photos"
        for upload in request.FILES.getlist(name):
            try:
                content = read_upload(upload)
                number = number_in_form(form, field, content)
                store_photo(data=content, client_uuid=number, by=request.user, at=timezone.now())
            except ValidationError as error:
                refused.setdefault(field, []).extend(named(upload, error))
            except SubmissionConflict as conflict:
                refused.setdefault(field, []).append(str(conflict))
            else:
                data.appendlist(field, str(number))
    return refused


def _explain_refused(forms: Sequence[ProblemFields], refused: dict[str, list[str]]) -> bool:
    """Put the sentences about refused photographs beside their fields; whether there are any."""
    for form in forms:
        for field in ("photos", "afterphotos"):
            if sentences := refused.get(form.add_prefix(field)):
                form.add_error(field, sentences)
    return bool(refused)


def _show_photos(request: UserRequest, forms: Sequence[ProblemFields]) -> None:
    """Give each form the photographs that it names and this person sent."""
    named = {number for form in forms for number in form.all_photo_numbers() if is_uuid(number)}
    mine = Photo.objects.filter(uploaded_by=request.user, client_uuid__in=named) if named else []
    photos = {str(photo.client_uuid): photo for photo in mine}
    for form in forms:
        form.shown = [photos[number] for number in dict.fromkeys(form.photo_numbers("photos")) if number in photos]
        after = dict.fromkeys(form.photo_numbers("afterphotos"))
        form.shown_after = [photos[number] for number in after if number in photos]
