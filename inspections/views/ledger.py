"""The ledger's pages: the list, one problem, its moves, the batch."""

from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaign.files import sent_file
from campaign.guard import UserRequest, require
from campaign.permissions import Permission, Role
from campaign.services.kept import content_type

from ..forms.fields import MOST_PHOTOS, is_uuid
from ..forms.moves import FORMS, PAIR, MoveForm
from ..models import Problem, Step, SuspensionProof
from ..queries import ledger
from ..rules import TRANSITIONS, Move, State
from ..services.ledger import Conflict, move_problem, resume_ended
from ..services.photos import named, receive_photo
from .bulk import acts_for
from .looking import answer, link, looked, set_asked, set_left, tabs
from .problem_page import page_context, typed_in


@require_safe
@require(Permission.SEE_PROBLEMS)
def problems(request: UserRequest) -> HttpResponse:
    """The list: filters and tab in the address, pages by key. Without any, the person's own filter opens first."""
    first = None if request.GET or request.htmx else request.user.saved_filters.filter(is_default=True).first()
    if first:
        return redirect(f"{reverse('inspections:problems')}?{first.query}")
    look = looked(request)
    wanted = look.wanted
    by_due = (wanted.get("order") or ("due" if request.user.role == Role.UNIT else "new")) == "due"
    page = ledger.page_of(
        ledger.in_state(look.found, look.state),
        by_due=by_due,
        after=wanted.get("after") or "",
        before=wanted.get("before") or "",
        count=look.counts.get(look.state, 0),
    )
    set_left(page.rows, look)
    if wanted.get("asks"):
        set_asked(page.rows)
    context = {
        "tabs": tabs(request, look),
        "rows": page.rows,
        "previous": link(request.GET, before=page.before) if page.before else "",
        "next": link(request.GET, after=page.after) if page.after else "",
        "batch": request.user.can(Permission.HAND_OVER) and any(map(_can_be_ticked, page.rows)),
        "acts": acts_for(request.user, look.state) if page.rows else [],
        "every": look.counts.get(look.state, 0),
        "at": look.at,
    }
    return answer(request, look, "inspections/problems.html", context)


def _can_be_ticked(row: Problem) -> bool:
    return row.state == State.NOTED and row.returned_at is None


