"""A better answer never lowers a score: from real answers through inspections and figures to the places.

What holds and where it cannot, with an example each: docs/scoring.md, “What a better answer may do”.
"""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inspections.rules import Outcome, earn, earned_share, total
from reports.rules.recompute import ranked_again
from reports.rules.scoring import decimal

UNITS = ("S1", "S2", "S3")
PARTLY = [(Outcome.PARTLY, count) for count in (4, 2, 1)]
#: Scoring kind, parameters, and answers from the worst to the best as (outcome, count, deduction).
KINDS: list[tuple[str, dict[str, Any], list[tuple[Any, ...]]]] = [
    ("binary", {}, [(Outcome.NOT_MET,), (Outcome.MET,)]),
    ("all_or_nothing", {}, [(Outcome.PARTLY,), (Outcome.MET,)]),
    ("graded", {"thresholds": [0, 1, 2]}, [*PARTLY, (Outcome.MET,)]),
    ("per_occurrence", {"step": "0.3"}, [*PARTLY, (Outcome.MET,)]),
    ("deduction", {}, [(Outcome.PARTLY, None, Decimal("0.7")), (Outcome.PARTLY, None, Decimal("0.1")), (Outcome.MET,)]),
    ("proportional", {"target": 7}, [(Outcome.PARTLY, 0), (Outcome.PARTLY, 3), (Outcome.PARTLY, 6), (Outcome.MET,)]),
]  # fmt: skip
answers = st.tuples(
    st.sampled_from(range(len(KINDS))), st.integers(0, 3), st.sampled_from(["1", "2.5", "10"]), st.sampled_from("ABC")
)
visits = st.tuples(st.sampled_from(UNITS), st.sampled_from("xyz"), st.lists(answers, min_size=1, max_size=4))

CONFORMITY = [{"figure": "conformity", "mean": mean, "weight": "60"} for mean in ("pooled", "by_site", "by_indicator")]
BELOW = [
    {"kind": "below", "figure": "conformity", "weight": "60", "points": "50", "threshold": "90", "step": "0.7",
     "whole": whole, "mean": mean}
    for whole in (True, False) for mean in ("pooled", "by_site", "by_indicator")
]  # fmt: skip
CLEAN = {
    "kind": "points", "figure": "clean", "weight": "5", "base": "0", "most": "5",
    "lines": [{"event": "clean_site", "each": "0.5", "together": 2, "times": "2", "cap": "4"}],
}  # fmt: skip
SURVEY = {"kind": "sheet", "figure": "survey", "weight": "15", "points": "20"}


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """Any rule whose parts are better for better answers: each total, rounding, bound, mean and way to miss."""
    first = draw(st.sampled_from(CONFORMITY + BELOW))
    parts = [first, SURVEY, *draw(st.sampled_from([[], [CLEAN]]))]
    if draw(st.booleans()):
        inner = {"total": draw(st.sampled_from(["mean", "sum", "geometric"])), "parts": [first, SURVEY]}
        parts = [{"kind": "table", "figure": "inner", "weight": "85", **inner}, *parts[2:]]
    return {
        "components": parts,
        "component_places": draw(st.integers(0, 3)), "places": draw(st.integers(0, 3)),
        "total": draw(st.sampled_from(["mean", "sum", "geometric"])),
        "missing": draw(st.sampled_from(["reweight", "zero", "others", "leave_out"])),
        "component_rounding": draw(st.sampled_from(["half_up", "down", "up"])),
        "rounding": draw(st.sampled_from(["half_up", "down", "up"])),
        "red": {}, "black": {}, **draw(st.sampled_from([{}, {"greatest": "90", "least": "10"}])),
    }  # fmt: skip


def inputs(seen: list[Any]) -> dict[str, list[dict[str, Any]]]:
    """What would be frozen of these visits: inspections, their answers, and clean sites."""
    found: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("inspections", "answers", "problems", "steps", "duties", "adjustments", "tree", "events")
    }
    found["marks"] = [{"sheet": "survey", "unit": unit, "value": "14.5"} for unit in UNITS[:2]]
    for number, (unit, site, given_) in enumerate(seen):
        earned = []
        for kind, level, points, indicator in given_:
            scoring, parameters, levels = KINDS[kind]
            one = earn(Decimal(points), earned_share(scoring, parameters, *levels[min(level, len(levels) - 1)]))
            earned.append(one)
            found["answers"].append({
                "inspection": f"V{number}", "indicator": indicator,
                "earned": str(one.earned), "available": str(one.available),
            })  # fmt: skip
        whole = total(earned)
        found["inspections"].append({
            "code": f"V{number}", "unit": unit, "site": site, "direct": True,
            "earned": str(whole.earned), "available": str(whole.available),
        })  # fmt: skip
        if whole.earned == whole.available:
            found["events"].append({
                "event": "clean_site", "unit": unit, "day": "2026-11-17", "ref": f"{site}{number}", "kind": "daily",
                "nth": 1, "direct": False, "on_spot": False,
            })  # fmt: skip
    return found


