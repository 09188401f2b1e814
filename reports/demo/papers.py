"""The demonstration's papers: notices to the units with most to repair, supervision orders, a ledger, a reply."""

from datetime import datetime

from django.db.models import Case, Count, QuerySet, When

from campaign.models import User
from campaign.permissions import Role
from inspections.models import Paper, PaperRun, PaperSettings, Photo, Problem
from inspections.queries.papers import WITH_A_UNIT
from inspections.services.papers import issue, reply_to_paper, request_papers

from .people import HOME_UNIT

NOTICES, ORDERS = 12, 3


def make_papers(now: datetime) -> int:
    """Issue them all at ``now``; returns how many."""
    PaperSettings.objects.create(
        head="延安市创建全国文明城市指挥部办公室", signer="延安市创建文明城市指挥部办公室",
        copies="市委督查室，市政府督查室", contact="联系人：张敏，电话：0911-8000000（演示）",
        hand_over_number="延创办交〔{year}〕{number}号", notice_number="延创办改〔{year}〕{number}号",
        supervision_number="延创办督〔{year}〕{number}号", ledger_number="延创办账〔{year}〕{number}号",
    )  # fmt: skip
    office = User.objects.get(username=Role.OFFICE)
    standing = Problem.objects.filter(state__in=WITH_A_UNIT)
    busiest = standing.values("unit").annotate(n=Count("pk")).order_by("-n", "unit").values_list("unit", flat=True)
    home = standing.filter(unit__code=HOME_UNIT)
    late = standing.overdue(at=now).order_by(Case(When(unit__code=HOME_UNIT, then=0), default=1), "due_at")[:ORDERS]
    wanted = [
        (Paper.Kind.NOTICE, standing.filter(unit__in=list(busiest[:NOTICES])) | home),
        (Paper.Kind.SUPERVISION, Problem.objects.filter(pk__in=[problem.pk for problem in late])),
        (Paper.Kind.LEDGER, Problem.objects.filter(pk__in=Photo.objects.values("problem"))),
    ]
    made = [paper for kind, problems in wanted if problems.exists() for paper in _issued(kind, problems, office, now)]
    for paper in made:
        if paper.kind == Paper.Kind.SUPERVISION and paper.unit and paper.unit.code == HOME_UNIT:
            by = User.objects.get(username=Role.UNIT)
            reply_to_paper(paper=paper, text="已安排专班整改，预计三日内办结。", by=by, at=now)
            break
    return len(made)


def _issued(kind: str, problems: QuerySet[Problem], office: User, now: datetime) -> list[Paper]:
    run = request_papers(kind=kind, problems=problems, by=office, at=now)
    made = [issue(item=item, run=run, at=now) for item in run.items.order_by("position")]
    PaperRun.objects.filter(pk=run.pk).update(state=PaperRun.State.READY, finished_at=now)
    return made
