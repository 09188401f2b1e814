"""A score told in sentences, from 100 down to what a unit has."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from .figures import Text


class Told(Protocol):
    """What a sentence needs of a component; ``queries.Shown`` has it."""

    @property
    def title(self) -> Text: ...
    @property
    def weight(self) -> Decimal: ...
    @property
    def share(self) -> Decimal | None: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def lost(self) -> Decimal | None: ...
    @property
    def numerator(self) -> Decimal | None: ...
    @property
    def denominator(self) -> Decimal | None: ...


def number(value: Decimal | None, places: int = 2) -> str:
    """At most ``places`` places, half-up, without needless zeros; nothing is a dash."""
    return "—" if value is None else f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP).normalize():f}"


def score_sentences(parts: Iterable[Told]) -> list[str]:
    """One sentence per component: what it weighs, what was reached, what that costs."""
    return [_sentence(part) for part in parts]


def _sentence(part: Told) -> str:
    if part.value is None:
        return _("%(title)s: nothing to assess, so it is left out and the others carry its weight.") % {
            "title": part.title
        }
    values = {
        "title": part.title,
        "share": number(part.share),
        "value": part.value,
        "numerator": number(part.numerator),
        "denominator": number(part.denominator),
        "lost": number(part.lost, 4),
    }
    weighs = _("%(title)s carries %(share)s of 100 points") % values
    reached = _("%(value)s %% (%(numerator)s / %(denominator)s)") % values
    costs = _("costs %(lost)s points.") % values if part.lost else _("costs nothing.")
    return _("%(weighs)s; %(reached)s %(costs)s") % {"weighs": weighs, "reached": reached, "costs": costs}
