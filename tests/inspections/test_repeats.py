"""Repeats: the same fault at the same site again, by whichever door it is noted."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inspections.models import LedgerSettings, Problem
from inspections.rules import Move, similar
from inspections.services.bulk import ProblemRow
from inspections.services.bulk import store_problems as import_problems
from inspections.services.entry import Seen, record_inspection
from inspections.services.noting import note_problem
from inspections.services.repeats import mark_repeats
from tests.city import MONDAY, at
from tests.inspections.ledger import advance, make_problem

NINE = at(MONDAY, 9)


def note(city, text="门口垃圾未清理", *, when=NINE, **given) -> Problem:
    values = {"site": city.market, "by": city.inspector} | given
    problem = note_problem(text=text, client_uuid=uuid4(), noted_at=when, **values)
    problem.refresh_from_db()
    return problem


def inspect(city, *, when) -> Problem:
    record_inspection(
        site=city.market, seen_at=when, kind="daily", answers=[Seen(item=city.items[0], outcome="not_met")],
        client_uuid=uuid4(), by=city.inspector, recorded_at=when,
    )  # fmt: skip
    return Problem.objects.first()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("门口垃圾未清理", "门口垃圾未清理", True),
        ("门口垃圾未清理", "门口 垃圾,未清理。", True),
        ("门口垃圾未清理", "东门口垃圾没有清理", False),  # 2·4 ÷ (6 + 8) = 0.57
        ("门口垃圾未清理", "门口垃圾未及时清理", True),  # 2·5 ÷ (6 + 8) = 0.71
        ("垃圾", "垃圾", True),
        ("垃圾", "垃圾桶", False),
        ("", "", False),
    ],
)
def test_texts_are_alike_from_six_tenths_on(one, other, same):
    assert similar(one, other) is similar(other, one) is same


def test_the_same_item_at_the_same_site_is_a_repeat(city):
    first, second, third = (inspect(city, when=NINE + timedelta(days=n)) for n in range(3))

    assert (first.repeat_of, first.repeats) == (None, 0)
    assert (second.repeat_of, second.repeats) == (first, 1)
    assert (third.repeat_of, third.repeats) == (second, 2)


def test_nearly_the_same_words_are_enough_without_an_item(city):
    first = note(city)

    assert note(city, "门口垃圾未及时清理", when=NINE + timedelta(days=1)).repeat_of == first
    assert note(city, "公益广告破损", when=NINE + timedelta(days=1)).repeat_of is None
    assert note(city, site=city.west_market, when=NINE + timedelta(days=1)).repeat_of is None


@pytest.mark.parametrize(("days", "repeats"), [(30, 1), (31, 0)])
def test_it_is_one_within_so_many_days_after_the_last_was_closed(city, days, repeats):
    advance(note(city), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, Move.CLOSE, city=city, when=at(MONDAY, 10))

    assert note(city, when=at(MONDAY, 10) + timedelta(days=days)).repeats == repeats


def test_the_days_are_the_city_s(city):
    LedgerSettings.objects.create(repeat_days=0)
    note(city)

    assert note(city, when=NINE + timedelta(days=1)).repeats == 0


def test_a_cancelled_one_is_repeated_by_nothing(city):
    first = note(city)
    second, third = (note(city, when=NINE + timedelta(days=n)) for n in (1, 2))

    advance(second, Move.CANCEL, city=city)

    third.refresh_from_db()
    second.refresh_from_db()
    assert (third.repeat_of, third.repeats, second.repeats) == (first, 1, 0)
    assert note(city, when=NINE + timedelta(days=3)).repeats == 2


def test_the_first_of_a_chain_can_go_too(city):
    first = note(city)
    second, third = (note(city, when=NINE + timedelta(days=n)) for n in (1, 2))

    advance(first, Move.CANCEL, city=city)

    second.refresh_from_db()
    third.refresh_from_db()
    assert [(one.repeat_of, one.repeats) for one in (second, third)] == [(None, 0), (second, 1)]


def test_a_sheet_repeats_what_stands_and_itself(city):
    stands = note(city)
    rows = [
        ProblemRow(
            code=f"X-{n}", inspection_id=None, site_id=city.market.pk, unit_id=city.east.pk, text="门口垃圾未清理",
            severity="normal", source="superior", limit="3d", noted_at=NINE + timedelta(days=n), handed_over_at=None,
            received_at=None, due_at=None, submitted_at=None, closed_at=None, sent_back=0, receive_due_at=None,
        )
        for n in (2, 1)
    ]  # fmt: skip

    import_problems(rows=rows, by=city.office)

    one, two = Problem.objects.get(code="X-1"), Problem.objects.get(code="X-2")
    assert [(one.repeat_of, one.repeats), (two.repeat_of, two.repeats)] == [(stands, 1), (one, 2)]


def test_marking_costs_the_same_for_two_and_forty(city):
    counts = []
    for size in (2, 40):
        problems = [make_problem(city, f"{size}-{n}", noted_at=NINE + timedelta(hours=n)) for n in range(size)]
        with CaptureQueriesContext(
            connection,
        ) as found:
            mark_repeats([problem.pk for problem in problems])
        counts.append(len(found))

    assert counts == [4, 4]


def test_the_number_and_the_link_go_together(city):
    problem = note(city)

    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(repeats=1)
