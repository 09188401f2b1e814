"""The assessment table (考核表): one sheet for each group, one of the problems, one that says how it was worked out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .tables import Book, Cell, Column, Line, Sheet

#: Everything stands in the language that is active when the book is made.


@dataclass(frozen=True, slots=True)
class Head:
    """A component in the head of the table; ``weight`` in points of 100."""

    title: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A component of one unit: ``value`` in %, ``points`` what it brings to the score; None: nothing to assess."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class AssessedUnit:
    """A row of the ranking; a unit that is left out has neither rank nor score, and a note."""

    code: str
    label: str
    rank: int | None
    score: Decimal | None
    movement: int | None
    parts: Sequence[Part]
    note: str = ""
    tone: Literal["", "red", "black"] = ""


@dataclass(frozen=True, slots=True)
class GroupTable:
    """A group's ranking: what its head says, its rows in order, and the sentences below."""

    name: str
    lead: str
    heads: Sequence[Head]
    units: Sequence[AssessedUnit]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A problem as the ledger shows it; days are of Asia/Shanghai."""

    code: str
    unit: str
    site: str
    text: str
    severity: str
    source: str
    state: str
    noted_on: date
    due_on: date | None
    closed_on: date | None
    sent_back: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the table is made from. ``title`` names city and period; ``method`` pairs subject and sentence."""

    title: str
    period: str
    groups: Sequence[GroupTable]
    problems: Iterable[ProblemLine]
    method: Sequence[tuple[str, str]]
    mark: str = ""


def assessment_book(table: Assessment) -> Book:
    """Lay an assessment out as a book."""
    return Book(title=table.title, sheets=_sheets(table), mark=table.mark)


def _sheets(table: Assessment) -> Iterator[Sheet]:
    for group in table.groups:
        yield Sheet(
            name=group.name,
            title=table.title,
            lead=group.lead,
            columns=list(_columns(group.heads)),
            lines=(_line(number, unit) for number, unit in enumerate(group.units, 1)),
            notes=group.notes,
            signatures=(_("Made by:"), _("Checked by:"), _("Approved by:"), _("Date:")),
        )
    yield problem_sheet(table.problems, title=_("Problems of the period"), lead=table.period)
    yield Sheet(
        name=_("Method"),
        title=_("How it was worked out"),
        columns=[Column(_("Subject"), "text", 24), Column(_("Explanation"), "text", 110)],
        lines=(Line(pair) for pair in table.method),
    )


def _columns(heads: Sequence[Head]) -> Iterator[Column]:
    yield Column(pgettext("column", "No."), "whole", 6)
    yield Column(_("Unit"), "text", 20)
    for head in heads:
        band = _("%(title)s (weight %(weight)s)") % {"title": head.title, "weight": f"{head.weight.normalize():f}"}
        yield Column(_("Rate (%)"), "rate", 8, band)
        yield Column(_("Numerator"), "quantity", 8, band)
        yield Column(_("Denominator"), "quantity", 7, band)
        yield Column(pgettext("column", "Points"), "score", 7, band)
    yield Column(pgettext("total", "Score"), "score", 8)
    yield Column(_("Place"), "whole", 6)
    yield Column(_("Movement"), "signed", 6)
    yield Column(pgettext("column", "Notes"), "text", 14)


def _line(number: int, unit: AssessedUnit) -> Line:
    parts: list[Cell] = []
    for part in unit.parts:
        parts += [part.value, part.numerator, part.denominator, part.points]
    return Line([number, unit.label, *parts, unit.score, unit.rank, unit.movement, unit.note], unit.tone)


def problem_sheet(problems: Iterable[ProblemLine], *, title: str, lead: str) -> Sheet:
    """The ledger as a sheet, in the columns staff know from their own tables."""
    return Sheet(
        name=_("Problem list"),
        title=title,
        lead=lead,
        columns=[
            Column(pgettext("column", "No."), "whole", 6),
            Column(_("Code"), "centre", 15),
            Column(_("Responsible unit"), "text", 22),
            Column(_("Site"), "text", 22),
            Column(_("Problem"), "text", 44),
            Column(_("Severity"), "centre", 8),
            Column(_("Source"), "centre", 11),
            Column(_("State"), "centre", 10),
            Column(_("Noted on"), "day", 12),
            Column(_("Due on"), "day", 12),
            Column(_("Closed on"), "day", 12),
            Column(_("Times sent back"), "whole", 9),
        ],
        lines=(_problem(number, problem) for number, problem in enumerate(problems, 1)),
    )


def _problem(number: int, problem: ProblemLine) -> Line:
    return Line(
        [
            number,
            problem.code,
            problem.unit,
            problem.site,
            problem.text,
            problem.severity,
            problem.source,
            problem.state,
            problem.noted_on,
            problem.due_on,
            problem.closed_on,
            problem.sent_back,
        ]
    )
