"""The sheet of problems, past ones with their history."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import CheckItem, User
from campaign.queries import running_campaign, work_clock
from campaign.resources.cells import Choice, Code, Moment, Whole, Words
from campaign.resources.check_items import SEVERITY_NAMES
from campaign.resources.sheet import NEW, Check, Column, Names, SheetResource
from campaign.rules import UnknownYear, WorkClock, day_of, parse_limit
from units.models import Site
from units.resources.names import site_names, unit_names

from ..models import Inspection, Problem
from ..models.exemption import Case
from ..queries.exemptions import exempt
from ..queries.ledger import ALL, in_state, narrowed
from ..services.bulk import ProblemRow, store_callbacks, store_problems
from ..services.ledger import RECEIVE_LIMIT

SOURCE_NAMES = {
    "inspection": ["日常检查", "巡查", "督查"], "superior": ["上级", "上级交办"],
    "third_party": ["第三方", "第三方测评"], "media": ["媒体", "媒体曝光"], "hotline": ["热线", "12345", "12345热线"],
    "citizen": ["市民", "群众", "市民反映"], "snapshot": ["随手拍", "社会监督员", "监督员"],
    "leader": ["领导", "领导交办"],
}  # fmt: skip
CALLBACK_NAMES = {
    "satisfied": ["满意", "非常满意", "很满意"], "mostly": ["基本满意", "较满意", "比较满意"], "fair": ["一般"],
    "unsatisfied": ["不满意", "非常不满意", "很不满意"],
    "silent": ["未评价", "未联系上", "无法联系", "未回访", "无人接听"],
}  # fmt: skip
#: The order in which things happen to a problem.
TIMES = ("noted_at", "handed_over_at", "received_at", "submitted_at", "closed_at")
FIELDS = (
    "code", "inspection_id", "site_id", "unit_id", "text", "severity", "source", "limit", "noted_at",
    "handed_over_at", "received_at", "due_at", "submitted_at", "closed_at", "sent_back", "receive_due_at", "callback",
    "called_back_at",
)  # fmt: skip
LIMIT = "3d"


class ProblemSheet(SheetResource):
    """Problems with what happened to them; found again by their code. A stored one changes by its moves only."""

    kind = "problems"
    title = gettext_lazy("Problems")

    code = Column(Code(60), "编号", "问题编号", attribute="code", required=True)
    inspection = Column(Words(60), "检查编号", attribute="inspection__code")
    site = Column(Words(160), "点位", "点位编码", "问题点位", attribute="site__code")
    unit = Column(Words(160), "责任单位", "单位", attribute="unit__code")
    text = Column(Words(500), "问题", "问题描述", "问题内容", attribute="text", required=True)
    severity = Column(Choice.of(CheckItem.Severity, SEVERITY_NAMES), "严重程度", attribute="severity")
    source = Column(Choice.of(Problem.Source, SOURCE_NAMES), "来源", "问题来源", attribute="source")
    noted_at = Column(Moment(), "发现时间", "发现日期", attribute="noted_at", required=True)
    handed_over_at = Column(Moment(), "交办时间", attribute="handed_over_at")
    received_at = Column(Moment(), "签收时间", attribute="received_at")
    due_at = Column(Moment(), "整改期限", "截止时间", attribute="due_at")
    submitted_at = Column(Moment(), "提交时间", "整改时间", "整改提交时间", attribute="submitted_at")
    closed_at = Column(Moment(), "销号时间", "办结时间", attribute="closed_at")
    sent_back = Column(Whole(0, 99), "退回次数", "返工次数", attribute="sent_back")
    callback = Column(Choice.of(Problem.Callback, CALLBACK_NAMES), "满意度", "满意情况", attribute="callback")
    called_back_at = Column(Moment(), "回访时间", attribute="called_back_at")

    def examine(self, check: Check) -> None:
        check.once("code")
        self._resolve(check)
        for row in list(check.right()):
            self._check_times(check, row)
        clock = Deadlines()
        rows = {row: self._row(check, row, clock) for row in list(check.right())}
        rows = {row: problem for row, problem in rows.items() if row not in check.wrong}
        stored = stored_problems([problem.code for problem in rows.values()])
        self._check_stored(check, rows, stored)
        check.compare({row: rows[row] for row in check.right()}, stored)
        self._warn_of_exempt(check)

    @staticmethod
    def _warn_of_exempt(check: Check) -> None:
        """New problems that are exempt come in all the same, with a note: the sheet may know better."""
        new = [row for row in check.right() if check.status[row] == NEW]
        cells = check.cleaned
        sites = Site.objects.in_bulk({cells["site"][row] for row in new if cells["site"][row]})
        cases = [
            Case(
                at=cells["noted_at"][row],
                text=cells["text"][row],
                site=sites.get(cells["site"][row]),
                unit_id=cells["unit"][row],
            )
            for row in new
        ]
        for row, exemption in zip(new, exempt(cases), strict=True):
            if exemption:
                check.note(exemption.sentence, row)

    @staticmethod
    def _resolve(check: Check) -> None:
        cells = check.cleaned
        given = set(filter(None, cells["inspection"]))
        known = Inspection.objects.filter(code__any_of=list(given)).values_list("code", "pk", "site_id", "unit_id")
        inspections = {code: (pk, site, unit) for code, pk, site, unit in known}
        seen = check.resolve("inspection", Names(inspections))
        sites = check.resolve("site", site_names())
        units = check.resolve("unit", unit_names())
        holders = dict(Site.objects.values_list("pk", "unit_id"))
        for row in list(check.right()):
            pk, site, unit = seen[row] or (None, None, None)
            sites[row] = sites[row] or site
            units[row] = units[row] or holders.get(sites[row]) or unit
            if units[row] is None:
                check.fault(row, "unit", _("Give a site or a responsible unit."))
            seen[row] = pk
        cells |= {"inspection": seen, "site": sites, "unit": units}

    @staticmethod
    def _check_times(check: Check, row: int) -> None:
        """Nothing lies in the future, nothing happens before what leads to it."""
        before: datetime | None = None
        handed_over = check.cleaned["handed_over_at"][row]
        for column in TIMES:
            moment = check.cleaned[column][row]
            if moment is None:
                continue
            if day_of(moment) > check.on:
                check.fault(row, column, _("Lies in the future."))
            elif before and moment < before:
                check.fault(row, column, _("Lies before what must have happened earlier."))
            elif column != "noted_at" and not handed_over:
                check.fault(row, "handed_over_at", _("Must not be empty where later times are given."))
                return
            before = moment
        if check.cleaned["sent_back"][row] and not handed_over:
            check.fault(row, "sent_back", _("Nothing was handed over that could be sent back."))

    @staticmethod
    def _row(check: Check, row: int, clock: "Deadlines") -> ProblemRow:
        cells = {column: values[row] for column, values in check.cleaned.items()}
        handed_over, due = cells["handed_over_at"], cells["due_at"]
        if handed_over and due is None:
            due = clock.due(handed_over, LIMIT)
            if due is None:
                sentence = _("Give the date: the work calendar does not reach that far, so it cannot be computed.")
                check.fault(row, "due_at", sentence)
        elif due and handed_over and due < handed_over:
            check.fault(row, "due_at", _("Lies before what must have happened earlier."))
        limit = clock.limit(cells["noted_at"], due) if due and not handed_over else LIMIT
        callback, called_back_at = ProblemSheet._callback(check, row, cells)
        return ProblemRow(
            cells["code"], cells["inspection"], cells["site"], cells["unit"], cells["text"],
            cells["severity"] or CheckItem.Severity.NORMAL.value, cells["source"] or Problem.Source.INSPECTION.value,
            limit, cells["noted_at"], handed_over, cells["received_at"], due if handed_over else None,
            cells["submitted_at"], cells["closed_at"], cells["sent_back"] or 0,
            clock.receive(handed_over) if handed_over else None, callback, called_back_at,
        )  # fmt: skip

    @staticmethod
    def _callback(check: Check, row: int, cells: Mapping[str, Any]) -> tuple[str, datetime | None]:
        """What the reporter says and when: on the day of the call, else when it was closed; a silent one needs no day.

        A later time that is in the future, or a valid answer without any day, is a fault.
        """
        said, asked = cells["callback"] or "", cells["called_back_at"] or cells["closed_at"]
        if asked and day_of(asked) > check.on:
            check.fault(row, "called_back_at", _("Lies in the future."))
        elif said and said != Problem.Callback.SILENT and not asked:
            sentence = _("Say when the reporter was asked, or when it was closed: the answer belongs to that day.")
            check.fault(row, "called_back_at" if "called_back_at" in check.heads else "callback", sentence)
        return (said, asked) if said and asked else ("", None)

    @staticmethod
    def _check_stored(check: Check, rows: dict[int, ProblemRow], stored: dict[str, ProblemRow]) -> None:
        """A stored problem is the same, or a fault: it changes by its moves. What no sheet tells is not compared.

        What the reporter says comes after the moves: a row that has it changes that of the stored problem.
        """
        for row, problem in list(rows.items()):
            before = stored.get(problem.code)
            if before is None:
                continue
            same = replace(problem, callback=before.callback, called_back_at=before.called_back_at)
            answered = bool(problem.callback) and _callback_of(before) != _callback_of(problem)
            if not answered:
                rows[row] = same
            if _told(before) == _told(problem):
                stored[problem.code] = same
            elif check.options.keep:
                check.note(
                    _("%(code)s is in the ledger already and stays as it is there.") % {"code": problem.code}, row
                )
                stored[problem.code] = same
            else:
                sentence = _("This problem is stored with other content; change it in the ledger, or use a new code.")
                check.fault(row, "code", sentence)

    def write(self, check: Check) -> None:
        new = check.added()
        known = {row.code for row in new}
        if new:
            store_problems(rows=new, by=check.by)
        if said := [row for row in check.plan if row.code not in known]:
            store_callbacks(rows=said, by=check.by)

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[Problem]:
        problems: QuerySet[Problem] = Problem.objects.all()
        if user:
            days = {name: _day(filters.get(name, "")) for name in ("first", "last")}
            found = narrowed(user, {**filters, **days}, at=timezone.now())
            problems = in_state(found, filters.get("state") or ALL)
        return problems.select_related("inspection", "site", "unit").order_by("noted_at", "pk")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def stored_problems(codes: list[str]) -> dict[str, ProblemRow]:
    """Problems as rows, by code."""
    stored = Problem.objects.filter(code__any_of=codes).values_list(*FIELDS)
    return {values[0]: ProblemRow(*values) for values in stored}


def _told(problem: ProblemRow) -> tuple[Any, ...]:
    """What a sheet tells of a problem; moments to the second."""
    times = [getattr(problem, column) for column in (*TIMES, "due_at")]
    return (
        problem.inspection_id, problem.site_id, problem.unit_id, problem.text, problem.severity, problem.source,
        problem.sent_back, *(moment and moment.replace(microsecond=0) for moment in times),
    )  # fmt: skip


def _callback_of(problem: ProblemRow) -> tuple[str, datetime | None]:
    """What the reporter said and when, to the second."""
    asked = problem.called_back_at
    return problem.callback, asked and asked.replace(microsecond=0)


class Deadlines:
    """Deadlines by the work calendar; None where it has no such year."""

    def __init__(self) -> None:
        self.clock: WorkClock = work_clock()
        campaign = running_campaign()
        self.receive_limit = campaign.receive_limit if campaign else RECEIVE_LIMIT
        self.due = cache(self._due)

    def _due(self, start: datetime, limit: str) -> datetime | None:
        """When a limit that starts at a moment runs out."""
        try:
            return self.clock.due(start, parse_limit(limit))
        except UnknownYear:
            return None

    def limit(self, noted: datetime, due: datetime) -> str:
        """A deadline given before the hand-over as a limit that will run from there: in working days."""
        try:
            return f"{max(self.clock.days_between(day_of(noted), day_of(due)), 1)}d"
        except UnknownYear:
            return LIMIT

    def receive(self, start: datetime) -> datetime | None:
        """By when a problem handed over at a moment is to be received."""
        return self.due(start, self.receive_limit)
