"""Row S12: whatever anybody tries, in any order, the ledger makes legal moves only and writes each down once."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from campaign.models import Event
from inspections.models import Problem, Step
from inspections.rules import TRANSITIONS, Move
from inspections.services.ledger import Conflict, hand_over_many, move_problem
from tests.inspections.ledger import TEN, make_problem

PEOPLE = ["office", "leader", "neighbour", "inspector", "supervisor"]
MAY = {"hand_over": {"office"}, "repair": {"leader"}, "check_repairs": {"office"}}


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
    )
    def try_move(self, which, move, who, off, note):
        before = Problem.objects.get(pk=self.problems[which].pk)
        transition = TRANSITIONS[move]
        if who not in MAY[transition.permission]:
            expected = PermissionDenied
        elif (transition.reason_required or move == Move.SUBMIT) and not note.strip():
            expected = ValidationError
        elif off or before.state not in transition.sources:
            expected = Conflict
        else:
            expected = None

        met = None
        try:
            with transaction.atomic():
                move_problem(
                    problem=before, move=move, version=before.version + off, note=note, at=TEN,
                    by=getattr(self.city, who),
                )  # fmt: skip
            self.changes += 1
        except (PermissionDenied, ValidationError, Conflict) as refused:
            met = type(refused)
        assert met is expected

    @rule(off=st.sampled_from([0, 1]))
    def batch(self, off):
        versions = {problem.code: problem.version + off for problem in Problem.objects.all()}
        rows = hand_over_many(versions=versions, by=self.city.office, at=TEN)
        self.changes += sum(row.result == "handed_over" for row in rows)

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
                assert following.state == TRANSITIONS[Move(following.move)].target


def run(city: SimpleNamespace, *, rounds: int) -> None:
    run_state_machine_as_test(
        lambda: Ledger(city), settings=settings(max_examples=rounds, stateful_step_count=50, deadline=None)
    )


def test_500_steps(city):
    run(city, rounds=10)


@pytest.mark.slow
def test_5000_steps(city):
    run(city, rounds=100)
