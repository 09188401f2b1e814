"""Quick entry from chat: a message is pasted, its parts are proposed, the person confirms them."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from campaign.guard import UserRequest, require
from campaign.permissions import Permission
from campaign.rules import day_of

from ..documents.chat import MOST_PARTS, parts_of
from ..forms.fields import is_uuid
from ..forms.pasting import MessageForm, PartsForm
from ..models import Photo, Problem
from ..queries.checklist import limit_choices
from ..queries.naming import proposed
from ..rules import SubmissionConflict
from ..services.noting import DEFAULT_LIMIT, sources_for
from ..services.pasting import note_pasted
from .entry import keep_files


@require_http_methods(["GET", "POST"])
@require(Permission.PASTE_MESSAGES)
def paste(request: UserRequest) -> HttpResponse:
    """A message and photographs; then its parts (``step=parts``); then all of them noted (``step=note``)."""
    if request.method == "GET":
        return _noted(request) if "done" in request.GET else _message(request, _message_form(request, None))
    data = request.POST.copy()
    refused = [sentence for sentences in keep_files(request, data).values() for sentence in sentences]
    form = _message_form(request, data)
    if not form.is_valid() or refused:
        for sentence in refused:
            form.add_error("photos", sentence)
        return _message(request, form, status=422)
    if data.get("step") == "note":
        return _note(request, form, data)
    if data.get("step") == "back":
        return _message(request, form)
    return _propose(request, form)


def _message_form(request: UserRequest, data: QueryDict | None) -> MessageForm:
    return MessageForm(data, sources=sources_for(request.user), initial={"client_uuid": uuid4()})


def _message(request: UserRequest, form: MessageForm, *, status: int = 200) -> HttpResponse:
    photos = _photos(request, form)
    form.shown = [photos[number] for number in dict.fromkeys(form.photo_numbers()) if number in photos]
    return render(request, "inspections/paste.html", {"form": form}, status=status)


def _photos(request: UserRequest, form: MessageForm) -> dict[str, Photo]:
    """The photographs that the form names and this person sent, by number, in the form's order."""
    numbers = [number for number in form.photo_numbers() if is_uuid(number)]
    found = Photo.objects.filter(uploaded_by=request.user, client_uuid__in=numbers) if numbers else []
    photos = {str(photo.client_uuid): photo for photo in found}
    return {number: photos[number] for number in numbers if number in photos}


def _propose(request: UserRequest, form: MessageForm) -> HttpResponse:
    message = form.cleaned_data["message"]
    now = timezone.now()
    rows = proposed(parts_of(message), message=message, by=request.user, on=day_of(now))
    if not rows:
        form.add_error("message", _("No problem was found in it. Write one on each line."))
        return _message(request, form, status=422)
    limits = limit_choices([DEFAULT_LIMIT, *(row.part.limit for row in rows if row.part.limit)], at=now)
    parts = PartsForm.proposing(rows, form.cleaned_data["photos"], by=request.user, limits=limits)
    return _parts(request, form, parts)


def _note(request: UserRequest, form: MessageForm, data: QueryDict) -> HttpResponse:
    now = timezone.now()
    typed = [str(value) for name, value in data.items() if name.endswith("-limit") and value]
    parts = PartsForm.sent(data, form.cleaned_data["photos"], by=request.user, limits=_limits(typed, now))
    status = 422
    if parts.is_valid():
        try:
            note_pasted(
                rows=parts.rows(), source=form.cleaned_data["source"] or form.sources[0][0],
                client_uuid=form.cleaned_data["client_uuid"], by=request.user, noted_at=now,
            )  # fmt: skip
            return redirect(f"{reverse('inspections:paste')}?done={form.cleaned_data['client_uuid']}")
        except ValidationError as error:
            parts.explain(error)
        except SubmissionConflict as conflict:
            parts.errors.append(str(conflict))
            status = 409
    return _parts(request, form, parts, status=status)


def _limits(typed: list[str], now: Any) -> dict[str, Any]:
    try:
        return limit_choices([DEFAULT_LIMIT, *typed], at=now)
    except ValueError:
        return limit_choices([DEFAULT_LIMIT], at=now)


def _parts(request: UserRequest, form: MessageForm, parts: PartsForm, *, status: int = 200) -> HttpResponse:
    parts.show(_photos(request, form))
    context = {"form": form, "parts": parts, "may_force": request.user.can(Permission.MANAGE_EXEMPTIONS)}
    return render(request, "inspections/paste_parts.html", context, status=status)


def _noted(request: UserRequest) -> HttpResponse:
    """What became of the message that was just sent: its problems, ready to be handed over."""
    number = request.GET["done"]
    numbers = [uuid5(UUID(number), str(place)) for place in range(MOST_PARTS)] if is_uuid(number) else []
    found = Problem.objects.visible_to(request.user).filter(client_uuid__in=numbers).select_related("site", "unit")
    rows = list(found.order_by("pk"))
    if not rows:
        messages.warning(request, _("Nothing was noted under this number."))
        return redirect("inspections:paste")
    words = ngettext("%(n)s problem is noted.", "%(n)s problems are noted.", len(rows)) % {"n": len(rows)}
    context = {"rows": rows, "words": words, "number": number, "may_hand_over": request.user.can(Permission.HAND_OVER)}
    return render(request, "inspections/paste_noted.html", context)
