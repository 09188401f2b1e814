"""What the drawings in the browser are given. Decimals become floats only here; pages print the decimals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ..models import RankingRow
from ..queries.figures import CityFigure
from ..queries.rankings import Shown, limit_of, shown_components
from ..rules.events import Line
from ..rules.figures import FIGURES
from ..rules.line_sentences import line_title
from ..rules.periods import Span
from ..rules.story import event_steps, table_steps

ZERO = Decimal(0)


def number(value: Decimal | int | None) -> float | None:
    """A figure for drawing."""
    return None if value is None else float(value)


def waterfall(
    row: RankingRow,
    parts: Sequence[Shown],
    address: Callable[[Shown], str],
    lines: Mapping[str, Sequence[Line]] | None = None,
) -> dict[str, Any] | None:
    """From what a unit starts with to its score, one step for what each component costs; None without a score.

    Points by event have a step for each of the rule's ``lines``, tables one for each of their parts; the last step is
    what the rule's bounds change. ``address`` says where a part's rows are, or nothing.
    """
    if row.score is None:
        return None
    steps = [step for part in parts for step in _steps(part, address, lines or {})]
    limit = limit_of(row, parts)
    if limit:
        steps.append({"label": _("Bounds of the rule"), "value": number(limit), "url": "", "note": ""})
    start = sum((part.points + part.lost for part in parts if part.points is not None and part.lost is not None), ZERO)
    return {
        "start": {"label": _("Full score") if start == 100 else _("Start"), "value": number(start)},
        "steps": steps,
        "total": {"label": _("Score"), "value": number(row.score)},
    }


def _steps(
    part: Shown, address: Callable[[Shown], str], lines: Mapping[str, Sequence[Line]]
) -> Iterator[dict[str, Any]]:
    if part.lost is None:
        return
    within = table_steps(part)
    for place, points in within:
        one = part.parts[place]
        yield {"label": str(one.title), "value": number(points), "url": address(one), "note": ratio(one)}
    named, found = lines.get(part.figure, ()), event_steps(part, part.base)
    if not within and not (named and found):
        yield {"label": str(part.title), "value": number(-part.lost), "url": address(part), "note": ratio(part)}
    for at, points in found if named else ():
        label = str(part.title) if at is None else line_title(named[at])
        note = _("bounds of the part") if at is None else ""
        url = address(part)
        yield {
            "label": label,
            "value": number(points),
            "url": f"{url}?line={at}" if url and at is not None else url,
            "note": note,
        }


def ratio(part: Shown) -> str:
    """A component's base in a few characters: 412.5 / 420, or how many sites or indicators a mean is of."""
    if part.numerator is None or part.kind == "sheet":
        return ""
    if part.mean == "by_site":
        return _("%(number)s sites on average") % {"number": plain(part.denominator)}
    if part.mean == "by_indicator":
        return _("%(number)s indicators on average") % {"number": plain(part.denominator)}
    return f"{plain(part.numerator)} / {plain(part.denominator)}"


def plain(value: Decimal | None) -> str:
    """At most two places, without needless zeros."""
    return "—" if value is None else f"{round(value, 2).normalize():f}"


def places(rows: Sequence[RankingRow]) -> dict[str, Any]:
    """A unit's places through time, the first place on top."""
    return {
        "x": [short_label(row.ranking.period.code) for row in rows],
        "series": [{"name": _("Place"), "values": [row.rank for row in rows]}],
        "places": 0,
        "invert": True,
        "min": 1,
    }


def short_label(code: str) -> str:
    """A period in a few characters for an axis: 2026-W47 → W47, in Chinese 47周."""
    rest = code.partition("-")[2] or code
    return _("W%(number)s") % {"number": rest[1:]} if rest.startswith("W") else rest


def city(spans: Sequence[Span], trend: Mapping[str, Mapping[str, CityFigure]]) -> dict[str, Any]:
    """The city's conformity and on-time rate through time."""
    names = {"conformity_pooled": FIGURES["conformity"].title, "on_time": FIGURES["on_time"].title}
    return {
        "x": [short_label(span.code) for span in spans],
        "series": [
            {"name": str(title), "values": [number(trend[span.code][name].value) for span in spans]}
            for name, title in names.items()
        ],
        "unit": "%",
        "places": 2,
        "max": 100,
    }


def components(rows: Sequence[RankingRow]) -> dict[str, Any]:
    """A unit's score and components through time, in % and points of 100."""
    parts = [{part.figure: part for part in shown_components(row)} for row in rows]
    names = {figure: part.title for row in parts for figure, part in row.items()}
    series = [{"name": _("Score"), "values": [number(row.score) for row in rows]}]
    series += [
        {"name": str(title), "values": [number(row[figure].value) if figure in row else None for row in parts]}
        for figure, title in names.items()
    ]
    return {"x": [short_label(row.ranking.period.code) for row in rows], "series": series, "places": 2, "max": 100}


def changes(parts: list[Shown], before: list[Shown]) -> list[dict[str, Any]]:
    """How each component's value differs from the period before, in percentage points."""
    values = {part.figure: part.value for part in before}
    return [
        {"title": part.title, "change": part.value - earlier, "better": (part.value < earlier) == part.lower_is_better}
        for part in parts
        if part.value is not None and (earlier := values.get(part.figure)) is not None
    ]
