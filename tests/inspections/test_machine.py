"""Row S12: whatever anybody tries, in any order, the ledger makes legal moves only and writes each down once."""

from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from campaign.models import Event
from campaign.rules import day_of
from inspections.models import Appeal, CitizenReport, Draw, Photo, Problem, Recheck, Step, Supervision
from inspections.rules import CHECK_RESULTS, NOT_FOR_UNITS, OPEN_STATES, TRANSITIONS, Move, SubmissionConflict
from inspections.services.acts import Part
from inspections.services.appeals import decide_appeal, make_appeal
from inspections.services.citizens import answer_repair
from inspections.services.ladder import climb
from inspections.services.ledger import Conflict, hand_over_many, move_problem
from inspections.services.merging import came_with
from inspections.services.rechecks import finish_recheck
from tests.inspections.ledger import TEN, make_problem

#: When every deadline of these runs has passed.
LATE = TEN + timedelta(days=36)
PEOPLE = ["office", "leader", "neighbour", "inspector", "supervisor"]
OFFICE = {"hand_over", "check_repairs"}
FIELD = {"note_problems", "enter_inspections"}
#: Steps that are no moves: they leave state and version as they are.
BESIDES = ["appeal", "uphold", "refuse_apl", "recheck"]
#: What refuses an act.
REFUSED = (PermissionDenied, ValidationError, Conflict, SubmissionConflict)


