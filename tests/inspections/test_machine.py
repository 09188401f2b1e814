"""Row S12: whatever anybody tries, in any order, the ledger makes legal moves only and writes each down once."""

from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from campaign.models import Event
from campaign.rules import day_of
from inspections.models import Problem, Step
from inspections.rules import TRANSITIONS, Move
from inspections.services.ledger import Conflict, hand_over_many, move_problem
from tests.inspections.ledger import TEN, make_problem

#: When every deadline of these runs has passed.
LATE = TEN + timedelta(days=36)
PEOPLE = ["office", "leader", "neighbour", "inspector", "supervisor"]
OFFICE = {"hand_over", "check_repairs"}


class Ledger(RuleBasedStateMachine):
    """Two problems of 东街 and everybody who might touch them; the model is the table and who may do what."""

    def __init__(self, city: SimpleNamespace) -> None:
        super().__init__()
        self.city = city
        self.start = transaction.savepoint()
        self.problems = [make_problem(city, "WT-1"), make_problem(city, "WT-2", unit=city.community)]
        self.changes = 0

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.start)

    @rule(
        which=st.integers(0, 1),
        move=st.sampled_from(list(Move)),
        who=st.sampled_from(PEOPLE),
        off=st.sampled_from([0, 0, 0, 0, -1, 1]),
        note=st.sampled_from(["", "  ", "说明", "说明", "说明"]),
        unit=st.sampled_from([None, "east", "west"]),
        limit=st.sampled_from([None, "4h", "3d"]),
        keep_due=st.booleans(),
        until=st.sampled_from([None, TEN.date(), LATE.date(), date(2026, 12, 28)]),
    )
    def try_move(self, which, move, who, off, note, unit, limit, keep_due, until):
        before = Problem.objects.get(pk=self.problems[which].pk)
        transition = TRANSITIONS[move]
        holder = "neighbour" if before.unit_id == self.city.west.pk else "leader"
        if who != ("office" if transition.permission in OFFICE else holder):
            expected = PermissionDenied
        elif self.lacks_words(move, note) or self.lacks_unit(before, move, unit) or self.lacks_day(before, move, until):
            expected = ValidationError
        elif off or before.state not in transition.sources:
            expected = Conflict
        elif self.out_of_turn(before, move):
            expected = ValidationError
        else:
            expected = None

        met = None
        try:
            with transaction.atomic():
                move_problem(
                    problem=before, move=move, version=before.version + off, note=note, at=TEN,
                    by=getattr(self.city, who), unit=getattr(self.city, unit) if unit else None, limit=limit,
                    keep_due=keep_due, until=until,
                )  # fmt: skip
            self.changes += 1
        except (PermissionDenied, ValidationError, Conflict) as refused:
            met = type(refused)
        assert met is expected

    @staticmethod
    def lacks_words(move, note):
        return (TRANSITIONS[move].reason_required or move == Move.SUBMIT) and not note.strip()

    def lacks_unit(self, before, move, unit):
        if move not in (Move.TRANSFER, Move.RETURN):
            return False
        return getattr(self.city, unit).pk == before.unit_id if unit else move == Move.TRANSFER

    @staticmethod
    def lacks_day(before, move, until):
        if move in (Move.ASK_SUSPEND, Move.SUSPEND):
            return until is None or until <= day_of(TEN)
        if move != Move.ASK_TIME:
            return False
        return until is None or (before.due_at is not None and until <= max(day_of(before.due_at), day_of(TEN)))

    def out_of_turn(self, before, move):
        if move == Move.ASK_TIME:
            return self.asking(before) or self.granted_once(before)
        waits = before.suspensions.filter(granted=None).exists()
        if move in (Move.ASK_SUSPEND, Move.REFUSE_SUSPENSION):
            return waits == (move == Move.ASK_SUSPEND)
        return move in (Move.GRANT_TIME, Move.REFUSE_TIME) and not self.asking(before)

    @staticmethod
    def asking(before):
        return before.extensions.filter(granted=None).exists()

    @staticmethod
    def granted_once(before):
        last = before.steps.filter(move__in=["hand_over", "transfer"]).order_by("pk").last()
        return before.steps.filter(move="grant_time", pk__gt=last.pk).exists()

    @rule(off=st.sampled_from([0, 1]))
    def batch(self, off):
        versions = {problem.code: problem.version + off for problem in Problem.objects.all()}
        rows = hand_over_many(versions=versions, by=self.city.office, at=TEN)
        self.changes += sum(row.result == "handed_over" for row in rows)

    @invariant()
    def a_clock_runs_iff_somebody_holds_it(self):
        for problem in Problem.objects.all():
            held = problem.state not in ("noted", "cancelled")
            runs = held and problem.state != "suspended"
            assert (problem.handed_over_at is not None, problem.due_at is not None) == (held, runs)
            running = problem.suspensions.filter(granted=True, resumed_at=None).count()
            assert running == (problem.suspended_until is not None) == (problem.state == "suspended")
            late = problem.due_at is not None and problem.closed_at is None
            overdue = Problem.objects.overdue(at=LATE).filter(pk=problem.pk).exists()
            assert problem.is_overdue(at=LATE) == overdue == late

    @invariant()
    def every_change_is_written_once(self):
        assert Event.objects.filter(action__startswith="problem.").count() == self.changes
        assert Step.objects.exclude(move="note").count() == self.changes

    @invariant()
    def every_problem_stands_where_its_steps_lead(self):
        for problem in Problem.objects.prefetch_related("steps"):
            steps = sorted(problem.steps.all(), key=lambda step: step.pk)
            assert problem.state == steps[-1].state
            assert problem.version == len(steps) - 1
            assert problem.sent_back == sum(step.move == Move.SEND_BACK for step in steps)
            assert (problem.closed_at is not None) == (problem.state == "closed")
            for one, following in pairwise(steps):
                assert one.state in TRANSITIONS[Move(following.move)].sources
                assert following.state == (TRANSITIONS[Move(following.move)].target or one.state)

    @invariant()
    def only_a_holder_waits_for_more_time(self):
        for problem in Problem.objects.filter(extensions__granted=None, extensions__isnull=False):
            assert problem.state in ("handed_over", "received", "sent_back", "submitted")


def run(city: SimpleNamespace, *, rounds: int) -> None:
    run_state_machine_as_test(
        lambda: Ledger(city), settings=settings(max_examples=rounds, stateful_step_count=50, deadline=None)
    )


def test_500_steps(city):
    run(city, rounds=10)


@pytest.mark.slow
def test_5000_steps(city):
    run(city, rounds=100)
