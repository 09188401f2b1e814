"""Units, groups, sites, tasks and the caller."""

from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from campaign.api.base import Call, DetailView, ListView, Rows, View
from campaign.api.filters import CodeFilter, DayFilter, Filters, NameFilter, SearchFilter, TruthFilter
from campaign.api.parsers import JSONParser
from campaign.models import User
from campaign.permissions import Permission
from campaign.problems import Conflict
from campaign.rules import day_of

from .models import Membership, PeerGroup, Progress, Site, Task, TaskDuty, Unit, UnitLink
from .serializers import (
    GroupSerializer,
    PersonSerializer,
    ReportForm,
    ReportInput,
    SiteSerializer,
    TaskSerializer,
    TaskWithDuties,
    UnitSerializer,
)
from .services.tasks import Overtaken, report_progress

SEE_UNITS = {"GET": Permission.SEE_UNITS}
SEE_TASKS = {"GET": Permission.SEE_TASKS}


class Me(View):
    """The caller."""

    required = {"GET": tuple(Permission)}

    @extend_schema(responses=PersonSerializer, operation_id="me")
    def get(self, request: Call) -> Response:
        prefetch_related_objects(
            [request.user], Prefetch("memberships", Membership.objects.select_related("unit").order_by("unit__code"))
        )
        return Response(PersonSerializer(request.user).data)


class Groups(ListView):
    """考核分组: units ranked together."""

    required = {"GET": Permission.SEE_RANKINGS}
    model = PeerGroup
    serializer_class = GroupSerializer
    orderings = {"position": ["position", "code"], "code": ["code"]}

    def rows(self, user: User) -> QuerySet[PeerGroup]:
        return PeerGroup.objects.all()


class UnitFilters(Filters):
    q = SearchFilter()
    kind = NameFilter("kind", Unit.Kind.choices)
    group = CodeFilter("group__code")
    superior = CodeFilter("links_up__ancestor__code", method="under", help_text="units under this one today")
    valid_on = DayFilter(method="valid")

    def under(self, units: QuerySet[Unit], name: str, code: str) -> QuerySet[Unit]:
        links = UnitLink.objects.filter(valid_to=None, depth__gt=0, ancestor__code=code)
        return units.filter(pk__in=links.values("descendant"))

    def valid(self, units: Any, name: str, day: Any) -> Any:
        return units.valid_on(day)


def _units(user: User) -> QuerySet[Unit]:
    direct = UnitLink.objects.filter(valid_to=None, depth=1).select_related("ancestor").order_by("ancestor__code")
    units = Unit.objects.visible_to(user).select_related("group", "succeeded_by")
    return units.prefetch_related(Prefetch("links_up", direct))


class Units(ListView):
    """Responsible units."""

    required = SEE_UNITS
    model = Unit
    serializer_class = UnitSerializer
    filterset_class = UnitFilters

    def rows(self, user: User) -> QuerySet[Unit]:
        return _units(user)


class OneUnit(DetailView):
    """One unit."""

    required = SEE_UNITS
    model = Unit
    serializer_class = UnitSerializer

    def rows(self, user: User) -> QuerySet[Unit]:
        return _units(user)


class SiteFilters(Filters):
    q = SearchFilter()
    type = CodeFilter("type__code")
    unit = CodeFilter("unit__code")
    active = TruthFilter(field_name="active")


def _sites(user: User) -> QuerySet[Site]:
    others = Prefetch("other_units", Unit.objects.order_by("code"))
    return Site.objects.visible_to(user).select_related("type", "unit").prefetch_related(others)


class Sites(ListView):
    """Sites (点位)."""

    required = SEE_UNITS
    model = Site
    serializer_class = SiteSerializer
    filterset_class = SiteFilters

    def rows(self, user: User) -> QuerySet[Site]:
        return _sites(user)


class OneSite(DetailView):
    """One site."""

    required = SEE_UNITS
    model = Site
    serializer_class = SiteSerializer

    def rows(self, user: User) -> QuerySet[Site]:
        return _sites(user)


class TaskFilters(Filters):
    q = SearchFilter(field_name="title", lookup_expr="icontains")
    indicator = CodeFilter("indicator__code")
    unit = CodeFilter("duties__unit__code", method="of_unit")
    state = NameFilter("duties__state", TaskDuty.State.choices, method="in_state")
    overdue = TruthFilter(method="late")

    def _with(self, tasks: QuerySet[Task], duties: QuerySet[TaskDuty]) -> QuerySet[Task]:
        return tasks.filter(pk__in=duties.values("task"))

    def of_unit(self, tasks: QuerySet[Task], name: str, code: str) -> QuerySet[Task]:
        return self._with(tasks, TaskDuty.objects.visible_to(self.request.user).filter(unit__code=code))

    def in_state(self, tasks: QuerySet[Task], name: str, state: str) -> QuerySet[Task]:
        return self._with(tasks, TaskDuty.objects.visible_to(self.request.user).filter(state=state))

    def late(self, tasks: QuerySet[Task], name: str, wanted: bool) -> QuerySet[Task]:
        overdue = TaskDuty.objects.visible_to(self.request.user).overdue(on=day_of(timezone.now())).values("task")
        return tasks.filter(pk__in=overdue) if wanted else tasks.exclude(pk__in=overdue)


class Tasks(ListView):
    """Tasks (任务分解)."""

    required = SEE_TASKS
    model = Task
    serializer_class = TaskSerializer
    filterset_class = TaskFilters

    def rows(self, user: User) -> QuerySet[Task]:
        return Task.objects.visible_to(user).select_related("indicator")


def _tasks_with_duties(user: User) -> QuerySet[Task]:
    progress = Progress.objects.select_related("by").prefetch_related("evidence")
    duties = TaskDuty.objects.visible_to(user).select_related("unit").prefetch_related(Prefetch("progress", progress))
    tasks = Task.objects.visible_to(user).select_related("indicator")
    return tasks.prefetch_related(Prefetch("duties", duties, to_attr="seen_duties"))


class OneTask(DetailView):
    """One task with the duties that the caller may see, and what was reported."""

    required = SEE_TASKS
    model = Task
    serializer_class = TaskWithDuties

    def rows(self, user: User) -> QuerySet[Task]:
        return _tasks_with_duties(user)


class Reports(Rows):
    """A unit's report on its part of a task."""

    required = {"POST": Permission.REPORT_PROGRESS}
    model = Task
    most_bytes = 100 * 1024 * 1024
    parser_classes: Any = [JSONParser, MultiPartParser]

    def rows(self, user: User) -> QuerySet[Task]:
        return _tasks_with_duties(user)

    @extend_schema(
        request={"application/json": ReportInput, "multipart/form-data": ReportForm},
        responses={201: TaskWithDuties},
        operation_id="task_report",
    )
    def post(self, request: Call, code: str) -> Response:
        """Report a part done, on the version that was seen; as a form with files of evidence."""
        task = self.get_object()
        shape = ReportForm if str(request.content_type).startswith("multipart/") else ReportInput
        given = shape(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        values = {"files": []} | given.validated_data
        duty = _duty(task, values.pop("unit"), values.pop("part"))
        try:
            report_progress(duty=duty, **values, by=request.user, at=timezone.now())
        except Overtaken as late:
            raise Conflict(
                late.messages[0], code="stale", more={"state": duty.state, "version": duty.version}
            ) from late
        return Response(TaskWithDuties(self.get_object()).data, status=201)


def _duty(task: Any, unit: Unit, part: str) -> TaskDuty:
    for duty in task.seen_duties:
        if (duty.unit, duty.part) == (unit, part):
            return duty
    raise Http404
