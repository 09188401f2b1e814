"""The order of units: closure rows, labels, who something counts for."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.city import MONDAY, make_unit
from units.models import Unit, UnitLink
from units.rules import Circle, closure, initials, labels
from units.services import accountable, relabel, set_superiors


def forests(size: int = 8):
    """Maps each of ``size`` units to superiors with a smaller number: no circles."""
    return st.tuples(*(st.sets(st.integers(0, max(0, n - 1)), max_size=3) for n in range(size))).map(
        lambda above: {n: {m for m in superiors if m < n} for n, superiors in enumerate(above)}
    )


@given(forests())
def test_closure_is_every_walk_upward(superiors):
    def walk(unit):
        found = {unit}
        for above in superiors[unit]:
            found |= walk(above)
        return found

    assert set(closure(superiors)) == {(above, unit) for unit in superiors for above in walk(unit)}


def test_a_circle_is_refused():
    with pytest.raises(Circle):
        closure({1: [2], 2: [1]})


def test_initials_spell_the_name():
    assert initials("枣园市场") == "zysc"


@given(st.lists(st.tuples(st.sampled_from("甲乙"), st.sampled_from(["", "上", "下"])), max_size=8))
def test_labels_are_never_equal(rows):
    units = [(f"U{n}", name, superior) for n, (name, superior) in enumerate(rows)]

    assert len(set(labels(units).values())) == len(units)


def test_same_names_are_told_apart_by_superior_else_by_code():
    made = labels([("1", "文明办", "区委"), ("2", "文明办", "市委"), ("3", "工会", ""), ("4", "工会", "")])

    assert list(made.values()) == ["文明办(区委)", "文明办(市委)", "工会(3)", "工会(4)"]


def test_relabel_follows_a_rename(city):
    Unit.objects.filter(code="S2").update(name="东街")

    relabel()

    assert list(Unit.objects.filter(name="东街").values_list("label", flat=True)) == ["东街(S1)", "东街(S2)"]


def test_accountable_units_are_those_of_the_day(city):
    set_superiors(superiors={city.community.pk: [city.west.pk]}, by=None, on=MONDAY)

    before = accountable(unit_ids=[city.community.pk], on=MONDAY - timedelta(days=1))
    after = accountable(unit_ids=[city.community.pk], on=MONDAY)

    assert {unit for unit, _ in before} == {city.community.pk, city.east.pk, city.county.pk}
    assert {unit for unit, _ in after} == {city.community.pk, city.west.pk, city.county.pk}
    assert [unit for unit, direct in after if direct] == [city.community.pk]


def test_a_unit_cannot_stand_above_itself(city):
    with pytest.raises(ValidationError, match="某县"):
        set_superiors(superiors={city.county.pk: [city.community.pk]}, by=None)


def test_unit_people_see_their_own_and_what_is_under_it(city):
    assert set(Unit.objects.visible_to(city.leader)) == {city.east, city.community}
    assert set(Unit.objects.visible_to(city.neighbour)) == {city.west}
    assert Unit.objects.visible_to(city.office).count() == 4


def test_a_second_open_link_is_refused_by_the_database(city):
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitLink.objects.create(ancestor=city.county, descendant=city.east, depth=1, valid_from=MONDAY)


def test_several_superiors_count_once(city):
    both = make_unit("X", "共建社区", kind="community")
    set_superiors(superiors={both.pk: [city.east.pk, city.west.pk]}, by=None)

    found = [unit for unit, _ in accountable(unit_ids=[both.pk], on=date(2026, 1, 1))]

    assert sorted(found) == sorted({both.pk, city.east.pk, city.west.pk, city.county.pk})
