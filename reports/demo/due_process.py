"""The demonstration's adjustments with their proof, and the objections to the week that waits to be published."""

from django.core.files.base import ContentFile
from django.utils import translation

from campaign.models import User
from campaign.rules import ONE_DAY
from reports.models import Adjustment, Ranking, RankingRow
from reports.services.adjustments import decide_adjustment, propose_adjustment
from reports.services.objections import answer_objection, object_to
from units.models import Unit

from .people import HOME_UNIT, People
from .tables import table
from .visits import History


def make_adjustments(people: People, history: History) -> int:
    """Points given and taken as ``data/adjustments.csv`` says: most decided, two waiting; returns how many."""
    streets = list(Unit.objects.filter(kind=Unit.Kind.STREET).exclude(code=HOME_UNIT).order_by("code"))
    home = Unit.objects.get(code=HOME_UNIT)
    rows = table("adjustments")
    for row in rows:
        unit = home if row["unit"] == HOME_UNIT else streets[int(row["unit"]) % len(streets)]
        at = history.now - ONE_DAY * int(row["days_ago"])
        adjustment = Adjustment(
            unit=unit, day=history.today - ONE_DAY * int(row["days_ago"]), event=row["event"], level=row["level"],
            points=row["points"], reason=row["reason"],
        )  # fmt: skip
        proof = ContentFile(f"{row['reason']}(演示文件)".encode(), "佐证材料.txt")
        propose_adjustment(adjustment=adjustment, proofs=[proof], by=people.closer, at=at)
        if row["decided"]:
            approved = row["decided"] == "approve"
            answer = "" if approved else "投诉正在协调处理，暂不扣分"
            decide_adjustment(adjustment=adjustment, approved=approved, answer=answer, by=people.supervisor, at=at)
    return len(rows)


def make_objections(people: People, history: History) -> None:
    """Of the week that stands open: the home unit's objection waits, a neighbour's is answered."""
    open_ones = Ranking.objects.filter(state=Ranking.State.CLOSED, objections_until__gt=history.now)
    rows = RankingRow.objects.filter(ranking__in=open_ones, rank__isnull=False).select_related("unit", "ranking")
    home = rows.filter(unit__code=HOME_UNIT).first()
    neighbour = rows.exclude(unit__code=HOME_UNIT).filter(unit_id__in=people.contacts).order_by("-position").first()
    texts = {
        home: "11 号点位的垃圾当日 10 点前已清运，附现场照片，请核对该项符合率。",
        neighbour: "有两件问题属于市政井盖，已退回更正，不应计入本单位超期。",
    }
    for row, text in texts.items():
        if row is None:
            continue
        person = User.objects.get(pk=people.contacts[row.unit_id])
        about = row.components[0]["figure"] if row is home else row.components[-1]["figure"]
        proof = ContentFile(b"\xef\xbb\xbf" + text.encode(), "情况说明.txt")
        with translation.override("zh-hans"):
            raised = object_to(row=row, about=about, text=text, proofs=[proof], by=person, at=history.now)
        if row is neighbour:
            answer = "经核对，两件问题均在规定时限后才退回，按办法计入，维持原结果。"
            answer_objection(objection=raised, upheld=False, answer=answer, by=people.closer, at=history.now)
