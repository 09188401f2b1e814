"""The seldom moves of the demonstration's ledger, by the people who make them, through the product's own service."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db.models import Case, Max, When

from campaign.models import User
from campaign.permissions import Permission, Role
from campaign.rules import ONE_DAY, day_of
from inspections.models import BulkRun, Problem
from inspections.rules import TRANSITIONS, Move, State
from inspections.services.acts import Part
from inspections.services.bulk_runs import start_run, work_on
from inspections.services.ledger import move_problem
from inspections.services.noting import note_problem
from inspections.services.photos import store_photo
from units.models import Site, Unit

from .drawing import picture
from .people import HOME_UNIT, People
from .tables import dice

#: Whatever is moved here has stood still for so long.
STILL = timedelta(hours=2)
#: Problems of the batch that is handed over.
BATCH = 8
PLANS = (
    (
        "组织环卫班组集中清理两天；商户逐户签订门前三包责任书；此后每日两次巡查并留存照片。",
        "王建军（街道城管办主任）",
        3,
    ),
    ("更换破损设施，已报采购；到货前设置围挡和提示牌，安排专人值守。", "李红梅（社区书记）", 5),
)
MORE_TIME = (
    "配件需从西安调货，预计三天后到。",
    "连续降雨，路面无法施工，请求顺延。",
    "商户负责人外出，后天返回后当场清理。",
)
TO_SUSPEND = ("该路段已列入老旧管网改造，下月开工，现阶段无法整改。", "权属正在司法拍卖，需待移交后整改。")
#: What others wrote of the same place; the last only looked the same.
COPIES = ("，市民多次反映", "，督导组现场指出", "，另有一处在北门")
#: A one-page PDF that says nothing; what it stands for is in its name.
PROOF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def make_moves(people: People, *, now: datetime) -> int:
    """Plans, requests, suspensions, helpers, returns, transfers, copies, parts, checks; returns how many moves."""
    world = World(people, now)
    for made in (_plans, _requests, _suspended, _to_other_units, _copies, _parts, _checks, _on_the_spot):
        made(world)
    return world.made


def make_batch(people: People, *, now: datetime) -> int:
    """One batch handed over by the office, with one that its unit returned; returns how many problems it held."""
    noted = Problem.objects.filter(state=State.NOTED)
    first = Case(When(returned_at=None, then=1), default=0)
    chosen = list(noted.order_by(first, "-pk").values_list("pk", flat=True)[:BATCH])
    if not chosen:
        return 0
    by = User.objects.get(pk=people.office[0])
    run = start_run(act=Move.HAND_OVER, problems=noted.filter(pk__in=chosen), by=by, at=now)
    while work_on(pk=run.pk, at=now):
        pass
    return BulkRun.objects.get(pk=run.pk).total


class World:
    """Who moves what: problems that have stood still are taken once each, those of the demonstration's unit first."""

    def __init__(self, people: People, now: datetime) -> None:
        self.people, self.now, self.made = people, now, 0
        self.taken: set[int] = set()
        self.users = User.objects.in_bulk({*people.office[:1], *people.inspectors[:1], *people.contacts.values()})

    @property
    def office(self) -> User:
        return self.users[self.people.office[0]]

    def take(self, state: State, count: int = 1, **found: Any) -> Iterator[Problem]:
        """So many problems of a state, or fewer."""
        still = Problem.objects.filter(state=state, unit__in=self.people.contacts, **found)
        still = still.exclude(pk__in=self.taken).alias(last=Max("steps__at")).filter(last__lte=self.now - STILL)
        first = Case(When(unit__code=HOME_UNIT, then=0), default=1)
        for problem in still.select_related("unit", "site", "item").order_by(first, "-pk")[:count]:
            self.taken.add(problem.pk)
            yield problem

    def move(self, problem: Problem, move: Move, note: str = "", *, by: User | None = None, **given: Any) -> Problem:
        """Make a move as whoever makes it: the unit's contact or the office."""
        repairs = TRANSITIONS[move].permission == Permission.REPAIR
        who = by or (self.users[self.people.contacts[problem.unit_id]] if repairs else self.office)
        self.made += 1
        return move_problem(
            problem=problem, move=move, version=problem.version, by=who, at=self.now, note=note, **given
        )

    def until(self, days: int) -> Any:
        return day_of(self.now) + ONE_DAY * days

    def another(self, unit: Unit) -> Unit | None:
        """A unit that something can be handed to instead: a department."""
        others = Unit.objects.filter(pk__in=self.people.contacts, valid_to=None).exclude(pk=unit.pk)
        return others.filter(name__endswith="城管执法局").first() or others.order_by("code").first()


