"""Citizens' reports at the office's desk."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaign.guard import UserRequest, require
from campaign.permissions import Permission

from ..forms.citizens import AcceptForm, JoinForm, RefuseForm
from ..models import CitizenReport
from ..queries.citizens import problems_nearby, reports_page
from ..rules import SubmissionConflict
from ..services import citizen_desk

HANDLE = Permission.HANDLE_CITIZEN_REPORTS
TABS = ("doubted", "received", "accepted", "refused")
ACTS: dict[str, Callable[..., object]] = {
    "accept": citizen_desk.accept_report,
    "join": citizen_desk.join_report,
    "refuse": citizen_desk.refuse_report,
}
FORMS: dict[str, type[forms.Form]] = {"accept": AcceptForm, "join": JoinForm, "refuse": RefuseForm}


@require_safe
@require(HANDLE)
def citizen_reports(request: UserRequest) -> HttpResponse:
    """Reports; those whose reporter says that it is not fixed come first, then new ones."""
    which = request.GET.get("state", "")
    page = reports_page(
        request.user, which=which if which in TABS else "", after=request.GET.get("after", "").replace("\0", "")[:60]
    )
    words = [_("“Not fixed”"), _("Newly arrived"), _("Taken up"), _("Not ours")]
    tabs = [
        {"label": label, "url": f"?state={key}", "active": key == page.which, "count": page.counts[key]}
        for key, label in zip(TABS, words, strict=True)
    ]
    context = {"page": page, "tabs": tabs, "next": f"?state={page.which}&after={page.after}" if page.after else ""}
    return render(request, "inspections/citizen_reports.html", context)


@require_safe
@require(HANDLE)
def citizen_report(request: UserRequest, code: str) -> HttpResponse:
    """One report with what can be done about it."""
    return _page(request, _found(request, code))


@never_cache
@require_POST
@require(HANDLE)
def citizen_contact(request: UserRequest, code: str) -> HttpResponse:
    """The same page with the contact in full, this once; a line of the trail says so."""
    report = _found(request, code)
    return _page(request, report, contact=citizen_desk.show_contact(report=report, by=request.user))


@require_POST
@require(HANDLE)
def citizen_act(request: UserRequest, code: str, act: str) -> HttpResponse:
    """``accept``, ``join``, ``refuse``, or ``checked`` after "not fixed"."""
    report = _found(request, code)
    if act == "checked":
        citizen_desk.look_again(report=report, by=request.user, at=timezone.now())
        messages.success(request, _("Marked as looked at again."))
        return redirect(report)
    if act not in FORMS:
        raise Http404
    form = FORMS[act](request.POST, prefix=act)
    status = 422
    if form.is_valid():
        try:
            _act(request, report, act, form)
        except ValidationError as error:
            for field, sentences in error.message_dict.items():
                form.add_error(field if field in form.fields else None, sentences)
        except SubmissionConflict as conflict:
            form.add_error(None, str(conflict))
            status = 409
        else:
            messages.success(request, _("Done. The reporter sees it under the tracking code."))
            return redirect(report)
    return _page(request, report, act=act, form=form, status=status)


def _act(request: UserRequest, report: CitizenReport, act: str, form: forms.Form) -> None:
    ACTS[act](report=report, **form.cleaned_data, by=request.user, at=timezone.now())


def _found(request: UserRequest, code: str) -> CitizenReport:
    reports = CitizenReport.objects.visible_to(request.user).select_related("site__unit", "problem__unit", "decided_by")
    return get_object_or_404(reports, code=code)


def _page(
    request: UserRequest,
    report: CitizenReport,
    *,
    act: str = "",
    form: forms.Form | None = None,
    contact: str = "",
    status: int = 200,
) -> HttpResponse:
    report.refresh_from_db(fields=["state"])
    initial = {"text": report.located, "site": report.site.code if report.site else ""}
    shown = {name: made(prefix=name, initial=initial if name == "accept" else None) for name, made in FORMS.items()}
    if form is not None:
        shown[act] = form
    context = {
        "report": report,
        "photos": report.photos.all(),
        "open": report.state == CitizenReport.State.RECEIVED,
        "nearby": problems_nearby(report, request.user),
        "contact": contact,
        "forms": shown,
        "act": act,
        "trail": [{"label": _("Citizens' reports"), "url": reverse("inspections:citizen_reports")}],
    }
    return render(request, "inspections/citizen_report.html", context, status=status)
