"""The registry of figures: what each one means, counts and divides. Page, API, Excel and Word all read it here.

Definitions follow DESIGN §5; the statements that compute them are in ``reports.queries.figures``, one per figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate in %. ``numerator`` and ``denominator`` say what each of them counts."""

    name: str
    title: Text
    formula: Text
    numerator: Text
    denominator: Text
    lower_is_better: bool = False


#: The ways to take the mean of conformity.
MEANS: dict[str, Text] = {
    "pooled": _("all points together"),
    "by_site": _("mean of the sites"),
    "by_indicator": _("mean of the indicators"),
}

SCOPES: dict[str, Text] = {
    "subtree": _("the unit and the units under it"),
    "direct": _("the unit alone"),
}

FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure(
            "conformity",
            _("Conformity"),
            _("Points earned ÷ points available of the inspections in the period"),
            _("points earned"),
            _("points available"),
        ),
        Figure(
            "rectified",
            _("Rectified"),
            _("Problems closed ÷ problems handed over in the period"),
            _("closed"),
            _("handed over"),
        ),
        Figure(
            "on_time",
            _("Rectified on time"),
            _("Closed in time ÷ (closed in time + closed late + open and overdue)"),
            _("closed in time"),
            _("closed, or open and overdue"),
        ),
        Figure(
            "rework",
            _("Rework"),
            _("Repairs sent back ÷ repairs submitted in the period"),
            _("sent back"),
            _("submitted"),
            lower_is_better=True,
        ),
        Figure(
            "prompt_receipt",
            _("Prompt receipt"),
            _("Received within the limit ÷ handed over in the period"),
            _("received within the limit"),
            _("handed over"),
        ),
        Figure(
            "satisfaction",
            _("Satisfaction"),
            _("Satisfied ÷ valid answers of those who reported, asked back in the period"),
            _("satisfied"),
            _("valid answers"),
        ),
        Figure(
            "tasks",
            _("Tasks done"),
            _("Duties reported in time and accepted ÷ duties that fell due in the period"),
            _("done in time"),
            _("due"),
        ),
    )
}

#: Why a row has no place, or what its score leaves out.
FOOTNOTES: dict[str, Text] = {
    "nothing_to_assess": _("Not ranked: nothing to assess in the period"),
    "few_inspections": _("Not ranked: fewer inspections than the rule asks for"),
    "part_missing": _("Not ranked: a part of the score is missing"),
    "reweighted": _("Components with nothing to assess are left out; the others carry their weight"),
    "averaged": _("A component with nothing to assess counts the mean of the other units"),
    "counted_zero": _("A component with nothing to assess counts 0"),
}


#: 200 % in units of the last place.
TWICE_FULL = tuple(200 * 10**places for places in range(11))


def printed(numerator: Decimal | int, denominator: Decimal | int, places: int) -> int:
    """Numerator ÷ denominator in units of 10^-places %, half-up and exact: 2 ÷ 3 at two places → 6667.

    Both are ≥ 0 and the denominator is not zero.
    """
    value = printed_all([(numerator, denominator)], places)[0]
    return value or 0


def printed_all(ratios: Iterable[tuple[Decimal | int, Decimal | int] | None], places: int) -> list[int | None]:
    """``printed`` for a whole column; None where there is no ratio."""
    twice_full = TWICE_FULL[places]
    return [
        int((ratio[0] * twice_full + ratio[1]) // (ratio[1] + ratio[1])) if ratio is not None else None
        for ratio in ratios
    ]


def percent(numerator: Decimal | int, denominator: Decimal | int, places: int = 2) -> Decimal | None:
    """Numerator ÷ denominator in %, half-up; None where the denominator is zero (shown as “—”)."""
    return Decimal(printed(numerator, denominator, places)).scaleb(-places) if denominator else None