def _plans(world: World) -> None:
    for problem, (measures, person, days) in zip(world.take(State.RECEIVED, len(PLANS)), PLANS, strict=False):
        world.move(problem, Move.PLAN, measures, responsible=person, until=world.until(days))


def _requests(world: World) -> None:
    """What waits for the office: more time and suspensions, each with its reason."""
    due = {"due_at__gt": world.now, "due_at__lt": world.now + timedelta(days=20)}
    for problem, reason in zip(world.take(State.RECEIVED, len(MORE_TIME), **due), MORE_TIME, strict=False):
        world.move(problem, Move.ASK_TIME, reason, until=world.until(30))
    for problem, reason in zip(world.take(State.RECEIVED, len(TO_SUSPEND)), TO_SUSPEND, strict=False):
        proofs = [ContentFile(PROOF, name="情况说明.pdf")]
        world.move(problem, Move.ASK_SUSPEND, reason, until=world.until(60), proofs=proofs)


def _suspended(world: World) -> None:
    for problem in world.take(State.RECEIVED, 2):
        proofs = [ContentFile(PROOF, name="道路改造施工计划.pdf")]
        reason = "随道路改造工程一并整改。"
        asked = world.move(problem, Move.ASK_SUSPEND, reason, until=world.until(45), proofs=proofs)
        world.move(asked, Move.SUSPEND, reason, until=world.until(45))


def _to_other_units(world: World) -> None:
    """Handed over with a unit that helps, returned as another's, transferred."""
    for problem in world.take(State.NOTED):
        world.move(problem, Move.HAND_OVER, supporting=[helper] if (helper := world.another(problem.unit)) else None)
    for problem in world.take(State.HANDED_OVER, 2):
        world.move(problem, Move.RETURN, "该处属城管部门直管，附权属图。", unit=world.another(problem.unit))
    for problem in world.take(State.RECEIVED):
        unit = world.another(problem.unit)
        world.move(problem, Move.TRANSFER, "经协调由城管部门牵头整改。", unit=unit, keep_due=True)


def _copies(world: World) -> None:
    """Two that were the same, and one that only looked so."""
    for original in world.take(State.RECEIVED, site__isnull=False):
        for number, words in enumerate(COPIES):
            uuid = UUID(int=dice("copy", number, original.pk).getrandbits(128), version=4)
            again = note_problem(
                client_uuid=uuid, site=original.site, text=f"{original.text}{words}", severity=original.severity,
                source=Problem.Source.SUPERIOR, by=world.office, noted_at=world.now,
            )  # fmt: skip
            copy = world.move(again, Move.MERGE, "同一处，重复登记", original=Problem.objects.get(pk=original.pk))
            if number == len(COPIES) - 1:
                world.move(copy, Move.UNMERGE, "核对照片，不是同一处，分开办理。")


def _parts(world: World) -> None:
    for problem in world.take(State.RECEIVED):
        other = world.another(problem.unit) or problem.unit
        parts = [
            Part(problem.unit, f"{problem.text}（现场清理）", problem.limit),
            Part(other, f"{problem.text}（执法整治）", problem.limit),
        ]
        world.move(problem, Move.SPLIT, "涉及两个单位，各办各的", parts=parts, hand_over=True)


def _checks(world: World) -> None:
    """Repairs that an inspector is to look at."""
    inspector = User.objects.get(username=Role.INSPECTOR)
    for problem in world.take(State.SUBMITTED, 2):
        world.move(problem, Move.ASSIGN_CHECK, "请到现场看一下背街一侧", inspector=inspector)


def _on_the_spot(world: World) -> None:
    """Put right while it was noted, and shown by a picture."""
    site = Site.objects.filter(unit__code=HOME_UNIT).order_by("code").first()
    if site is None:
        return
    noted, shown = (UUID(int=dice("spot", name, site.pk).getrandbits(128), version=4) for name in ("noted", "shown"))
    drawn = picture("litter", dice("spot picture", site.pk), repaired=True)
    photo = store_photo(data=drawn, client_uuid=shown, by=world.office, at=world.now)
    problem = note_problem(client_uuid=noted, site=site, text="门口有零星垃圾", by=world.office, noted_at=world.now)
    world.move(problem, Move.FIX, "当场清理完毕", photos=[photo.client_uuid])
