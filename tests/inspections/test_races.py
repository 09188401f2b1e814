"""Row S11: several people move the same problems at the same moment, in processes of their own."""

import multiprocessing
import random
from collections import Counter
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from campaign.models import Event, User
from inspections.models import Problem, Step
from inspections.rules import Move
from inspections.services import ledger
from tests.city import make_user
from tests.inspections.ledger import TEN

FORK = multiprocessing.get_context("fork")
MOVES = [Move.CLOSE, Move.SEND_BACK]


def submitted(city: SimpleNamespace, count: int) -> list[Problem]:
    """Problems that wait to be checked, at version 3."""
    problems = Problem.objects.bulk_create(
        Problem(
            code=f"WT-{number:04}", site=city.market, unit=city.east, text="垃圾", state="submitted", version=3,
            noted_by=city.inspector, noted_at=TEN, handed_over_at=TEN, due_at=TEN, receive_due_at=TEN,
        )
        for number in range(count)
    )  # fmt: skip
    return list(problems)


def check_all(seed: int, person: int, codes: list[str], ready, results) -> None:
    """One reviewer goes through the list, closing or sending back at random, with the version seen at the start."""
    dice = random.Random(seed)  # noqa: S311
    by = User.objects.get(pk=person)
    problems = list(Problem.objects.filter(code__in=codes).select_related("unit").order_by("code"))
    told = []
    ready.wait()
    for problem in problems:
        move = dice.choice(MOVES)
        try:
            ledger.move_problem(problem=problem, move=move, version=3, note="核查", by=by, at=TEN)
            told.append((problem.code, "won", person, move.value))
        except ledger.Conflict as conflict:
            told.append((problem.code, "late", conflict.step.by_id, conflict.step.move))
    results.put(told)
    connections.close_all()


def hand_over_all(seed: int, person: int, codes: list[str], ready, results) -> None:
    by = User.objects.get(pk=person)
    ready.wait()
    rows = ledger.hand_over_many(versions=dict.fromkeys(codes, 0), by=by, at=TEN)
    results.put([(row.problem.code, row.result.value, person, "") for row in rows])
    connections.close_all()


def race(work, city: SimpleNamespace, problems: list[Problem], processes: int) -> list[tuple[str, str, int, str]]:
    """Let processes work on the same problems at once; returns what each was told of each."""
    people = [make_user(f"office-{number}", "office").pk for number in range(processes)]
    codes = [problem.code for problem in problems]
    ready, results = FORK.Barrier(processes, timeout=60), FORK.Queue()
    connections.close_all()  # a connection must not be shared with a child
    children = [FORK.Process(target=work, args=(seed, pk, codes, ready, results)) for seed, pk in enumerate(people)]
    for child in children:
        child.start()
    told = [line for _child in children for line in results.get(timeout=120)]
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * processes
    return told


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("processes", [2, 8])
def test_one_winner_each_and_the_others_hear_who(city, processes):
    problems = submitted(city, 200)

    told = race(check_all, city, problems, processes)

    winners = {code: (person, move) for code, outcome, person, move in told if outcome == "won"}
    assert Counter(outcome for _code, outcome, *_ in told) == {"won": 200, "late": 200 * (processes - 1)}
    assert all((person, move) == winners[code] for code, outcome, person, move in told if outcome == "late")
    history = {
        step.problem.code: (step.by_id, step.move, step.state) for step in Step.objects.select_related("problem")
    }
    for problem in Problem.objects.all():
        assert (problem.version, (*winners[problem.code], problem.state)) == (4, history[problem.code])
    assert Event.objects.filter(action__startswith="problem.").count() == 200


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_problems_are_won_twice(city, monkeypatch):
    monkeypatch.setattr(
        ledger,
        "_changed",
        lambda problem, version, transition, fields: Problem.objects.filter(pk=problem.pk).update(
            state=transition.target, closed_at=TEN if transition.target == "closed" else None, version=version + 1
        ),
    )

    told = race(check_all, city, submitted(city, 20), 2)

    assert sum(outcome == "won" for _code, outcome, *_ in told) > 20


