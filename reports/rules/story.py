"""A score told in sentences, from what a unit starts with down to what it has."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .events import Line
from .figures import FIGURES, Text
from .line_sentences import line_title, signed
from .totals import share_out


class Told(Protocol):
    """What a sentence needs of a component; ``queries.Shown`` has it."""

    @property
    def figure(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def mean(self) -> str: ...
    @property
    def title(self) -> Text: ...
    @property
    def weight(self) -> Decimal: ...
    @property
    def share(self) -> Decimal | None: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def counted(self) -> Decimal | None: ...
    @property
    def lost(self) -> Decimal | None: ...
    @property
    def points(self) -> Decimal | None: ...
    @property
    def numerator(self) -> Decimal | None: ...
    @property
    def denominator(self) -> Decimal | None: ...
    @property
    def lines(self) -> Sequence[tuple[int, int, Decimal]]: ...
    @property
    def parts(self) -> Sequence["Told"]: ...


def number(value: Decimal | None, places: int = 2) -> str:
    """At most ``places`` places, half-up, without needless zeros; nothing is a dash."""
    return "—" if value is None else f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP).normalize():f}"


def score_sentences(parts: Iterable[Told], lines: Mapping[str, Sequence[Line]] | None = None) -> list[str]:
    """What each component weighs, what was reached and what that costs; ``lines``: those of the rule by part."""
    return [sentence for part in parts for sentence in _sentences(part, lines or {})]


def _sentences(part: Told, lines: Mapping[str, Sequence[Line]]) -> Iterator[str]:
    yield _sentence(part)
    for at, count, points in part.lines:
        named = lines.get(part.figure, ())
        if at < len(named):
            yield _("%(title)s: %(line)s") % {"title": part.title, "line": line_told(named[at], count, points)}
    for one in part.parts:
        for sentence in _sentences(one, lines):
            yield _("%(title)s: %(line)s") % {"title": part.title, "line": sentence}


def line_told(line: Line, count: int, points: Decimal) -> str:
    """What the events of one line brought: problem found 3 times, −6 points."""
    words = ngettext(
        "%(what)s, %(count)s event, %(points)s points.", "%(what)s, %(count)s events, %(points)s points.", count
    )
    return words % {"what": line_title(line), "count": count, "points": signed(points)}


def event_steps(part: Told, base: Decimal | None) -> list[tuple[int | None, Decimal]]:
    """What each line of points by event brings to the score; None stands for the bounds of the part.

    The steps sum to −lost exactly: shares of the score's last place, by largest remainder.
    """
    if part.lost is None or part.value is None or base is None:
        return []
    found: list[tuple[int | None, Decimal]] = [(at, points) for at, _count, points in part.lines]
    bound = part.value - base - sum((points for _at, points in found), Decimal(0))
    if bound:
        found.append((None, bound))
    whole, places = part.value - base, -int(part.lost.as_tuple().exponent)
    if not found or not whole:
        return []
    unit = 10 ** max(-int(points.as_tuple().exponent) for _at, points in found)
    total, divisor = int(-part.lost.scaleb(places)), int(whole * unit)
    sign = 1 if divisor > 0 else -1
    shares = share_out([sign * int(points * unit) * total for _at, points in found], sign * divisor, total)
    return [(at, Decimal(share).scaleb(-places)) for (at, _points), share in zip(found, shares, strict=True)]


def table_steps(part: Told) -> list[tuple[int, Decimal]]:
    """What each part of a table, by its number there, brings to the score; the steps sum to −lost exactly.

    Shares of the score's last place in proportion to what each costs within the table, by largest remainder.
    """
    inner = [(at, one.lost) for at, one in enumerate(part.parts) if one.lost is not None]
    whole = sum((lost for _at, lost in inner), Decimal(0))
    if part.lost is None or not whole:
        return []
    places, within = -int(part.lost.as_tuple().exponent), max(-int(lost.as_tuple().exponent) for _at, lost in inner)
    total, divisor = int(-part.lost.scaleb(places)), int(whole.scaleb(within))
    sign = 1 if divisor > 0 else -1
    shares = share_out([sign * int(lost.scaleb(within)) * total for _at, lost in inner], sign * divisor, total)
    return [(at, Decimal(share).scaleb(-places)) for (at, _lost), share in zip(inner, shares, strict=True)]


def _whole(part: Told) -> Decimal:
    """What a part could have brought."""
    return (part.points or Decimal(0)) + (part.lost or Decimal(0))


def _weighs(part: Told) -> str:
    """Its share of 100, but in a sum of points its own full marks; rounding makes less than a point of difference."""
    if part.share is not None and abs(_whole(part) - part.share) < 1:
        return _("%(title)s carries %(share)s of 100 points")
    return _("%(title)s carries %(whole)s points")


def _sentence(part: Told) -> str:
    if part.value is None:
        return _missing(part)
    values = {
        "title": part.title,
        "share": number(part.share),
        "whole": number(_whole(part)),
        "value": part.value,
        "numerator": number(part.numerator),
        "denominator": number(part.denominator),
        "lost": number(part.lost, 4),
        "points": number(part.points, 4),
    }
    if part.kind != "rate":
        return _valued(part, values)
    weighs = _weighs(part) % values
    costs = _("costs %(lost)s points.") % values if part.lost else _("costs nothing.")
    return _("%(weighs)s; %(reached)s %(costs)s") % {
        "weighs": weighs,
        "reached": _reached(part, values),
        "costs": costs,
    }


def _reached(part: Told, values: Mapping[str, object]) -> str:
    """A rate in the words of what was counted, as one would say it on the telephone."""
    if part.mean == "by_site":
        return _("%(value)s %% as the mean of %(denominator)s sites,") % values
    if part.mean == "by_indicator":
        return _("%(value)s %% as the mean of %(denominator)s indicators,") % values
    figure = FIGURES[part.figure]
    words = {"whole": figure.denominator, "some": figure.numerator}
    return _("%(whole)s: %(denominator)s, of these %(some)s: %(numerator)s, which is %(value)s %%,") % {
        **values,
        **words,
    }


def _missing(part: Told) -> str:
    if part.counted is None:
        return _("%(title)s: nothing to assess, so it is left out and the others carry its weight.") % {
            "title": part.title
        }
    if part.counted == 0:
        return _("%(title)s: nothing to assess, counted as 0.") % {"title": part.title}
    return _("%(title)s: nothing to assess, so the mean of the other units counts, %(counted)s.") % {
        "title": part.title, "counted": part.counted,
    }  # fmt: skip


def _valued(part: Told, values: Mapping[str, object]) -> str:
    if part.kind == "below":
        return _("%(title)s: %(numerator)s / %(denominator)s make %(value)s; brings %(points)s points.") % values
    return _("%(title)s: %(value)s; brings %(points)s points.") % values
