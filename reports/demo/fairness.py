"""Repeats, appeals and rechecks of the demonstration, through the product's own services."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile

from campaign.models import FactChange, User
from campaign.rules import ONE_DAY, day_of, start_of
from inspections.models import BlindVisit, Draw, Photo, Problem
from inspections.rules import ANSWERED, Outcome, State
from inspections.services.appeals import decide_appeal, make_appeal
from inspections.services.entry import Seen, record_inspection
from inspections.services.rechecks import finish_recheck, make_draw
from inspections.services.repeats import mark_repeats
from reports.services import roll_up

from .people import People
from .tables import dice
from .visits import History

#: What units write, and what the office answers: upheld or not; the last stay open.
APPEALS = (
    ("problem", "该处自上月起由市政公司围挡施工，不属我单位管理，附施工告知书。", True, "施工告知书属实，问题不成立。"),
    ("problem", "照片拍摄地点在相邻单位辖区内，附辖区界线图。", True, "经核对界线图，不在该单位辖区，申诉成立。"),
    ("problem", "检查前一日刚整改完毕，附当日工作照片。", False, "照片与现场不符，申诉不成立。"),
    ("severity", "只有一处，范围很小，建议按轻微问题处理。", True, "仅一处且范围很小，同意降低严重程度。"),
    ("severity", "未影响居民出行，建议降低严重程度。", False, "位于人流密集处，维持原严重程度。"),
    ("problem", "该点位已移交相邻街道，附移交清单。", None, ""),
    ("severity", "当天已处理，影响不大。", None, ""),
)
DRAWN, SEEN_AGAIN = 24, 12
#: Which of the rechecks fail, and what the inspector writes.
FAILED = {
    3: ("not_fixed", "现场仍与整改前一样，未见处理"),
    7: ("false", "整改照片不是此处，现场没有动过"),
    11: ("not_fixed", "只整改了一处，其余未动"),
}


def mark_all_repeats() -> int:
    """Mark what repeats an earlier problem; returns how many do."""
    return mark_repeats(Problem.objects.values_list("pk", flat=True))


def make_fairness(people: People, history: History) -> str:
    """Appeals in every state, a draw half done and blind re-inspections; returns what was made, in words."""
    office = list(User.objects.filter(pk__in=people.office).order_by("pk"))
    appeals = _make_appeals(people, office, history)
    rechecks = _make_rechecks(office, history)
    blind = _make_blind(office, history)
    FactChange.objects.exclude(day=history.today).delete()  # of ended periods, which are published
    roll_up(now=history.now)
    return f"{appeals} appeals, {rechecks} rechecks, {blind} blind visits"


def _make_appeals(people: People, office: list[User], history: History) -> int:
    held = Problem.objects.with_unit().filter(
        handed_over_at__gte=history.now - timedelta(days=5),
        unit__in=people.contacts,
        severity__in=["normal", "serious"],
    )
    known = list(held.select_related("unit", "site").order_by("-severity", "pk")[: 3 * len(APPEALS)])
    chosen = known[:: max(1, len(known) // len(APPEALS))]
    users = User.objects.in_bulk(set(people.contacts.values()))
    for problem, (against, text, upheld, answer) in zip(chosen, APPEALS, strict=False):
        proof = [ContentFile("情况说明（演示）".encode(), name="情况说明.txt")] if upheld is not None else []
        at = min(history.now, (problem.received_at or problem.handed_over_at or history.now) + timedelta(minutes=20))
        made = make_appeal(
            problem=problem, against=against, text=text, severity="minor" if against == "severity" else "",
            proofs=proof, by=users[people.contacts[problem.unit_id]], at=at,
        )  # fmt: skip
        if upheld is not None:
            handed = problem.steps.filter(move="hand_over").values_list("by_id", flat=True).last()
            second = next(person for person in office if person.pk != handed)
            decide_appeal(appeal=made, upheld=upheld, answer=answer, by=second, at=min(history.now, at + ONE_DAY / 8))
    return min(len(chosen), len(APPEALS))


def _draw(kind: str, number: int, office: list[User], history: History) -> Draw:
    last = day_of(history.now) - 4 * ONE_DAY
    seed = dice("draw", kind, history.today).getrandbits(62)
    return make_draw(
        kind=kind, first=last - 20 * ONE_DAY, last=last, number=number, seed=seed, by=office[0],
        at=start_of(last + ONE_DAY) + timedelta(hours=9),
    )  # fmt: skip


def _yesterday(history: History, n: int) -> datetime:
    """A moment of yesterday's working time."""
    return start_of(day_of(history.now) - ONE_DAY) + timedelta(minutes=540 + 23 * n)


def _make_rechecks(office: list[User], history: History) -> int:
    """Two thirds are done: most hold, two are not fixed, one was false."""
    if not Problem.objects.filter(state=State.CLOSED).exists():
        return 0
    rows = list(_draw("repairs", DRAWN, office, history).rechecks.select_related("inspector", "problem"))
    for n, row in enumerate(rows[: 2 * len(rows) // 3]):
        result, note = FAILED.get(n, ("holds", ""))
        photos = [] if result == "holds" else _photo(row.inspector, n, history)
        if result == "holds" or photos:
            at = _yesterday(history, n)
            finish_recheck(recheck=row, result=result, note=note, photos=photos, by=row.inspector, at=at)
    return len(rows)


def _photo(by: User, n: int, history: History) -> list[UUID]:
    """One more row for a picture that was drawn already."""
    drawn = Photo.objects.filter(role=Photo.Role.BEFORE).order_by("pk").first()
    if drawn is None:
        return []
    number = UUID(int=dice("recheck", history.today, n).getrandbits(128), version=4)
    values = {name: getattr(drawn, name) for name in ("file", "thumb", "width", "height")}
    Photo.objects.create(client_uuid=number, uploaded_by=by, sha256=f"{n:064}", received_at=history.now, **values)
    return [number]


def _make_blind(office: list[User], history: History) -> int:
    """Most second answers are the first ones; one in nine is not."""
    visits = _draw("blind", SEEN_AGAIN, office, history).visits.select_related("first__site__type", "inspector")
    for n, visit in enumerate(visits[: SEEN_AGAIN * 3 // 4]):
        _see_again(visit, n, history)
    return len(visits)


def _see_again(visit: BlindVisit, n: int, history: History) -> None:
    throw, at = dice("blind", history.today, n), _yesterday(history, n)
    answers = []
    for answer in visit.first.answers.select_related("item").filter(outcome__in=ANSWERED):
        other = Outcome.NOT_MET if answer.outcome == Outcome.MET else Outcome.MET
        outcome = other if throw.random() < 1 / 9 and not answer.item.photos_required else answer.outcome
        if outcome == Outcome.MET or not answer.item.photos_required:
            answers.append(Seen(item=answer.item, outcome=outcome))
    if answers:
        record_inspection(
            site=visit.first.site, seen_at=at, kind="recheck", answers=answers, by=visit.inspector, recorded_at=at,
            client_uuid=UUID(int=throw.getrandbits(128), version=4),
        )  # fmt: skip
