"""The standard, its indicators and items, and the site types: read only."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from ..models import Campaign, CheckItem, Indicator, SiteType, Standard, User
from ..permissions import Permission
from ..serializers import CheckItemSerializer, IndicatorSerializer, SiteTypeSerializer, StandardSerializer
from .base import DetailView, ListView
from .filters import CodeFilter, Filters, NameFilter, TruthFilter

SEE = {"GET": Permission.SEE_STANDARD}


class SiteTypes(ListView):
    """All site types (点位类型)."""

    required = SEE
    model = SiteType
    serializer_class = SiteTypeSerializer

    def rows(self, user: User) -> QuerySet[SiteType]:
        return SiteType.objects.all()


class StandardFilters(Filters):
    state = NameFilter("state", Standard.State.choices)


def _standards(user: User) -> QuerySet[Standard]:
    used = Exists(Campaign.objects.filter(standard=OuterRef("pk")))
    return Standard.objects.visible_to(user).select_related("replaces").annotate(in_force=Q(used, state="published"))


class Standards(ListView):
    """Editions of the assessment standard (测评体系)."""

    required = SEE
    model = Standard
    serializer_class = StandardSerializer
    filterset_class = StandardFilters

    def rows(self, user: User) -> QuerySet[Standard]:
        return _standards(user)


class OneStandard(DetailView):
    """One edition."""

    required = SEE
    model = Standard
    serializer_class = StandardSerializer

    def rows(self, user: User) -> QuerySet[Standard]:
        return _standards(user)


class OfStandard(ListView):
    """Rows of one edition, named in the address."""

    required = SEE
    orderings = {"position": ["position", "code"], "code": ["code"]}

    def standard(self, user: User) -> Standard:
        return get_object_or_404(Standard.objects.visible_to(user), code=self.kwargs["code"])


class IndicatorFilters(Filters):
    parent = CodeFilter("parent__code")
    level = NameFilter("level", [(str(level), level) for level in range(1, 5)])


class Indicators(OfStandard):
    """The indicators of an edition, Ⅰ to Ⅳ, in the order of the document."""

    model = Indicator
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilters

    def rows(self, user: User) -> QuerySet[Indicator]:
        return self.standard(user).indicators.select_related("parent")


class ItemFilters(Filters):
    site_type = CodeFilter("site_type__code")
    indicator = CodeFilter("indicator__code")
    active = TruthFilter(field_name="active")


class Items(OfStandard):
    """The check items of an edition; with ``site_type`` the checklist of a type."""

    model = CheckItem
    serializer_class = CheckItemSerializer
    filterset_class = ItemFilters

    def rows(self, user: User) -> QuerySet[CheckItem]:
        return self.standard(user).items.select_related("site_type", "indicator")
