"""A scoring rule in words: sentences that anyone can check a score with, in the reader's language."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from campaign.sentences import joined

from .figures import FIGURES, MEANS
from .line_sentences import line_sentence, plain
from .parts import Below, Component, Earlier, Part, Points, Sheet, SubTable
from .spec import Board, ListRule, RuleSpec, SpecError

#: What parts without a figure are called unless the rule gives them a title.
KIND_TITLES = {
    "points": gettext_lazy("Points by event"),
    "earlier": gettext_lazy("Earlier scores"),
}
PERIOD_WORDS = {
    "day": gettext_lazy("calendar days"), "week": gettext_lazy("weeks"), "month": gettext_lazy("months"),
    "quarter": gettext_lazy("quarters"), "year": gettext_lazy("years"),
}  # fmt: skip


def part_title(kind: str, figure: str, title: str = "") -> str:
    """What a part is called on pages and in documents."""
    if title:
        return title
    if kind in ("rate", "below"):
        return str(FIGURES[figure].title)
    return str(KIND_TITLES.get(kind, figure))


def component_title(component: Part) -> str:
    """What a component is called on pages and in documents."""
    return part_title(component.kind, component.figure, component.title)


def rule_sentences(spec: RuleSpec) -> list[str]:
    """The rule from components to lists, one sentence each."""
    return [*_components(spec), *_score(spec), *_bands(spec), *_lists(spec)]


def merged_sentences(merged: Iterable[Mapping[str, str]]) -> list[str]:
    """The footnotes of units without a row: what they did counts for another one (``Ranking.merged``)."""
    return [
        _("%(name)s (%(unit)s) was merged into %(into)s from %(day)s on; what it did before counts there.")
        % {"name": one["name"], "unit": one["unit"], "into": one["into"], "day": day_in_words(one["on"])}
        for one in merged
    ]


def day_in_words(day: str) -> str:
    """A day in ISO form as it is read: 2026年11月29日."""
    return format_date(date.fromisoformat(day), pgettext("day with year", "j M Y"))


def told(data: Any) -> list[str]:
    """The sentences of a rule's data, or what is wrong with it: a page must say so, not fail."""
    try:
        return rule_sentences(RuleSpec.parse(data))
    except SpecError as error:
        return error.sentences


def red_sentence(rule: ListRule) -> str:
    """Who stands on the red list: “best 3 with at least 90 points”; nothing where there is no list."""
    values = {"places": rule.places, "bound": plain(rule.bound or Decimal(0))}
    if rule.places and rule.bound is not None:
        return _("the first %(places)s places with at least %(bound)s points") % values
    if rule.places:
        return _("the first %(places)s places") % values
    return _("everyone with at least %(bound)s points") % values if rule else ""


def black_sentence(rule: ListRule) -> str:
    """Who stands on the black list; nothing where there is no list."""
    values = {"places": rule.places, "bound": plain(rule.bound or Decimal(0))}
    if rule.places and rule.bound is not None:
        return _("the last %(places)s places with less than %(bound)s points") % values
    if rule.places:
        return _("the last %(places)s places") % values
    return _("everyone with less than %(bound)s points") % values if rule else ""


def _components(spec: RuleSpec) -> Iterator[str]:
    for component in spec.components:
        yield from _part(component, spec.total)


def _part(part: Part, total: str) -> Iterator[str]:
    """A part in one sentence; the lines of points by event and the parts of a table follow with a sentence each."""
    named = {"title": component_title(part), "weight": plain(part.weight)}
    head = (_("%(title)s, %(weight)s points") if total == "sum" else _("%(title)s, weight %(weight)s")) % named
    missing = _missing(part.missing) if part.missing else ""
    yield joined([_("%(head)s: %(how)s") % {"head": head, "how": _how(part)}, *_details(part), missing])
    if isinstance(part, Points):
        for line in part.lines:
            yield _("%(title)s: %(line)s") % {"title": named["title"], "line": line_sentence(line)}
    if isinstance(part, SubTable):
        for one in part.parts:
            for sentence in _part(one, part.total):
                yield _("%(title)s: %(line)s") % {"title": named["title"], "line": sentence}


