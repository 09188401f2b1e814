"""The ledger: list, one with its steps, noting a problem, and the moves."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from campaign.api.base import Call, DetailView, ListView, Rows
from campaign.api.filters import CodeFilter, DayFilter, Filters, NameFilter, SearchFilter, TruthFilter
from campaign.models import CheckItem, User
from campaign.permissions import Permission

from ..models import Problem
from ..queries.ledger import ALL, OPEN, in_state, narrowed
from ..rules import TRANSITIONS
from ..serializers.moves import MoveInput, SuspensionInput
from ..serializers.problems import ProblemInput, ProblemSerializer, ProblemWithSteps
from ..services.again import note_fixed, see_again
from ..services.ledger import move_problem
from ..services.noting import note_problem, sources_for
from .conflicts import conflicts

SEE = Permission.SEE_PROBLEMS


class ProblemFilters(Filters):
    """As on the page."""

    q = SearchFilter(field_name="text")
    state = NameFilter("state", [(OPEN, OPEN), *Problem.STATES, (ALL, ALL)])
    unit = CodeFilter("unit__code", help_text="a unit's code or name: its problems and those of the units under it")
    site = CodeFilter("site__code", help_text="a site's code, or a part of its name")
    severity = NameFilter("severity", CheckItem.Severity.choices)
    source = NameFilter("source", Problem.Source.choices)
    first = DayFilter(field_name="noted_at", help_text="noted on this day or later")
    last = DayFilter(field_name="noted_at", help_text="noted on this day or before")
    overdue = TruthFilter(help_text="true: past its time; false: no restriction")
    mine = TruthFilter(help_text="true: noted by the caller, or held by a unit of theirs; false: no restriction")

    def filter_queryset(self, queryset: Any) -> QuerySet[Problem]:
        wanted = self.form.cleaned_data
        found = narrowed(self.request.user, wanted, at=timezone.now())
        return _joined(in_state(found, wanted["state"] or ALL))


def _joined(found: QuerySet[Problem]) -> QuerySet[Problem]:
    return found.select_related("site", "unit").defer("payload_sha256")


class Problems(ListView):
    """The ledger."""

    required = {"GET": SEE, "POST": Permission.NOTE_PROBLEMS}
    model = Problem
    serializer_class = ProblemSerializer
    filterset_class = ProblemFilters
    orderings = {"-noted": ["-id"], "noted": ["id"], "due": ["due_at", "id"]}

    def rows(self, user: User) -> QuerySet[Problem]:
        return _joined(Problem.objects.visible_to(user))

    @extend_schema(request=ProblemInput, responses={201: ProblemWithSteps, 200: ProblemWithSteps})
    def post(self, request: Call) -> Response:
        """Note a problem: 201 when it is stored, 200 when the same was stored under this number before.

        With ``same_as`` it is added to that problem, which is the answer (200).
        """
        given = ProblemInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        now, values = timezone.now(), given.validated_data
        sources = sources_for(request.user)
        if values.setdefault("source", sources[0]) not in sources:
            raise ValidationError({"source": _("One of: %(names)s.") % {"names": ", ".join(sources)}})
        with conflicts(request.user):
            stored = _stored(values, by=request.user, now=now)
        shown = ProblemWithSteps(stored, context={"request": request})
        return Response(shown.data, status=201 if stored.noted_at == now else 200)


def _stored(values: dict[str, Any], *, by: User, now: datetime) -> Problem:
    """The problem as noted, as noted and fixed on the spot, or the one that it is the same as."""
    same, fixed, after = values.pop("same_as", None), values.pop("fixed_on_spot"), values.pop("after_photos")
    if same:
        return see_again(problem=same, note=values["text"], by=by, at=now, photos=values["photos"])
    if fixed:
        return note_fixed(after=after, by=by, noted_at=now, **values)
    return note_problem(**values, by=by, noted_at=now)


class OneProblem(DetailView):
    """One problem with its steps."""

    required = {"GET": SEE}
    model = Problem
    serializer_class = ProblemWithSteps

    def rows(self, user: User) -> QuerySet[Problem]:
        found = _joined(Problem.objects.visible_to(user)).select_related("item")
        return found.prefetch_related("photos__pair", "extensions", "suspensions__proofs", "plans__unit", "plans__by")


class Moves(Rows):
    """The moves of one problem."""

    required = {"POST": {transition.permission for transition in TRANSITIONS.values()}}
    model = Problem
    parser_classes: Any = [JSONParser, MultiPartParser]

    def rows(self, user: User) -> QuerySet[Problem]:
        return _joined(Problem.objects.visible_to(user)).select_related("item")

    @extend_schema(
        request={"application/json": MoveInput, "multipart/form-data": SuspensionInput},
        responses=ProblemWithSteps,
        operation_id="problem_move",
    )
    def post(self, request: Call, code: str) -> Response:
        """Make a move on the version that was seen; on another one 409 says who moved the problem, and when.

        A suspension comes as a form, with its files of proof.
        """
        problem = self.get_object()
        shape = SuspensionInput if isinstance(request.data, QueryDict) else MoveInput
        given = shape(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        with conflicts(request.user):
            moved = move_problem(problem=problem, by=request.user, at=timezone.now(), **given.validated_data)
        return Response(ProblemWithSteps(moved, context={"request": request}).data)
