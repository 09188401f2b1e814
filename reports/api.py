"""Periods, rankings, red and black lists, and figures."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from campaign.api.base import Call, DetailView, ListView, Rows, View, check_parameters, etagged
from campaign.api.filters import CodeFilter, DayFilter, Filters, NameFilter
from campaign.models import User
from campaign.permissions import Permission
from campaign.problems import Conflict
from units.models import Unit
from units.services.tasks import Overtaken

from .models import Adjustment, ListEntry, Objection, Period, RankingRow
from .queries.carried import window_at
from .queries.figures import Need, city_figures, measure
from .queries.objections import announced_row
from .queries.ranking_page import rankings_in
from .rules.figures import FIGURES, percent
from .serializers import (
    AdjustmentSerializer,
    FigureAsked,
    FigureSerializer,
    FigureValuesSerializer,
    ListsAnswer,
    ListsAsked,
    ObjectionAnswerInput,
    ObjectionInput,
    ObjectionSerializer,
    PeriodSerializer,
    RankingsAnswer,
    RankingsAsked,
)
from .services.objections import answer_objection, object_to

SEE = {"GET": Permission.SEE_RANKINGS}


class PeriodFilters(Filters):
    kind = NameFilter("kind", Period.Kind.choices)


class Periods(ListView):
    """Days, weeks, months, quarters and years that have been opened."""

    required = SEE
    model = Period
    serializer_class = PeriodSerializer
    filterset_class = PeriodFilters
    orderings = {"-starts_on": ["-starts_on", "-code"], "starts_on": ["starts_on", "code"]}

    def rows(self, user: User) -> QuerySet[Period]:
        return Period.objects.all()


class OnePeriod(DetailView):
    """One period."""

    required = SEE
    model = Period
    serializer_class = PeriodSerializer

    def rows(self, user: User) -> QuerySet[Period]:
        return Period.objects.all()


def _asked(shape: type[Serializer[Any]], request: Call) -> dict[str, Any]:
    """The parameters, checked."""
    given = shape(data=request.query_params)
    check_parameters(request, given.fields)
    given.is_valid(raise_exception=True)
    return {"group": None, **given.validated_data}


class Rankings(View):
    """Rankings of a period."""

    required = SEE

    @extend_schema(parameters=[RankingsAsked], responses=RankingsAnswer, operation_id="rankings")
    @etagged
    def get(self, request: Call) -> Response:
        """Every row with rank, score, components, movement and footnote; no paging. Without a group, all groups."""
        asked = _asked(RankingsAsked, request)
        period, group = asked["period"].code, asked["group"].code if asked["group"] else ""
        rows = Prefetch("rows", RankingRow.objects.select_related("unit").order_by("position"))
        found = rankings_in(request.user, period, group, asked.get("revision")).prefetch_related(rows, "entries")
        ordered = sorted(found, key=lambda ranking: (ranking.group.position, ranking.group.code))
        return Response(RankingsAnswer({"period": period, "results": ordered}).data)


class Lists(View):
    """Red and black lists (红黑榜)."""

    required = SEE

    @extend_schema(parameters=[ListsAsked], responses=ListsAnswer, operation_id="lists")
    @etagged
    def get(self, request: Call) -> Response:
        """The units on the lists of a period, of one group or all, by group and place."""
        asked = _asked(ListsAsked, request)
        period, group = asked["period"].code, asked["group"].code if asked["group"] else ""
        rankings = {ranking.pk: ranking for ranking in rankings_in(request.user, period, group)}
        found = ListEntry.objects.filter(ranking__in=rankings).select_related("unit")
        if "color" in asked:
            found = found.filter(color=asked["color"])
        return Response(ListsAnswer({"period": period, "results": _in_order(found, rankings)}).data)


def _in_order(found: Iterable[ListEntry], rankings: Any) -> list[ListEntry]:
    entries = list(found)
    for entry in entries:
        entry.ranking = rankings[entry.ranking_id]
    return sorted(entries, key=lambda entry: (entry.ranking.group.code, entry.reason["rank"], entry.unit.code))


class AdjustmentFilters(Filters):
    unit = CodeFilter("unit__code")
    state = NameFilter("state", Adjustment.State.choices)
    event = NameFilter("event", Adjustment.Event.choices)
    level = NameFilter("level", Adjustment.Level.choices)
    first = DayFilter(field_name="day", lookup_expr="gte", help_text="counts on this day or later")
    last = DayFilter(field_name="day", lookup_expr="lte", help_text="counts on this day or before")


class Adjustments(ListView):
    """Points given or taken outside the figures (加分/扣分)."""

    required = {"GET": Permission.SEE_ADJUSTMENTS}
    model = Adjustment
    serializer_class = AdjustmentSerializer
    filterset_class = AdjustmentFilters

    def rows(self, user: User) -> QuerySet[Adjustment]:
        return Adjustment.objects.visible_to(user).select_related("unit")


class OneAdjustment(DetailView):
    """One adjustment."""

    required = {"GET": Permission.SEE_ADJUSTMENTS}
    model = Adjustment
    serializer_class = AdjustmentSerializer

    def rows(self, user: User) -> QuerySet[Adjustment]:
        return Adjustment.objects.visible_to(user).select_related("unit")


class ObjectionFilters(Filters):
    state = NameFilter("state", Objection.State.choices)
    period = CodeFilter("ranking__period__code", help_text="the code of a period")
    unit = CodeFilter("unit__code", help_text="the code of the unit that objects")


def _objections(user: User) -> QuerySet[Objection]:
    rows = Objection.objects.visible_to(user).select_related("unit", "ranking__period", "ranking__group")
    return rows.defer("ranking__inputs", "ranking__snapshot").prefetch_related("proofs")


class Objections(ListView):
    """Objections (异议) to closed rankings, newest first."""

    required = {"GET": Permission.SEE_OBJECTIONS, "POST": Permission.RAISE_OBJECTIONS}
    model = Objection
    serializer_class = ObjectionSerializer
    filterset_class = ObjectionFilters
    orderings = {"-raised": ["-id"], "raised": ["id"]}
    parser_classes = [MultiPartParser]

    def rows(self, user: User) -> QuerySet[Objection]:
        return _objections(user)

    @extend_schema(
        request={"multipart/form-data": ObjectionInput},
        responses={201: ObjectionSerializer},
        operation_id="objection_raise",
    )
    def post(self, request: Call) -> Response:
        """Object to a row of a unit of the caller's, while its ranking is open to objection."""
        given = ObjectionInput(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        row = announced_row(request.user, asked["period"], asked["group"].code, asked["unit"].code)
        if row is None:
            raise Http404
        proofs = asked.get("proofs", [])
        made = object_to(
            row=row, about=asked["about"], text=asked["text"], proofs=proofs, by=request.user, at=timezone.now()
        )
        return Response(ObjectionSerializer(made).data, status=201)


class OneObjection(DetailView):
    """One objection."""

    required = {"GET": Permission.SEE_OBJECTIONS}
    model = Objection
    serializer_class = ObjectionSerializer

    def rows(self, user: User) -> QuerySet[Objection]:
        return _objections(user)


class ObjectionAnswer(Rows):
    """The answer to one objection."""

    required = {"POST": Permission.ANSWER_OBJECTIONS}
    model = Objection

    def rows(self, user: User) -> QuerySet[Objection]:
        return _objections(user)

    @extend_schema(request=ObjectionAnswerInput, responses=ObjectionSerializer, operation_id="objection_answer")
    def post(self, request: Call, code: str) -> Response:
        """Uphold an objection or refuse it; the unit is told. One that was answered before is 409."""
        objection = self.get_object()
        given = ObjectionAnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            answer_objection(objection=objection, **given.validated_data, by=request.user, at=timezone.now())
        except Overtaken as late:
            raise Conflict(late.messages[0], code="stale", more={"state": objection.state}) from late
        return Response(ObjectionSerializer(self.get_object()).data)


class Figures(View):
    """The registry of figures."""

    required = SEE

    @extend_schema(responses=FigureSerializer(many=True), operation_id="figures")
    def get(self, request: Call) -> Response:
        """What every figure means, counts and divides."""
        return Response(FigureSerializer(list(FIGURES.values()), many=True).data)


class FigureValues(View):
    """One figure in a period."""

    required = {"GET": Permission.SEE_UNITS}

    @extend_schema(parameters=[FigureAsked], responses=FigureValuesSerializer, operation_id="figure_values")
    @etagged
    def get(self, request: Call, name: str) -> Response:
        """A figure as it stands now, for every unit with something to assess, by code, and for the city.

        Who may not see rankings before they are published gets the values of their own units only.
        """
        if name not in FIGURES:
            raise Http404
        asked = _asked(FigureAsked, request)
        need, now = Need(name, asked["mean"], asked["scope"]), timezone.now()
        whole = request.user.can(Permission.SEE_DRAFT_RANKINGS)
        units = Unit.objects.all() if whole else Unit.objects.of(request.user)
        if asked["group"]:
            units = units.filter(group=asked["group"])
        key = f"{name}_{need.mean}" if name == "conformity" else name
        answer = {
            "figure": FIGURES[name],
            "period": asked["period"].code,
            "mean": need.mean,
            "scope": need.scope,
            "city": asdict(city_figures(asked["period"], now, [key])[key]) if whole else None,
            "results": _values(units, measure(need, window_at(asked["period"], now))),
        }
        return Response(FigureValuesSerializer(answer).data)


def _values(units: QuerySet[Unit], found: Any) -> list[dict[str, Any]]:
    named = units.filter(pk__in=found).only("code", "label").order_by("code")
    return [
        {"unit": unit, "numerator": numerator, "denominator": denominator, "value": percent(numerator, denominator)}
        for unit in named
        for numerator, denominator in [found[unit.pk]]
    ]
