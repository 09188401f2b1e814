"""A scoring rule in words: sentences that anyone can check a score with, in the reader's language."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .figures import FIGURES, MEANS
from .spec import Component, ListRule, RuleSpec, SpecError


def plain(number: Decimal) -> str:
    """A number without needless zeros: 60.000 → 60."""
    return f"{number.normalize():f}"


def component_title(component: Component) -> str:
    """What a component is called on pages and in documents."""
    return component.title or str(FIGURES[component.figure].title)


def rule_sentences(spec: RuleSpec) -> list[str]:
    """The rule from components to lists, one sentence each."""
    return [*_components(spec), *_score(spec), *_lists(spec)]


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
        figure = FIGURES[component.figure]
        sentence = _("%(title)s, weight %(weight)s: %(formula)s.") % {
            "title": component_title(component),
            "weight": plain(component.weight),
            "formula": figure.formula,
        }
        if component.figure == "conformity":
            sentence += " " + _("Mean: %(mean)s.") % {"mean": MEANS[component.mean]}
        if component.scope == "direct":
            sentence += " " + _("Units under it do not count.")
        if component.invert:
            sentence += " " + _("Less is better: 100 − value is counted.")
        yield sentence


def _score(spec: RuleSpec) -> Iterator[str]:
    yield _(
        "Score = Σ weight × value ÷ Σ weights. Values are rounded half up to %(values)s places, scores to %(scores)s."
    ) % {"values": spec.component_places, "scores": spec.places}
    yield _("A component with nothing to assess is left out and the others carry its weight; it never counts as 0.")
    yield _("Equal scores share a place; the next place is skipped accordingly (1, 1, 3).")
    if spec.least_inspections:
        yield ngettext(
            "A unit with fewer than %(number)s inspection is not ranked.",
            "A unit with fewer than %(number)s inspections is not ranked.",
            spec.least_inspections,
        ) % {"number": spec.least_inspections}


def _lists(spec: RuleSpec) -> Iterator[str]:
    if spec.red:
        yield _("Red list: %(who)s.") % {"who": red_sentence(spec.red)}
    if spec.black:
        yield _("Black list: %(who)s.") % {"who": black_sentence(spec.black)}
    if spec.red or spec.black:
        yield _("Units that tie at the edge stand together; who would be on both lists is on neither.")
