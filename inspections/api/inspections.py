"""Inspections: list, one with its answers, and sending one in."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from campaign.api.base import Call, DetailView, ListView
from campaign.api.filters import CodeFilter, DayFilter, Filters, NameFilter
from campaign.models import User
from campaign.permissions import Permission

from ..models import Inspection
from ..queries.visits import narrowed
from ..serializers.inspections import InspectionInput, InspectionSerializer, InspectionWithAnswers
from ..services.entry import Seen, record_inspection
from .conflicts import conflicts

SEE = Permission.SEE_INSPECTIONS


class InspectionFilters(Filters):
    """As on the page."""

    site = CodeFilter("site__code")
    unit = CodeFilter("units__unit__code", help_text="inspections that count for this unit")
    kind = NameFilter("kind", Inspection.Kind.choices)
    first = DayFilter(field_name="seen_at", help_text="seen on this day or later")
    last = DayFilter(field_name="seen_at", help_text="seen on this day or before")

    def filter_queryset(self, queryset: Any) -> QuerySet[Inspection]:
        return _joined(narrowed(self.request.user, self.form.cleaned_data))


def _joined(found: QuerySet[Inspection]) -> QuerySet[Inspection]:
    return found.select_related("site", "unit", "inspector").defer("payload_sha256")


class Inspections(ListView):
    """Inspections."""

    required = {"GET": SEE, "POST": Permission.ENTER_INSPECTIONS}
    model = Inspection
    serializer_class = InspectionSerializer
    filterset_class = InspectionFilters
    orderings = {"-seen_at": ["-seen_at", "-id"], "seen_at": ["seen_at", "id"]}

    def rows(self, user: User) -> QuerySet[Inspection]:
        return _joined(Inspection.objects.visible_to(user))

    @extend_schema(request=InspectionInput, responses={201: InspectionWithAnswers, 200: InspectionWithAnswers})
    def post(self, request: Call) -> Response:
        """Send an inspection in: 201 when it is stored, 200 when the same was stored under this number before."""
        given = InspectionInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        now, answers = timezone.now(), given.validated_data["answers"]
        with conflicts(request.user):
            try:
                stored = record_inspection(**given.validated_data, by=request.user, recorded_at=now)
            except ValidationError as error:
                raise _placed(error, answers) from error
        shown = InspectionWithAnswers(stored, context={"request": request})
        return Response(shown.data, status=201 if stored.recorded_at >= now else 200)


def _placed(error: ValidationError, answers: list[Seen]) -> ValidationError:
    """The service names items by their codes; a program looks for its own answers by place."""
    places = {seen.item.code: f"answers.{place}" for place, seen in enumerate(answers)}
    if not hasattr(error, "error_dict"):
        return error
    return ValidationError(
        {field if field == NON_FIELD_ERRORS else places.get(field, field): e for field, e in error.error_dict.items()}
    )


class OneInspection(DetailView):
    """One inspection with its answers."""

    required = {"GET": SEE}
    model = Inspection
    serializer_class = InspectionWithAnswers

    def rows(self, user: User) -> QuerySet[Inspection]:
        return _joined(Inspection.objects.visible_to(user))
