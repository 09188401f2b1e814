"""A table's cost told by its parts: the steps sum to what the table costs, to the score's last place."""

from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reports.rules.story import table_steps


@dataclass
class Part:
    lost: Decimal | None
    parts: list["Part"] = field(default_factory=list)


def test_parts_share_a_tables_cost_as_they_cost_within_it():
    """Of 10 points lost within the table 8 and 2; the table costs 7 of the score."""
    found = table_steps(Part(Decimal("7.00"), [Part(Decimal("8.00")), Part(Decimal("2.00")), Part(None)]))

    assert [points for _part, points in found] == [Decimal("-5.60"), Decimal("-1.40")]


def test_a_part_that_is_no_table_has_no_steps():
    assert table_steps(Part(Decimal("7.00"))) == []


LOST = st.decimals(-20, 100, places=2)


@given(st.decimals(-50, 100, places=2), st.lists(st.none() | LOST, min_size=1, max_size=6))
def test_steps_sum_to_what_the_table_costs(lost, inner):
    found = table_steps(Part(lost, [Part(one) for one in inner]))

    assert not found or sum(points for _part, points in found) == -lost