class Ledger(RuleBasedStateMachine):
    """Problems of 东街 and everybody who might touch them; the model is the table and who may do what."""

    def __init__(self, city: SimpleNamespace) -> None:
        super().__init__()
        self.city = city
        self.start = transaction.savepoint()
        for code, unit in (("WT-1", city.east), ("WT-2", city.community), ("WT-3", city.east)):
            problem = make_problem(city, code, unit=unit)
            CitizenReport.objects.create(code=code, tracking=code, text="垃圾", state="accepted", problem=problem)
        self.draw = Draw.objects.create(
            code="HT-1", kind="repairs", first=TEN.date(), last=TEN.date(), share=100, seed=1, drawn_by=city.office,
            drawn_at=TEN,
        )  # fmt: skip
        self.now = TEN
        self.steps = self.events = 0

    def tick(self):
        """Nothing happens at the same instant; a run stays within the morning of its Monday."""
        self.now += timedelta(seconds=1)
        return self.now

    def changed(self, steps, events=None):
        self.steps += steps
        self.events += steps if events is None else events

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.start)

    @staticmethod
    def chosen(number):
        """One of the problems there are, those made by splitting included."""
        problems = list(Problem.objects.order_by("pk"))
        return problems[number % len(problems)]

    @rule(
        which=st.integers(0, 5),
        move=st.sampled_from(list(Move)),
        who=st.sampled_from(PEOPLE),
        off=st.sampled_from([0, 0, 0, 0, -1, 1]),
        note=st.sampled_from(["", "  ", "说明", "说明", "说明"]),
        unit=st.sampled_from([None, "east", "west"]),
        helper=st.sampled_from([None, None, "east", "west"]),
        limit=st.sampled_from([None, "4h", "3d"]),
        keep_due=st.booleans(),
        until=st.sampled_from([None, TEN.date(), LATE.date(), date(2026, 12, 28)]),
        photo=st.booleans(),
        explained=st.booleans(),
        person=st.sampled_from([None, "inspector", "inspector"]),
        other=st.sampled_from([None, 0, 1, 2, 3]),
        parts=st.sampled_from([0, 2]),
        hand_over=st.booleans(),
    )
    def try_move(self, which, move, who, off, unit, helper, person, other, photo, explained, parts, **given):
        before = self.chosen(which)
        given |= {
            "unit": getattr(self.city, unit) if unit else None,
            "supporting": [getattr(self.city, helper)] if helper else None,
            "inspector": getattr(self.city, person) if person else None,
            "original": None if other is None else self.chosen(other),
            "parts": [Part(self.city.east, "一", "3d"), Part(self.city.west, "二", "4h")][:parts],
            "responsible": "张三" if explained else "",
            "proofs": [ContentFile(b"%PDF", name="证明.pdf")] if explained else [],
            "unpaired": self.reasons(before) if explained and move == Move.SUBMIT else {},
        }
        expected = self.expected(before, move, who, off, photo, given)
        follow = self.followers(before, move) + (2 if move == Move.SPLIT and given["hand_over"] else 0)

        met, by = None, getattr(self.city, who)
        try:
            with transaction.atomic():
                given["photos"] = [self.photo(by)] if photo else []
                move_problem(problem=before, move=move, version=before.version + off, at=self.tick(), by=by, **given)
            self.changed(1 + follow)
        except REFUSED as refused:
            met = type(refused)
        assert met is expected

    def expected(self, before, move, who, off, photo, given):
        """What a move is answered with, or None where it is made."""
        if not self.may(before, move, who):
            return PermissionDenied
        if TRANSITIONS[move].reason_required and not given["note"].strip():
            return ValidationError
        if off:
            return Conflict
        faults = (self.lacks_words, self.lacks_unit, self.lacks_day, self.lacks_what_goes_with_it)
        if any(lacks(before, move, given | {"photo": photo}) for lacks in faults):
            return ValidationError
        if before.state not in TRANSITIONS[move].sources:
            return Conflict
        return ValidationError if self.out_of_turn(before, move) else None

    def may(self, before, move, who):
        permission = TRANSITIONS[move].permission
        if move in CHECK_RESULTS and before.checks.filter(ended_at=None, inspector=getattr(self.city, who)).exists():
            return True
        if permission in OFFICE:
            return who == "office"
        if permission in FIELD:
            return who in ("office", "inspector")
        return who == ("neighbour" if before.unit_id == self.city.west.pk else "leader")

    @staticmethod
    def lacks_words(before, move, given):
        return move in (Move.SUBMIT, Move.ADD) and not given["note"].strip() and not given["photo"]

    @staticmethod
    def lacks_unit(before, move, given):
        unit, helping = given["unit"], given["supporting"]
        if move not in (Move.TRANSFER, Move.RETURN, Move.HAND_OVER):
            return False
        lead = unit or before.unit
        if move != Move.RETURN and helping and helping[0] == lead:
            return True
        return move != Move.HAND_OVER and (unit == before.unit if unit else move == Move.TRANSFER)

    @staticmethod
    def lacks_day(before, move, given):
        until, today = given["until"], day_of(TEN)
        if move in (Move.ASK_SUSPEND, Move.SUSPEND):
            return until is None or until <= today
        if move == Move.PLAN:
            return until is None or until < today
        if move != Move.ASK_TIME:
            return False
        return until is None or (before.due_at is not None and until <= max(day_of(before.due_at), today))

    @staticmethod
    def lacks_what_goes_with_it(before, move, given):
        match move:
            case Move.FIX:
                return not given["photo"]
            case Move.ASK_SUSPEND:
                return not given["proofs"]
            case Move.PLAN:
                return not given["responsible"]
            case Move.SUBMIT:
                return before.photos.filter(role="before").count() > len(given["unpaired"])
            case Move.ASSIGN_CHECK:
                return given["inspector"] is None or before.checks.filter(ended_at=None).exists()
            case Move.MERGE:
                original = given["original"]
                return original is None or original == before or original.state not in OPEN_STATES
            case Move.UNMERGE:
                no_copy = before.merged_into is None and before.state in ("closed", "cancelled")
                return no_copy or (before.merged_into is not None and before.merged_into.voided_at is not None)
            case Move.SPLIT:
                return len(given["parts"]) < 2
            case Move.REOPEN:
                return before.merged_into_id is not None or before.voided_at is not None
        return False

    @staticmethod
    def reasons(before):
        return {photo.client_uuid: "已拆除" for photo in before.photos.filter(role="before")}

    @staticmethod
    def photo(by):
        return Photo.objects.create(client_uuid=uuid4(), width=1, height=1, uploaded_by=by).client_uuid

    @staticmethod
    def followers(before, move):
        """How many copies end or reopen with their original, or with what is taken out of it again."""
        if move == Move.UNMERGE and before.merged_into_id:
            return came_with(before, original=before.merged_into_id).exclude(state="merged").count()
        with_it = {Move.CLOSE: "merged", Move.FIX: "merged", Move.CANCEL: "merged", Move.REOPEN: "closed"}
        return before.copies.filter(state=with_it[move]).count() if move in with_it else 0

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
        last = before.steps.filter(move__in=["hand_over", "transfer", "fix"]).order_by("pk").last()
        return before.steps.filter(move="grant_time", pk__gt=last.pk).exists()

    @rule(off=st.sampled_from([0, 1]))
    def batch(self, off):
        versions = {problem.code: problem.version + off for problem in Problem.objects.all()}
        rows = hand_over_many(versions=versions, by=self.city.office, at=self.tick())
        self.changed(sum(row.result == "handed_over" for row in rows))

    @rule(which=st.integers(0, 5), who=st.sampled_from(PEOPLE), severity=st.sampled_from([None, "minor"]))
    def appeal(self, which, who, severity):
        given = {"against": "severity", "severity": severity} if severity else {"against": "problem"}
        try:
            make_appeal(problem=self.chosen(which), text="不属实", by=getattr(self.city, who), at=self.tick(), **given)
            self.changed(1)
        except REFUSED:
            pass

    @rule(which=st.integers(0, 2), upheld=st.booleans())
    def decide(self, which, upheld):
        appeals = list(Appeal.objects.undecided().order_by("pk"))
        if not appeals:
            return
        appeal = appeals[which % len(appeals)]
        problem = Problem.objects.get(pk=appeal.problem_id)
        decide_appeal(appeal=appeal, upheld=upheld, answer="说明", by=self.city.office, at=self.tick())
        void = upheld and appeal.against == "problem" and problem.state != "closed"
        self.changed(1, 0)
        if void:
            self.changed(1 + self.followers(problem, Move.CANCEL))

    @rule(which=st.integers(0, 2), fixed=st.booleans())
    def reporter(self, which, fixed):
        reports = list(CitizenReport.objects.select_related("problem__merged_into").order_by("pk"))
        problem = reports[which].problem.merged_into or reports[which].problem
        back = not fixed and problem.state == "closed" and problem.voided_at is None
        follow = problem.copies.filter(state="closed").count()
        try:
            answer_repair(report=reports[which], fixed=fixed, rating=None, at=self.tick())
            self.changed(back * (1 + follow))
        except ValidationError:
            pass

    @rule(which=st.integers(0, 5))
    def draw_recheck(self, which):
        problem = self.chosen(which)
        known = Recheck.objects.filter(problem=problem).exists()
        if problem.state == "closed" and problem.merged_into_id is None and not known:
            Recheck.objects.create(draw=self.draw, problem=problem, unit=problem.unit, inspector=self.city.inspector)

    @rule(result=st.sampled_from(Recheck.Result.values))
    def look_again(self, result):
        recheck = Recheck.objects.filter(done_at=None).select_related("problem").first()
        if recheck is None:
            return
        problem = recheck.problem
        back = result != "holds" and problem.state == "closed" and problem.voided_at is None
        follow = problem.copies.filter(state="closed").count() if back else 0
        photos = [self.photo(self.city.inspector)]
        finish_recheck(
            recheck=recheck, result=result, note="仍有", photos=photos, by=self.city.inspector, at=self.tick()
        )
        self.changed(1 + back + follow, 1 + follow)

    @rule()
    def ladder(self):
        climb(now=LATE)
        assert climb(now=LATE) == 0

    @invariant()
    def a_clock_runs_iff_somebody_holds_it(self):
        for problem in Problem.objects.all():
            held = problem.state not in NOT_FOR_UNITS and problem.merged_into_id is None
            runs = held and problem.state != "suspended"
            assert (problem.handed_over_at is not None, problem.due_at is not None) == (held, runs)
            running = problem.suspensions.filter(granted=True, resumed_at=None).count()
            assert running == (problem.suspended_until is not None) == (problem.state == "suspended")
            late = problem.due_at is not None and problem.closed_at is None
            overdue = Problem.objects.overdue(at=LATE).filter(pk=problem.pk).exists()
            assert overdue == late

    @invariant()
    def every_change_is_written_once(self):
        events = Event.objects.filter(action__startswith="problem.").exclude(action="problem.noted")
        assert events.exclude(action__startswith="problem.climbed").count() == self.events
        assert Step.objects.exclude(move="note").count() == self.steps

    @invariant()
    def every_problem_stands_where_its_steps_lead(self):
        for problem in Problem.objects.prefetch_related("steps"):
            steps = sorted(problem.steps.all(), key=lambda step: step.pk)
            assert problem.state == steps[-1].state
            upheld = problem.appeals.filter(state="upheld").count()
            assert problem.version == sum(step.move not in BESIDES for step in steps) - 1 + upheld
            assert problem.sent_back == sum(step.move == Move.SEND_BACK for step in steps)
            assert (problem.closed_at is not None) == (problem.state == "closed")
            for one, following in pairwise(steps):
                back = following.move in (Move.REOPEN, Move.UNMERGE, "doubt")
                if one.state == "merged" or (following.state == "merged" and back):
                    continue  # a copy goes with its original
                self.leads_on(one, following)

    @staticmethod
    def leads_on(one, following):
        if following.move in BESIDES:
            assert following.state == one.state
        elif following.move == "doubt":
            assert (one.state, following.state) == ("closed", "submitted")
        elif one.move == "recheck" and following.move == Move.SEND_BACK:
            assert (one.state, following.state) == ("closed", "sent_back")
        else:
            assert one.state in TRANSITIONS[Move(following.move)].sources
            assert following.state == (TRANSITIONS[Move(following.move)].target or one.state)

    @invariant()
    def copies_stand_with_their_original(self):
        for copy in Problem.objects.filter(merged_into__isnull=False).select_related("merged_into"):
            original = copy.merged_into
            assert original.merged_into_id is None
            assert copy.steps.filter(move="merge").last().original_id is not None
            assert copy.state == {"closed": "closed", "cancelled": "cancelled"}.get(original.state, "merged")

    @invariant()
    def what_hangs_on_a_problem_ends_with_it(self):
        for problem in Problem.objects.all():
            assert problem.state == "submitted" or not problem.checks.filter(ended_at=None).exists()
            assert problem.state not in NOT_FOR_UNITS or not problem.supporting.filter(until=None).exists()
            assert (problem.parts.count() > 0) == (problem.state == "split")

    @invariant()
    def what_is_asked_of_the_office_is_asked_of_something(self):
        """Appeals, doubts and supervision notices to issue are about problems that are there."""
        for appeal in Appeal.objects.undecided().select_related("problem"):
            assert appeal.problem.state not in NOT_FOR_UNITS
            assert appeal.unit_id == appeal.problem.unit_id
        for report in CitizenReport.objects.select_related("problem__merged_into"):
            problem = report.problem.merged_into or report.problem
            assert problem.state != "split"
            assert not report.doubted or problem.state in OPEN_STATES or problem.voided_at
        for draft in Supervision.objects.filter(state="draft").select_related("problem"):
            assert draft.problem.state in OPEN_STATES

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