def _how(part: Part) -> str:
    match part:
        case Component():
            return _("%(formula)s.") % {"formula": FIGURES[part.figure].formula}
        case Below():
            return _below(part)
        case Points():
            return _points(part)
        case Sheet():
            return _("a value entered for each unit, of at most %(full)s.") % {"full": plain(part.points)}
        case Earlier() if part.weights:
            weights = "/".join(plain(weight) for weight in part.weights)
            return _("published scores of the last %(number)s %(periods)s, the latest first by %(weights)s.") % {
                "number": len(part.weights), "periods": PERIOD_WORDS[part.period], "weights": weights,
            }  # fmt: skip
        case Earlier():
            return _("mean of the published scores of all %(periods)s within the period.") % {
                "periods": PERIOD_WORDS[part.period]
            }
        case SubTable():
            return _("a table of its own, added up as %(total)s.") % {"total": TOTAL_WORDS[part.total]}
    raise TypeError(part)


TOTAL_WORDS = {
    "mean": gettext_lazy("a weighted mean"),
    "sum": gettext_lazy("a sum of points"),
    "geometric": gettext_lazy("a weighted geometric mean"),
}


def _below(part: Below) -> str:
    values = {
        "formula": FIGURES[part.figure].formula, "full": plain(part.points), "threshold": plain(part.threshold),
        "step": plain(part.step),
    }  # fmt: skip
    if part.invert:
        words = _(
            "%(formula)s; up to %(threshold)s %% it brings %(full)s points, above %(step)s less per percentage point"
        )
    else:
        words = _(
            "%(formula)s; from %(threshold)s %% on it brings %(full)s points, below %(step)s less per percentage point"
        )
    ending = (
        _("; only whole percentage points count, not below 0.") if part.whole else _(", in parts too, not below 0.")
    )
    return words % values + ending


def _points(part: Points) -> str:
    words = [_("%(base)s points to begin with") % {"base": plain(part.base)}]
    words.append(_("not below %(least)s") % {"least": plain(part.least)})
    if part.most is not None:
        words.append(_("not above %(most)s") % {"most": plain(part.most)})
    return _("%(list)s.") % {"list": _(", ").join(words)}


def _details(part: Part) -> Iterator[str]:
    if isinstance(part, Component | Below):
        if part.figure == "conformity":
            yield _("Mean: %(mean)s.") % {"mean": MEANS[part.mean]}
        if part.scope == "direct":
            yield _("Units under it do not count.")
        if isinstance(part, Component) and part.invert:
            yield _("Less is better: 100 − value is counted.")
    if isinstance(part, Points) and part.scope == "direct":
        yield _("Units under it do not count.")


MISSING_WORDS = {
    "reweight": gettext_lazy(
        "A component with nothing to assess is left out and the others carry its weight; it never counts as 0."
    ),
    "zero": gettext_lazy("A component with nothing to assess counts as 0."),
    "others": gettext_lazy("A component with nothing to assess counts the mean of the other units of the group."),
    "leave_out": gettext_lazy("A unit with a component that has nothing to assess is not ranked."),
}


def _missing(policy: str) -> str:
    return str(MISSING_WORDS[policy])


ROUNDING_WORDS = {
    "half_up": gettext_lazy("half up"), "down": gettext_lazy("downwards"), "up": gettext_lazy("upwards"),
}  # fmt: skip


#: What happens to a unit that was merged into another one.
ENDED_WORDS = {
    "own_row": gettext_lazy("A unit that ends within the period keeps a row of its own, with what it did until then."),
    "successor": gettext_lazy(
        "What a unit did that was merged within the period into another of its group counts for that one, and nothing"
        " twice; it has no row of its own."
    ),
}


LATE_WORDS = {
    "revision": gettext_lazy(
        "What is entered after closing is listed as late and counts only in a revision; its day stays its own."
    ),
    "next": gettext_lazy(
        "What is entered after closing is listed as late and counts in the next period that is not closed yet; a"
        " revision of its own period leaves it out."
    ),
}


