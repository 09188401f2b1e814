"""Random facts and rules for every kind of part: sources, repeats, clean sites, adjustments, marks, earlier scores."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from campaign.rules import SHANGHAI, day_of
from inspections.models import Inspection, InspectionUnit, Problem
from reports.models import Adjustment, Mark, Period, Ranking, RankingRow, ScoringRule
from reports.rules.events import KINDS, SEVERITIES, SOURCES
from reports.rules.periods import parse
from reports.services.refreshing import ensure_period

from .facts import EARLIEST, WEEK, Scatter, units_above

NOW = datetime(2026, 11, 24, tzinfo=SHANGHAI)
#: The week before the one that is compared, and when it was closed.
BEFORE, CLOSED = "2026-W46", datetime(2026, 11, 16, 8, tzinfo=SHANGHAI)


def enrich(made: Scatter) -> None:
    """Give the facts of a data set everything that lines choose by."""
    _inspections(made)
    _problems(made)
    for number in range(made.random.randrange(10)):
        _adjustment(made, number)
    _marks(made, ensure_period(parse(WEEK), now=NOW))
    for code in ("2026-W46", "2026-W45", "2026-W44"):
        _published(made, ensure_period(parse(code), now=NOW))


def _inspections(made: Scatter) -> None:
    for inspection in Inspection.objects.order_by("code"):
        kind = made.random.choice(["daily", "secret"])
        points = inspection.available if made.random.random() < 0.5 else inspection.earned
        seen = inspection.seen_at
        if made.random.random() < 0.6:  # many on one day, so that clean sites come together
            seen = datetime(2026, 11, 18, 9, tzinfo=SHANGHAI)
        Inspection.objects.filter(pk=inspection.pk).update(kind=kind, earned=points, seen_at=seen)
        rows = InspectionUnit.objects.filter(inspection=inspection)
        direct = set(rows.filter(direct=True).values_list("unit_id", flat=True))
        rows.delete()
        InspectionUnit.objects.bulk_create(
            InspectionUnit(
                inspection=inspection, unit_id=unit, direct=unit in direct, site_id=inspection.site_id, seen_at=seen,
                earned=points, available=inspection.available,
            )
            for unit in sorted(units_above(direct, day_of(seen)))
        )  # fmt: skip


def _problems(made: Scatter) -> None:
    inspections = list(Inspection.objects.order_by("code"))
    before = None
    for problem in Problem.objects.order_by("code"):
        problem.source = made.random.choice(sorted(SOURCES))
        problem.severity = made.random.choice(sorted(SEVERITIES))
        if inspections and made.random.random() < 0.4:
            problem.inspection = made.random.choice(inspections)
        if before and made.random.random() < 0.4:
            problem.repeat_of, problem.repeats = before, made.random.randrange(1, 4)
        if made.random.random() < 0.3:
            problem.false_repair_at = made.moment()
        problem.fixed_on_spot = problem.state == "closed" and made.random.random() < 0.5
        problem.save()
        before = problem


def _adjustment(made: Scatter, number: int) -> None:
    state = made.random.choice(["approved", "approved", "proposed", "refused"])
    decided = {} if state == "proposed" else {"decided_by": made.city.supervisor, "decided_at": NOW}
    Adjustment.objects.create(
        code=f"TZ{number}", unit=made.random.choice(made.units), day=EARLIEST + timedelta(made.random.randrange(14)),
        event=made.random.choice(["praise", "criticism", "other"]), level=made.random.choice(["city", "district"]),
        points=Decimal(made.random.choice(["5", "-2", "0.75"])), reason="依据", state=state,
        proposed_by=made.city.office, proposed_at=NOW, **decided,
    )  # fmt: skip


def _marks(made: Scatter, period: Period) -> None:
    for unit in made.units:
        if made.random.random() < 0.7:
            value = Decimal(made.random.choice(["97.125", "18.5", "0", "66.6665", "20"]))
            Mark.objects.create(sheet="survey", period=period, unit=unit, value=value, entered_at=NOW)


def _published(made: Scatter, period: Period) -> None:
    """An earlier week that is published, with scores for some of the units; what came late for the last one goes on."""
    last = period.code == BEFORE
    spec = {"late": "next"} if last else {}
    rule, _made = ScoringRule.objects.get_or_create(code=f"OLD{last}", version=1, name="OLD", spec=spec)
    for group in {unit.group_id for unit in made.units if unit.group_id}:
        ranking = Ranking.objects.create(period=period, group_id=group, rule=rule)
        scores = [(unit, Decimal(made.random.randrange(10001)) / 100) for unit in made.units if unit.group_id == group]
        RankingRow.objects.bulk_create(
            RankingRow(ranking=ranking, unit=unit, position=at, rank=at, score=score, components=[])
            for at, (unit, score) in enumerate(scores, 1)
            if made.random.random() < 0.8
        )
        Ranking.objects.filter(pk=ranking.pk).update(
            state="published", closed_at=CLOSED, published_at=NOW, published_by=made.city.supervisor, digest="0" * 64
        )


def random_rule(chance: random.Random) -> dict[str, Any]:
    """A rule of any parts, in any total, with every setting."""
    parts = [_part(chance, name) for name in chance.sample(MAKERS, chance.randrange(1, 5))]
    if chance.random() < 0.5:
        inner = [_part(chance, name) for name in chance.sample(MAKERS, 2)]
        names = {part["figure"] for part in parts}
        inner = [part for part in inner if part["figure"] not in names]
        if inner:
            parts.append(
                {"kind": "table", "figure": "inner", "weight": chance.choice(["40", "15"]), "parts": inner,
                 "total": chance.choice(["mean", "sum", "geometric"])}
            )  # fmt: skip
    rule: dict[str, Any] = {
        "components": parts,
        "component_places": chance.choice([2, 2, 0, 1, 3]),
        "places": chance.choice([2, 2, 0, 1]),
        "least_inspections": chance.choice([0, 0, 1]),
        "red": chance.choice([{}, {"best": 2, "least_score": "60"}, {"best": 1}]),
        "black": chance.choice([{}, {"worst": 2, "below": "70"}, {"worst": 1}]),
        "total": chance.choice(["mean", "sum", "geometric"]),
        "missing": chance.choice(["reweight", "zero", "others", "leave_out"]),
        "ties": chance.choice(["shared", "dense"]),
    }
    if chance.random() < 0.3:
        rule["greatest"] = "90"
    if chance.random() < 0.3:
        rule["tie_by"] = chance.choice(parts)["figure"]
    return rule


def _part(chance: random.Random, name: str) -> dict[str, Any]:
    part: dict[str, Any] = {"figure": name, "weight": chance.choice(["60", "40", "1", "12.5", "33.333"])}
    part["missing"] = chance.choice(["", "", "zero", "others"])
    scope = chance.choice(["subtree", "direct"])
    match name:
        case "points" | "bonus":
            base = "100" if name == "points" else "0"
            lines = [_line(chance) for _ in range(chance.randrange(1, 5))]
            part |= {"kind": "points", "base": base, "least": "0", "lines": lines, "scope": scope}
            if name == "bonus" or chance.random() < 0.3:
                part["most"] = chance.choice(["100", "105"])
        case "survey":
            part |= {"kind": "sheet", "points": chance.choice(["100", "20"])}
        case "past":
            part |= {"kind": "earlier", "period": "week", "weights": chance.choice([["60", "25", "15"], ["1"]])}
        case "on_time":
            part |= {
                "kind": "below", "points": chance.choice(["50", "100"]), "threshold": chance.choice(["70", "90"]),
                "step": chance.choice(["1", "0.5"]), "whole": chance.choice([True, False]), "scope": scope,
                "mean": "pooled", "invert": False,
            }  # fmt: skip
        case _:
            part |= {"scope": scope, "invert": name == "rework", "mean": "pooled"}
            if name == "conformity":
                part["mean"] = chance.choice(["pooled", "by_site"])
    return part


MAKERS = ["points", "bonus", "survey", "past", "on_time", "conformity", "rectified", "rework"]


def _line(chance: random.Random) -> dict[str, Any]:
    event = chance.choice(
        ["noted", "handed_over", "overdue", "sent_back", "false_repair", "repeated", "clean_site", "duty_missed",
         "adjustment"]
    )  # fmt: skip
    line: dict[str, Any] = {"event": event, "each": chance.choice(["-2", "-0.3", "1.5", "-0.125"])}
    if event == "adjustment":
        if chance.random() < 0.5:
            line["each"] = None
        line |= chance.choice([{}, {"subjects": ["praise"]}, {"levels": ["city"]}])
    elif event == "clean_site":
        line |= chance.choice([{}, {"together": 2, "times": "2"}]) | chance.choice([{}, {"kinds": ["daily"]}])
    elif event != "duty_missed":
        line |= chance.choice([{}, {"sources": ["media", "leader"]}, {"severities": ["serious"]}])
        line |= chance.choice([{}, {"kinds": sorted(KINDS - {"daily"})}])
        line |= chance.choice([{}, {}, {"on_spot": "0.5"}])
        line |= chance.choice([{}, {"doubled": ["media"]}, {"by_number": True}, {"from_nth": 2, "then": "-5"}])
    if chance.random() < 0.2:
        line["cap"] = "3"
    return line