@require_safe
@require(Permission.SEE_PROBLEMS)
def problem(request: UserRequest, code: str) -> HttpResponse:
    """One problem: what happened, its clock, and what this person may do now. The list shows it in a panel."""
    context = page_context(request.user, _problem(request, code), at=timezone.now())
    template = "inspections/problem.html#body" if request.htmx.target == "panel-body" else "inspections/problem.html"
    response = render(request, template, context | {"panel": request.htmx.target == "panel-body"})
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.HAND_OVER, Permission.REPAIR, Permission.CHECK_REPAIRS, Permission.NOTE_PROBLEMS)
def problem_move(request: UserRequest, code: str, move: str) -> HttpResponse:
    """Make one move. Whoever comes too late gets 409 with who was faster, and their words back."""
    found = _problem(request, code)
    if move not in TRANSITIONS:
        raise Http404
    if request.method != "POST":
        return redirect(found)
    act = Move(move)
    data, refused = _with_photos(request)
    form = FORMS[act](data, request.FILES)
    if refused:
        form.add_error("photos" if "photos" in form.fields else None, refused)
    if not form.is_valid():
        return _again(request, found, act, form, status=422)
    try:
        moved = move_problem(problem=found, move=act, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ValidationError as wrong:
        form.add_error(None, _known_fields(form, wrong))
        return _again(request, found, act, form, status=422)
    except Conflict as conflict:
        version, note = form.cleaned_data["version"], form.cleaned_data["note"]
        if conflict.repeats(move=act, version=version, by=request.user, note=note):
            return _moved(request, conflict.problem, act)
        data["version"] = str(conflict.problem.version)
        return _again(
            request, _problem(request, code), act, FORMS[act](data, request.FILES), status=409, conflict=conflict
        )
    return _moved(request, moved, act)


@require_safe
@require(Permission.SEE_PROBLEMS)
def suspension_proof(request: UserRequest, name: str) -> HttpResponseBase:
    """A file of proof for a suspension, to whoever sees its problem; always as a download."""
    seen = Problem.objects.visible_to(request.user)
    found = get_object_or_404(SuspensionProof, suspension__problem__in=seen, file=f"{SuspensionProof.folder}/{name}")
    return sent_file(found.file, content_type=content_type(found), filename=found.name, attachment=True)


def _problem(request: UserRequest, code: str) -> Problem:
    rows = Problem.objects.visible_to(request.user)
    rows = rows.select_related("site", "unit", "item__indicator", "answer", "merged_into")
    rows = rows.prefetch_related("extensions", "suspensions__proofs", "appeals", "photos")
    found = get_object_or_404(rows, code=code)
    if found.suspended_until and resume_ended(at=timezone.now(), problem=found):
        found = rows.get(pk=found.pk)
    return found


def _with_photos(request: UserRequest) -> tuple[QueryDict, ValidationError | None]:
    """What was sent, the files among it kept and named by their uuids, so that a second try does not lose them."""
    data = request.POST.copy()
    refused: list[ValidationError] = []
    sent = request.FILES.getlist("files")
    for upload in sent[:MOST_PHOTOS]:
        if number := _kept(request, upload, refused):
            data.appendlist("photos", number)
    if len(sent) > MOST_PHOTOS:
        words = _("At most %(count)s photographs: the first ones have arrived and stand below. Press the button again.")
        refused.append(ValidationError(words % {"count": MOST_PHOTOS}))
    for name in request.FILES:
        before = name.removeprefix("after-")
        if before != name and is_uuid(before) and (number := _kept(request, request.FILES.getlist(name)[0], refused)):
            data[f"{PAIR}{before}"] = number
    return data, ValidationError([str(words) for wrong in refused for words in wrong.messages]) if refused else None


def _kept(request: UserRequest, upload: UploadedFile, refused: list[ValidationError]) -> str:
    """The number of a photograph, stored; where it is none, the sentences go to ``refused``."""
    number = uuid4()
    try:
        receive_photo(upload=upload, client_uuid=number, by=request.user, at=timezone.now())
    except ValidationError as wrong:
        refused.append(ValidationError(named(upload, wrong)))
        return ""
    return str(number)


def _known_fields(form: MoveForm, wrong: ValidationError) -> ValidationError:
    """Errors of fields that this form does not show go to its head."""
    if not hasattr(wrong, "error_dict"):
        return wrong
    if all(field in form.fields for field in wrong.message_dict):
        return wrong
    return ValidationError(wrong.messages)


def _again(
    request: UserRequest, found: Problem, move: Move, form: MoveForm, *, status: int, conflict: Conflict | None = None
) -> HttpResponse:
    context = page_context(request.user, found, at=timezone.now(), typed=(move, form))
    context |= {"panel": _in_panel(request, found), "conflict": conflict, "again": bool(request.htmx)}
    if conflict and not any(choice.move == move for choice in context["choices"]):
        context["typed"] = typed_in(form)
    template = "inspections/problem.html#body" if request.htmx else "inspections/problem.html"
    response = render(request, template, context, status=status)
    if status == 422:
        response["HX-Reswap"] = "outerHTML"  # the wrong field gets the focus and is scrolled to, not the top
    return response


def _moved(request: UserRequest, moved: Problem, act: Move) -> HttpResponse:
    stays = TRANSITIONS[act].target is None
    words = _("%(code)s: %(move)s. Still “%(state)s”.") if stays else _("%(code)s: %(state)s.")
    words %= {"code": moved.code, "move": dict(Step.MOVES)[act], "state": moved.get_state_display()}
    if not Problem.objects.visible_to(request.user).filter(pk=moved.pk).exists():
        return _gone(request, words)
    if not _in_panel(request, moved):
        return _over(request, words, moved.get_absolute_url())
    context = page_context(request.user, _problem(request, moved.code), at=timezone.now())
    response = render(request, "inspections/problem.html#body", context | {"panel": True, "done": words})
    response["HX-Trigger"] = "problem-moved"
    return response


def _in_panel(request: UserRequest, problem: Problem) -> bool:
    """Whether the form was sent from beside a list, and not from the problem's own page, whose head would stay old."""
    here = urlsplit(request.htmx.current_url_abs_path or "").path
    return bool(request.htmx) and unquote(here) != unquote(problem.get_absolute_url())


def _gone(request: UserRequest, words: str) -> HttpResponse:
    """After a move that takes the problem out of this person's sight, the list is what remains."""
    return _over(request, words, reverse("inspections:problems"))


def _over(request: UserRequest, words: str, target: str) -> HttpResponse:
    """Another page, whole, with words on top."""
    messages.success(request, words)
    return HttpResponse(headers={"HX-Redirect": target}) if request.htmx else redirect(target)
