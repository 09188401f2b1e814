"""Appeals: list, one, making one with proof, and deciding it."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from campaign.api.base import Call, DetailView, ListView, Rows
from campaign.api.filters import CodeFilter, Filters, NameFilter
from campaign.models import User
from campaign.permissions import Permission

from ..models import Appeal, Problem
from ..serializers.appeals import AppealInput, AppealSerializer, DecisionInput
from ..services.appeals import decide_appeal, make_appeal
from .conflicts import conflicts

SEE = Permission.SEE_APPEALS


def _rows(user: User) -> QuerySet[Appeal]:
    return Appeal.objects.visible_to(user).select_related("problem", "unit").prefetch_related("proofs")


class AppealFilters(Filters):
    state = NameFilter("state", Appeal.State.choices)
    against = NameFilter("against", Appeal.Against.choices)
    unit = CodeFilter("unit__code", help_text="the code of the unit that appeals")


class Appeals(ListView):
    """Appeals (申诉), newest first."""

    required = {"GET": SEE}
    model = Appeal
    serializer_class = AppealSerializer
    filterset_class = AppealFilters
    orderings = {"-made": ["-id"], "made": ["id"]}

    def rows(self, user: User) -> QuerySet[Appeal]:
        return _rows(user)


class OneAppeal(DetailView):
    """One appeal."""

    required = {"GET": SEE}
    model = Appeal
    serializer_class = AppealSerializer

    def rows(self, user: User) -> QuerySet[Appeal]:
        return _rows(user)


class AppealsOfProblem(Rows):
    """The appeals of one problem."""

    required = {"POST": Permission.APPEAL}
    model = Problem
    parser_classes = [MultiPartParser]

    def rows(self, user: User) -> QuerySet[Problem]:
        return Problem.objects.visible_to(user).select_related("unit")

    @extend_schema(
        request={"multipart/form-data": AppealInput}, responses={201: AppealSerializer}, operation_id="appeal_make"
    )
    def post(self, request: Call, code: str) -> Response:
        """Appeal a problem that a unit of the caller's holds, or its severity; ``proofs`` may come several times."""
        problem = self.get_object()
        given = AppealInput(data=request.data)
        given.is_valid(raise_exception=True)
        values: dict[str, Any] = given.validated_data
        with conflicts(request.user):
            made = make_appeal(problem=problem, **values, by=request.user, at=timezone.now())
        return Response(AppealSerializer(made).data, status=201)


class Decision(Rows):
    """The decision on one appeal."""

    required = {"POST": Permission.DECIDE_APPEALS}
    model = Appeal

    def rows(self, user: User) -> QuerySet[Appeal]:
        return _rows(user)

    @extend_schema(request=DecisionInput, responses=AppealSerializer, operation_id="appeal_decide")
    def post(self, request: Call, code: str) -> Response:
        """Uphold an appeal or refuse it; not for the person who handed the problem over."""
        appeal = self.get_object()
        given = DecisionInput(data=request.data)
        given.is_valid(raise_exception=True)
        with conflicts(request.user):
            decided = decide_appeal(appeal=appeal, **given.validated_data, by=request.user, at=timezone.now())
        return Response(AppealSerializer(decided).data)
