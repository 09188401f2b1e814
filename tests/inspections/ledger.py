"""Problems for the ledger's tests."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile

from campaign.models import User
from inspections.models import Problem, Step
from inspections.rules import Move
from inspections.services.ledger import move_problem
from tests.city import MONDAY, at

TEN = at(MONDAY, 10)


def make_problem(city: SimpleNamespace, code: str = "WT-2611-0001", **fields) -> Problem:
    """A problem at the market of 东街, noted by the inspector on Monday at nine."""
    values = {
        "site": city.market, "unit": city.east, "text": "门口垃圾未清理", "limit": "3d",
        "noted_by": city.inspector, "noted_at": at(MONDAY, 9),
    } | fields  # fmt: skip
    problem = Problem.objects.create(code=code, **values)
    Step.objects.create(
        problem=problem, move="note", state="noted", unit=problem.unit, by=problem.noted_by, at=problem.noted_at
    )
    return problem


def make_problems(city: SimpleNamespace, count: int) -> list[Problem]:
    return [make_problem(city, f"WT-2611-{number:04}") for number in range(1, count + 1)]


def advance(problem: Problem, *moves: Move, city: SimpleNamespace, when: datetime = TEN, **given: Any) -> Problem:
    """Make moves one after another, each by somebody who may."""
    people: dict[Move, User] = dict.fromkeys(
        (Move.RECEIVE, Move.SUBMIT, Move.RETURN, Move.ASK_TIME, Move.ASK_SUSPEND), city.leader
    )
    for move in moves:
        shown = {"proofs": [ContentFile(b"%PDF-1.4", name="改造计划.pdf")]} if move == Move.ASK_SUSPEND else {}
        problem = move_problem(
            problem=problem, move=move, version=problem.version, by=people.get(move, city.office), at=when, note="说明",
            **(shown | given),
        )  # fmt: skip
    return problem