@pytest.mark.django_db(transaction=True)
def test_batches_at_once_hand_over_each_problem_once(city):
    problems = submitted(city, 60)
    Problem.objects.update(state="noted", version=0, handed_over_at=None, due_at=None, receive_due_at=None)

    told = race(hand_over_all, city, problems, 4)

    assert Counter(outcome for _code, outcome, *_ in told) == {"handed_over": 60, "moved": 180}
    assert Step.objects.filter(move="hand_over").count() == 60
    assert Event.objects.filter(action="problem.handed_over").count() == 60


def merge_or_close(seed: int, person: int, codes: list[str], ready, results) -> None:
    """One person merges each second problem into the one before it, or closes that one, at random."""
    dice = random.Random(seed)  # noqa: S311
    by = User.objects.get(pk=person)
    rows = list(Problem.objects.filter(code__in=codes).select_related("unit").order_by("code"))
    told = []
    ready.wait()
    for original, copy in zip(rows[::2], rows[1::2], strict=True):
        first, second = (original, copy) if dice.random() < 0.5 else (copy, original)
        moves = [(second, Move.MERGE, {"original": first}), (first, Move.CLOSE, {})]
        told += [tried(problem, move, by, **given) for problem, move, given in dice.sample(moves, 2)]
    results.put(told)
    connections.close_all()


def tried(problem: Problem, move: Move, by: User, **given) -> tuple[str, str, int, str]:
    """What a person was told who tried a move."""
    try:
        ledger.move_problem(
            problem=problem, move=move, version=problem.version, note="核查", by=by, at=TEN, **given
        )  # fmt: skip
    except (ledger.Conflict, ValidationError):
        return problem.code, "late", by.pk, move.value
    return problem.code, "won", by.pk, move.value


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("processes", [2, 6])
def test_merging_crosswise_and_closing_leave_no_copy_open(city, processes):
    told = race(merge_or_close, city, submitted(city, 80), processes)

    assert len(told) == processes * 80
    for copy in Problem.objects.filter(merged_into__isnull=False).select_related("merged_into"):
        assert copy.merged_into.merged_into_id is None
        assert copy.state == ("closed" if copy.merged_into.state == "closed" else "merged")
    for problem in Problem.objects.prefetch_related("steps"):
        assert problem.version == 3 + problem.steps.count()
    assert Step.objects.count() == Event.objects.filter(action__startswith="problem.").count()


def undo_or_close(seed: int, person: int, codes: list[str], ready, results) -> None:
    """One person takes each second problem out of the one before it, or closes that one, in any order."""
    dice = random.Random(seed)  # noqa: S311
    by = User.objects.get(pk=person)
    rows = list(Problem.objects.filter(code__in=codes).select_related("unit", "merged_into").order_by("code"))
    told = []
    ready.wait()
    for original, copy in zip(rows[::2], rows[1::2], strict=True):
        moves = [(copy, Move.UNMERGE), (original, Move.CLOSE)]
        told += [tried(problem, move, by) for problem, move in dice.sample(moves, 2)]
    results.put(told)
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_merge_is_undone_once_while_its_original_is_closed(city):
    problems = submitted(city, 40)
    for original, copy in zip(problems[::2], problems[1::2], strict=True):
        ledger.move_problem(
            problem=copy, move=Move.MERGE, version=3, note="重复", by=city.office, at=TEN, original=original
        )

    told = race(undo_or_close, city, problems, 6)

    won = Counter((code, move) for code, outcome, _person, move in told if outcome == "won")
    assert set(won.values()) == {1}
    for copy in Problem.objects.filter(pk__in=[problem.pk for problem in problems[1::2]]).select_related("merged_into"):
        undone = won[copy.code, "unmerge"]
        assert (copy.merged_into is None, copy.state == "noted") == (bool(undone), bool(undone))
        assert undone or copy.state == ("closed" if copy.merged_into.state == "closed" else "merged")
    for problem in Problem.objects.prefetch_related("steps"):
        assert problem.version == 3 + problem.steps.count()
    assert Step.objects.count() == Event.objects.filter(action__startswith="problem.").count()
