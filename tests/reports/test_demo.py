"""The demonstration city, at a small scale: what it invents keeps every rule of the product."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from pytest_django import DjangoDbBlocker

from campaign.models import Campaign, Notice, User
from campaign.permissions import Role
from campaign.queries import work_clock
from campaign.rules import SHANGHAI, day_of, parse_limit
from inspections.models import Answer, Appeal, BlindVisit, BulkItem, Inspection, Photo, Plan, Problem, Recheck, Step
from inspections.rules import Earned, Move, can_move, earn, earned_share, site_score
from reports.demo.city import NotEmpty, build
from reports.demo.oddities import oddities
from reports.demo.tables import column, table
from reports.models import Ranking
from reports.services import try_rule
from units.models import Site, TaskDuty, Unit
from units.services import accountable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 15, 20, tzinfo=SHANGHAI)
SMALL = {"weeks": 4, "sites": 300, "illustrated": 8}


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One small city for all tests of this module, gone again after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        build(now=NOW, **SMALL)
        yield
        transaction.set_rollback(True)


def test_answers_earn_what_the_rules_say(demo):
    for answer in Answer.objects.select_related("item").filter(problem__voided_at=None):
        item = answer.item
        share = earned_share(item.scoring, item.parameters, answer.outcome, answer.count, answer.deduction)
        assert earn(item.points, share) == Earned(answer.earned, answer.available)


def test_every_scoring_kind_has_failed_somewhere(demo):
    failed = Answer.objects.filter(outcome__in=["partly", "not_met"]).values_list("item__scoring", flat=True)

    assert set(failed) == {"binary", "graded", "per_occurrence", "deduction", "all_or_nothing", "proportional"}


def test_inspections_score_what_their_answers_sum_to(demo):
    for seen in Inspection.objects.annotate(got=Sum("answers__earned"), possible=Sum("answers__available")):
        assert (seen.earned, seen.available) == (seen.got, seen.possible)
        assert seen.score == site_score(Earned(seen.got, seen.possible))


def test_an_inspection_counts_for_the_units_the_service_would_name(demo):
    shared = Inspection.objects.annotate(others=Count("site__other_units")).filter(others__gt=0)[:20]
    assert shared
    for seen in shared:
        named = [seen.unit_id, *seen.site.other_units.values_list("pk", flat=True)]
        rows = seen.units.values_list("unit_id", "direct")
        assert sorted(rows) == accountable(unit_ids=named, on=day_of(seen.seen_at))


def test_problems_walk_the_transition_table(demo):
    for problem in Problem.objects.filter(appeals=None, rechecks=None).prefetch_related("steps"):
        steps = list(problem.steps.all())
        assert (steps[0].move, steps[-1].state, len(steps) - 1) == ("note", problem.state, problem.version)
        for before, after in pairwise(steps):
            assert can_move(before.state, Move(after.move))
            assert before.at <= after.at <= NOW


def test_problems_are_due_when_the_clock_says(demo):
    clock = work_clock(Campaign.objects.get())
    moved = Q(steps__move__in=[Move.SUSPEND, Move.TRANSFER, Move.FIX])
    for problem in Problem.objects.exclude(handed_over_at=None).exclude(moved).filter(rechecks=None)[:200]:
        assert problem.due_at == clock.due(problem.handed_over_at, parse_limit(problem.limit))


def test_there_is_something_to_do_in_every_corner(demo):
    states = set(Problem.objects.values_list("state", flat=True))

    assert {"noted", "handed_over", "received", "submitted", "closed"} <= states
    assert Problem.objects.overdue(at=NOW).exists()
    assert Inspection.objects.seen_between(day_of(NOW), day_of(NOW)).exists()
    assert set(TaskDuty.objects.values_list("state", flat=True)) >= {"open", "reported", "accepted"}


def test_ended_weeks_are_published_and_the_last_one_waits_for_its_second_person(demo):
    states = Ranking.objects.filter(period__kind="week").values_list("period__code", "state").distinct()

    assert dict(states) == {
        "2026-W45": "published", "2026-W46": "published", "2026-W47": "closed", "2026-W48": "draft",
    }  # fmt: skip


def test_rankings_are_what_a_new_computation_gives(demo):
    draft = Ranking.objects.get(period__code="2026-11", group__code="XQ")
    rows = try_rule(spec=draft.rule.spec, group=draft.group, period=draft.period, now=NOW)

    assert [(row.unit.pk, row.rank) for row in rows] == list(draft.rows.values_list("unit", "rank"))
    assert draft.entries.exists()


def test_a_few_problems_have_pictures_before_and_after(demo):
    roles = Photo.objects.filter(problem__state="closed").values_list("problem", "role")

    assert {role for _, role in roles} == {"before", "after"}
    assert Photo.objects.count() < 40


def test_one_account_of_each_role_can_sign_in(demo, settings):
    able = [user for user in User.objects.order_by("pk") if user.has_usable_password()]

    assert sorted(user.username for user in able) == sorted(Role.values)
    assert able[0].check_password(settings.DEMO_PASSWORD)


def test_everything_is_marked_as_a_demonstration(demo):
    assert not User.objects.filter(is_demo=False).exists()
    assert Campaign.objects.get().name.startswith("演示")
    assert "演示" in Unit.objects.get(code="6106").name


def test_the_city_has_its_counties_towns_and_site_types(demo):
    kinds = dict(Unit.objects.values_list("kind").annotate(Count("pk")))

    assert (kinds["county"], kinds["street"] + kinds["town"]) == (13, 117)
    assert Site.objects.count() == SMALL["sites"]
    assert len(column("site_types")) == 46


def test_a_database_with_people_is_refused(demo):
    with pytest.raises(NotEmpty):
        build(now=NOW, **SMALL)


def test_the_texts_of_the_checklists_are_all_different():
    texts = [row["text"] for row in table("check_items")]

    assert len(set(texts)) == len(texts) > 500


def test_appeals_repeats_and_rechecks_are_there_to_see(demo):
    assert set(Appeal.objects.values_list("state", flat=True)) >= {"open", "upheld", "refused"}
    assert Problem.objects.filter(repeats__gt=0).exists()
    assert {"holds", "false"} <= set(Recheck.objects.values_list("result", flat=True))
    assert BlindVisit.objects.exclude(second=None).exists()


def test_every_seldom_move_is_there_to_see(demo):
    made = set(Step.objects.values_list("move", flat=True))

    assert made >= {
        "return", "transfer", "ask_time", "ask_suspend", "suspend", "plan", "assign_check", "merge", "unmerge", "split",
        "fix",
    }  # fmt: skip
    assert Plan.objects.exists()
    assert Problem.objects.filter(supporting__until=None, supporting__isnull=False).exists()
    assert Photo.objects.filter(pair__isnull=False).exists()
    assert "done" in set(BulkItem.objects.values_list("result", flat=True))


def test_an_inbox_shows_what_came_last_first(demo):
    moments = list(Notice.objects.filter(person__username="unit").values_list("at", flat=True))

    assert moments == sorted(moments, reverse=True)


def test_a_few_units_run_oddly_so_that_the_fairness_watch_has_what_to_find(demo):
    odd = oddities(Site.objects.select_related("unit"))
    submitted = Step.objects.filter(move=Move.SUBMIT, problem__sent_back=0, at__lte=F("problem__due_at"))
    left = [step.problem.due_at - step.at for step in submitted.filter(unit=odd.last_minute).select_related("problem")]
    moments = [step.at.replace(second=0) for step in submitted.filter(unit=odd.at_once)]
    foreseen = Inspection.objects.filter(unit__in=odd.foreseen).exclude(kind="recheck")

    assert {day_of(seen.seen_at).isoweekday() for seen in foreseen} == {2, 4}
    assert sum(one <= timedelta(minutes=30) for one in left) * 2 > len(left) > 0
    assert len(set(moments)) < len(moments)
