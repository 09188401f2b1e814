"""Pages for people without an account: report, follow, say whether it is fixed. The code is never in an address."""

from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaign.middleware import address_of
from campaign.services.allowances import TooMany, look, photo_limits, take, tries, writing_limits

from ..forms.citizens import TOO_MANY_PHOTOS, RepairForm, ReportForm, TrackForm
from ..models import CitizenReport
from ..queries.citizens import public_places
from ..rules import SubmissionConflict
from ..services.citizens import MOST_PHOTOS, answer_repair, citizen, is_known, receive_report, report_of
from ..services.photos import named, number_in_form, read_upload, store_photo

Uploads = dict[UUID, tuple[UploadedFile, bytes]]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """One form. ``?site=`` (a QR code at the place) fills in where; the button "find" looks in the list of places."""
    if request.method != "POST":
        return _report_page(request, ReportForm(initial={"form": uuid4(), "site": request.GET.get("site", "")}))
    data = request.POST.copy()
    uploads, wrong = _read(request, data)
    form = ReportForm(data)
    right = form.is_valid() and not wrong and "find" not in data
    try:
        _count_try(request)
        if right and is_known(form.code()):
            return _received(request, form.code())
        if _address(request):
            look(writing_limits("report", address=address_of(request)), at=timezone.now())
        wrong += _store(data, uploads, address=_address(request))
        form = ReportForm(data)
        if "find" in data:
            return _report_page(request, ReportForm(initial=_as_typed(data)), wrong=wrong, found=True)
        if form.is_valid() and not wrong:
            receive_report(code=form.code(), **form.given(), address=_address(request), at=timezone.now())
            return _received(request, form.code())
    except TooMany:
        form.add_error(None, _too_many())
        return _report_page(request, form, status=429)
    except ValidationError as error:
        form.add_error(None, error)
    return _report_page(request, form, wrong=wrong, status=422)


def _read(request: HttpRequest, data: QueryDict) -> tuple[Uploads, list[str]]:
    """The photographs that came with the form, under numbers of their own that go into its data; what was refused."""
    uploads: Uploads = {}
    wrong: list[str] = []
    try:
        number = UUID(data.get("form", ""))
    except ValueError:
        number = uuid4()
        data["form"] = str(number)
    for upload in request.FILES.getlist("files"):
        if len({*data.getlist("photos"), *map(str, uploads)}) >= MOST_PHOTOS:
            wrong.append(TOO_MANY_PHOTOS % {"n": MOST_PHOTOS})
            break
        try:
            content = read_upload(upload)
        except ValidationError as error:
            wrong += named(upload, error)
        else:
            uploads[number_in_form(number, "photos", content)] = upload, content
    for known in uploads:
        data.appendlist("photos", str(known))
    return uploads, wrong


def _store(data: QueryDict, uploads: Uploads, *, address: str | None) -> list[str]:
    """Keep the photographs; those that are none leave the form's data. Returns the sentences about them.

    Each counts for an ``address`` and the city, also where the report is not sent in the end. Raises TooMany.
    """
    wrong: list[str] = []
    for number, (upload, content) in uploads.items():
        if address:
            take(photo_limits(address), at=timezone.now())
        try:
            store_photo(data=content, client_uuid=number, by=citizen(), at=timezone.now(), unnamed=True)
        except (ValidationError, SubmissionConflict) as error:
            wrong += named(upload, error) if isinstance(error, ValidationError) else [str(error)]
            data.setlist("photos", [kept for kept in data.getlist("photos") if kept != str(number)])
    return wrong


def _as_typed(data: QueryDict) -> dict[str, Any]:
    return {name: data.get(name, "") for name in ("form", "place", "text", "contact")} | {
        "photos": data.getlist("photos")
    }


def _report_page(
    request: HttpRequest, form: ReportForm, *, wrong: list[str] | None = None, found: bool = False, status: int = 200
) -> HttpResponse:
    place = str(form["place"].value() or "")[:200]
    context = {
        "form": form, "wrong": wrong or [], "chosen": form.chosen(), "kept": form["photos"].value() or [],
        "found": found, "places": public_places(place.replace("\0", "")) if found else [],
    }  # fmt: skip
    return render(request, "inspections/report.html", context, status=status)


def _received(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "inspections/report_received.html", {"code": code})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Where a report stands, for whoever has its code; with ``fixed`` in the form, what they say of the repair."""
    form = TrackForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "inspections/track.html", {"form": form})
    right = form.is_valid()
    try:
        _count_try(request)
    except TooMany:
        form.add_error(None, _too_many())
        return render(request, "inspections/track.html", {"form": form}, status=429)
    found = report_of(form.cleaned_data["code"]) if right else None
    if found is None:
        if right:
            form.add_error("code", _("There is no report under this code. Check every letter, large and small."))
        return render(request, "inspections/track.html", {"form": form}, status=422)
    return _answered(request, found) if "answer" in request.POST else _tracked(request, found)


def _answered(request: HttpRequest, found: CitizenReport) -> HttpResponse:
    form = RepairForm(request.POST)
    if form.is_valid():
        try:
            fixed, rating = form.cleaned_data["fixed"] == "yes", form.cleaned_data["rating"]
            answer_repair(report=found, fixed=fixed, rating=rating, at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _tracked(request, report_of(request.POST["code"]) or found, thanks=True)
    return _tracked(request, found, form, status=422)


def _tracked(
    request: HttpRequest,
    found: CitizenReport,
    form: RepairForm | None = None,
    *,
    thanks: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"report": found, "code": request.POST["code"], "answer": form or RepairForm(), "thanks": thanks}
    return render(request, "inspections/tracked.html", context, status=status)


def _address(request: HttpRequest) -> str | None:
    """Whom to count; people signed in are not."""
    return None if request.user.is_authenticated else address_of(request)


def _count_try(request: HttpRequest) -> None:
    if address := _address(request):
        take(tries(address), at=timezone.now())


def _too_many() -> str:
    return _("Too much has come in within the last hour. Please try again later; in urgent cases call 12345.")