def scores(rule: dict[str, Any], data: dict[str, Any]) -> dict[str, Decimal]:
    """Unit → its score; those without one are left out."""
    snapshot = {"rule": {"spec": rule}, "period": "2026-W47", "rows": [{"unit": unit} for unit in UNITS]}
    spec, rows = ranked_again(snapshot, data)
    return {row.code: decimal(row.scored.score or 0, spec.places) for row in rows if row.rank is not None}


def bettered(seen: list[Any], at: int) -> list[Any]:
    """The same visits with one answer a step better."""
    places = [(visit, answer) for visit, (_unit, _site, given_) in enumerate(seen) for answer in range(len(given_))]
    visit, answer = places[at % len(places)]
    unit, site, given_ = seen[visit]
    kind, level, *rest = given_[answer]
    better = [*given_[:answer], (kind, level + 1, *rest), *given_[answer + 1 :]]
    return [*seen[:visit], (unit, site, better), *seen[visit + 1 :]]


@settings(max_examples=300)
@given(rules(), st.lists(visits, min_size=1, max_size=6), st.integers(0, 30))
def test_a_better_answer_never_lowers_a_score(rule, seen, at):
    before, after = scores(rule, inputs(seen)), scores(rule, inputs(bettered(seen, at)))

    assert before.keys() == after.keys()
    assert all(after[unit] >= score for unit, score in before.items())


@settings(max_examples=150)
@given(rules(), st.lists(visits, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_inspections_were_made_does_not_matter(rule, seen, chance):
    shuffled = [*seen]
    chance.shuffle(shuffled)

    assert scores(rule, inputs(seen)) == scores(rule, inputs(shuffled))


@settings(max_examples=150)
@given(rules(), st.lists(visits, min_size=1, max_size=6), st.sampled_from(["2", "10", "0.5"]))
def test_what_an_item_is_worth_does_not_matter_where_all_are_worth_more(rule, seen, times):
    scaled = [
        (
            unit,
            site,
            [
                (kind, level, str(Decimal(points) * Decimal(times)), indicator)
                for kind, level, points, indicator in given_
            ],
        )
        for unit, site, given_ in seen
    ]

    assert scores(rule, inputs(seen)) == scores(rule, inputs(scaled))


def rates(*figures: str, **settings_: Any) -> dict[str, Any]:
    return {
        "components": [{"figure": figure, "weight": "50"} for figure in figures],
        "red": {},
        "black": {},
        **settings_,
    }


def problem(code: str, unit: str, *, in_time: bool) -> dict[str, Any]:
    return {
        "code": code, "unit": unit, "handed_over_at": "2026-11-17T01:00:00Z", "receive_due_at": None,
        "received_at": None, "due_at": "2026-11-18T01:00:00Z",
        "closed_at": "2026-11-17T09:00:00Z" if in_time else "2026-11-19T01:00:00Z",
    }  # fmt: skip


VISIT = [("S1", "x", [(0, 0, "1", "A"), (0, 0, "8", "A"), (0, 1, "1", "A")])]  # one of ten points


def test_a_problem_that_was_not_found_is_none_that_was_closed_in_time():
    """The exception: an answer that is met makes no problem, and its repair in time is missing from the rate."""
    late = problem("P1", "S1", in_time=False)
    found = inputs(VISIT) | {"problems": [late, *(problem(f"P{n}", "S1", in_time=True) for n in range(2, 5))]}
    not_found = inputs(bettered(VISIT, 0)) | {"problems": found["problems"][:-1]}

    assert scores(rates("on_time"), found) == {"S1": Decimal("75.00")}
    assert scores(rates("on_time"), not_found) == {"S1": Decimal("66.67")}


def test_with_no_problem_left_the_weight_of_repairs_falls_to_the_others():
    found = inputs(VISIT) | {"problems": [problem("P1", "S1", in_time=True)]}
    not_found = inputs(bettered(VISIT, 0))

    assert scores(rates("conformity", "on_time"), found) == {"S1": Decimal("55.00")}  # (10 + 100) / 2
    assert scores(rates("conformity", "on_time"), not_found) == {"S1": Decimal("20.00")}  # conformity alone


def test_a_rate_that_is_turned_round_falls_with_better_answers():
    rule = {"components": [{"figure": "conformity", "weight": "1", "invert": True}], "red": {}, "black": {}}

    assert scores(rule, inputs(VISIT)) == {"S1": Decimal("90.00")}
    assert scores(rule, inputs(bettered(VISIT, 0))) == {"S1": Decimal("80.00")}
