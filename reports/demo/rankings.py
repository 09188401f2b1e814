"""The demonstration's scoring rules, and its rankings: closed and published in the order of time by the services."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from campaign.models import FactChange
from campaign.rules import ONE_DAY
from reports.models import Ranking
from reports.rules.figures import FIGURES
from reports.rules.periods import Span, containing
from reports.services import close_period, open_period, publish, roll_up, save_rule, use_rule
from reports.services.objections import set_objection_time
from units.models import PeerGroup

from .people import People
from .tables import table
from .visits import History

#: How long after its end a period is closed, and published by the second person.
CLOSED_AFTER, PUBLISHED_AFTER = timedelta(hours=9), timedelta(hours=15)

#: A rule of tables, thresholds and points by event, with grades and a second pair of lists.
PARTS = Path(__file__).with_name("data") / "rule_of_parts.json"
#: For so many working days the last week stands open to objection; it is closed on a Monday, so any day finds it open.
OPEN_DAYS = 5


def make_rules(people: People) -> list[str]:
    """Save the rules of ``data/rules.csv`` and put them to use; returns the kinds of periods that are ranked."""
    groups = {group.code: group for group in PeerGroup.objects.all()}
    kinds = []
    for row in table("rules"):
        rule = save_rule(code=row["code"], name=row["name"], spec=_spec(row), by=people.closer)
        for code in row["groups"].split():
            use_rule(rule=rule, group=groups[code], kind=row["kind"], by=people.closer)
        kinds.append(row["kind"])
    parts = json.loads(PARTS.read_text("utf-8"))
    rule = save_rule(code="YS-Y3", name="演示月考核办法（医院、窗口，加减分制）", spec=parts, by=people.closer)
    for code in ("YY", "CK"):
        use_rule(rule=rule, group=groups[code], kind="month", by=people.closer)
    return sorted(set(kinds))


def _spec(row: dict[str, str]) -> dict[str, Any]:
    return {
        "components": [_component(text) for text in row["components"].split()],
        "least_inspections": int(row["least_inspections"]),
        "red": _bounds(row["red"]),
        "black": _bounds(row["black"]),
    }


def _component(text: str) -> dict[str, Any]:
    """``conformity/by_site:60``: figure, mean where it is not pooled, and weight."""
    name, _, weight = text.partition(":")
    figure, _, mean = name.partition("/")
    inverted = FIGURES[figure].lower_is_better
    return {"figure": figure, "mean": mean or "pooled", "weight": weight, "invert": inverted}


def _bounds(text: str) -> dict[str, Any]:
    """``best:3 least_score:92``: places are numbers, bounds are decimal text."""
    found = dict(part.split(":") for part in text.split())
    return {key: int(value) if key in ("best", "worst") else value for key, value in found.items()}


def publish_history(kinds: list[str], people: People, history: History) -> int:
    """Close and publish what has ended, open what runs; the last week stands open to objection.

    Returns the number of rankings. Periods that began before the history are left out.
    """
    spans = [span for kind in kinds for span in _ended(kind, history)]
    last_week = max((span.starts_on for span in spans if span.kind == "week"), default=None)
    count = 0
    for span in sorted(spans, key=lambda span: (span.ends_on, span.starts_on)):
        period = open_period(code=span.code, now=span.starts_at)
        if span.kind == "week" and span.starts_on == last_week:
            set_objection_time(kind="week", days=OPEN_DAYS, working=True, by=people.closer)
        closed = close_period(period=period, by=people.closer, now=min(history.now, span.ends_at + CLOSED_AFTER))
        count += len(closed)
        if span.kind != "week" or span.starts_on != last_week:
            _publish(closed, people, min(history.now, span.ends_at + PUBLISHED_AFTER))
    FactChange.objects.all().delete()  # of periods that began before the history, which are left out
    roll_up(now=history.now)
    return count


def _publish(closed: list[Ranking], people: People, now: datetime) -> None:
    for ranking in closed:
        publish(ranking=ranking, by=people.supervisor, now=now)


def _ended(kind: str, history: History) -> list[Span]:
    found, span = [], containing(history.first, kind)
    while span.ends_at <= history.now:
        if span.starts_on >= history.first:
            found.append(span)
        span = containing(span.ends_on + ONE_DAY, kind)
    return found
