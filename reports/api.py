"""Periods, rankings, red and black lists, and figures."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from campaign.api.base import Call, DetailView, ListView, View, check_parameters, etagged
from campaign.api.filters import CodeFilter, DayFilter, Filters, NameFilter
from campaign.models import User
from campaign.permissions import Permission
from units.models import Unit

from .models import Adjustment, ListEntry, Period, RankingRow
from .queries.figures import Need, city_figures, measure
from .queries.ranking_page import rankings_in
from .rules.figures import FIGURES, percent
from .serializers import (
    AdjustmentSerializer,
    FigureAsked,
    FigureSerializer,
    FigureValuesSerializer,
    ListsAnswer,
    ListsAsked,
    PeriodSerializer,
    RankingsAnswer,
    RankingsAsked,
)

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
        found = rankings_in(request.user, period, group, asked.get("revision")).prefetch_related(rows)
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
            "results": _values(units, measure(need, asked["period"].window(now))),
        }
        return Response(FigureValuesSerializer(answer).data)


def _values(units: QuerySet[Unit], found: Any) -> list[dict[str, Any]]:
    named = units.filter(pk__in=found).only("code", "label").order_by("code")
    return [
        {"unit": unit, "numerator": numerator, "denominator": denominator, "value": percent(numerator, denominator)}
        for unit in named
        for numerator, denominator in [found[unit.pk]]
    ]