def _score(spec: RuleSpec) -> Iterator[str]:
    yield _total(spec) % {
        "values": spec.component_places, "scores": spec.places,
        "how": ROUNDING_WORDS[spec.component_rounding], "then": ROUNDING_WORDS[spec.rounding],
    }  # fmt: skip
    if spec.least is not None:
        yield _("The score is not below %(bound)s.") % {"bound": plain(spec.least)}
    if spec.greatest is not None:
        yield _("The score is not above %(bound)s.") % {"bound": plain(spec.greatest)}
    yield _missing(spec.missing)
    yield from _ties(spec)
    if spec.least_inspections:
        yield ngettext(
            "A unit with fewer than %(number)s inspection is not ranked.",
            "A unit with fewer than %(number)s inspections is not ranked.",
            spec.least_inspections,
        ) % {"number": spec.least_inspections}
    yield str(ENDED_WORDS[spec.ended])
    yield str(LATE_WORDS[spec.late])


def _total(spec: RuleSpec) -> str:
    if spec.total == "sum":
        return _(
            "Score = Σ points of the components. Values are rounded %(how)s to %(values)s places, scores %(then)s to"
            " %(scores)s."
        )
    if spec.total == "geometric":
        return _(
            "Score = weighted geometric mean of the values. Values are rounded %(how)s to %(values)s places, scores"
            " %(then)s to %(scores)s."
        )
    if (spec.rounding, spec.component_rounding) == ("half_up", "half_up"):
        return _(
            "Score = Σ weight × value ÷ Σ weights. Values are rounded half up to %(values)s places, scores to"
            " %(scores)s."
        )
    return _(
        "Score = Σ weight × value ÷ Σ weights. Values are rounded %(how)s to %(values)s places, scores %(then)s to"
        " %(scores)s."
    )


def _ties(spec: RuleSpec) -> Iterator[str]:
    if spec.rank_on == "exact":
        yield _("Places go by the score before it is rounded.")
    if spec.tie_by:
        by = next(component_title(part) for part in spec.components if part.figure == spec.tie_by)
        yield _("Among equal scores the better value of %(part)s comes first.") % {"part": by}
    if spec.ties == "dense":
        yield _("Equal scores share a place; the next place follows without a gap (1, 1, 2).")
    else:
        yield _("Equal scores share a place; the next place is skipped accordingly (1, 1, 3).")


def _bands(spec: RuleSpec) -> Iterator[str]:
    if spec.bands:
        bands = _(", ").join(
            _("%(name)s from %(least)s") % {"name": band.name, "least": plain(band.least)} for band in spec.bands
        )
        yield _("Bands by the rounded score: %(bands)s.") % {"bands": bands}


def _lists(spec: RuleSpec) -> Iterator[str]:
    for board in spec.boards:
        yield from _board(spec, board)
    if any(board.red or board.black for board in spec.boards):
        yield _("Units that tie at the edge stand together; who would be on both lists is on neither.")


def _board(spec: RuleSpec, board: Board) -> Iterator[str]:
    """The rule's own lists in a sentence each; a further pair with its name in one sentence."""
    if not board.name:
        yield from (_("%(fact)s.") % {"fact": fact} for fact in _entries(board, _("%(list)s: %(who)s")))
        return
    which = [*_by_part(spec, board), *_in_periods(board)]
    yield _("List “%(name)s”%(which)s: %(facts)s.") % {
        "name": board.name,
        "which": _(" (%(which)s)") % {"which": _(", ").join(which)} if which else "",
        "facts": _("; ").join(_entries(board, _("%(list)s of %(who)s"))),
    }


def _entries(board: Board, words: str) -> Iterator[str]:
    """Who stands on the lists, and what follows."""
    red, black = board.red.word or _("Red list"), board.black.word or _("Black list")
    if board.red:
        yield words % {"list": red, "who": red_sentence(board.red)}
    if board.black:
        yield words % {"list": black, "who": black_sentence(board.black)}
    for step in board.steps:
        yield _("%(list)s %(count)s in a row: %(words)s") % {"list": black, "count": step.count, "words": step.words}


def _by_part(spec: RuleSpec, board: Board) -> Iterator[str]:
    """The part that a list goes by, unless the list is called so."""
    if board.by:
        title = next(component_title(part) for part in spec.components if part.figure == board.by)
        if title != board.name:
            yield _("by %(part)s") % {"part": title}


def _in_periods(board: Board) -> Iterator[str]:
    if board.periods:
        yield _("in %(periods)s only") % {"periods": _(", ").join(str(PERIOD_WORDS[kind]) for kind in board.periods)}
