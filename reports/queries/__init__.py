"""Reads across models: the statements behind every figure, the rows behind a number, rankings as pages need them.

Raw SQL stands in this package only.
"""

from .drill import (
    answers_losing,
    duties_behind,
    indicators_behind,
    inspections_behind,
    problems_behind,
    sites_behind,
    steps_behind,
)
from .figures import Need, city_figures, city_trend, inspection_counts, measure
from .late import (
    adjusted_since,
    carried_to,
    closed_rankings_of,
    late_entries,
    rankings_taking,
    upheld_since,
    voided_since,
)
from .rankings import (
    Shown,
    latest_ranking,
    ranking_entries,
    ranking_rows,
    ranking_stamp,
    shown_components,
    window_of,
)

__all__ = [
    "Need",
    "Shown",
    "adjusted_since",
    "answers_losing",
    "carried_to",
    "city_figures",
    "city_trend",
    "closed_rankings_of",
    "duties_behind",
    "indicators_behind",
    "inspection_counts",
    "inspections_behind",
    "late_entries",
    "latest_ranking",
    "measure",
    "problems_behind",
    "ranking_entries",
    "ranking_rows",
    "ranking_stamp",
    "rankings_taking",
    "shown_components",
    "sites_behind",
    "steps_behind",
    "upheld_since",
    "voided_since",
    "window_of",
]
