"""What the documents are made from: rankings as tables, the period's problems, the method in words."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateformat import format as format_date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from campaign.models import Campaign, CheckItem, User
from campaign.queries import running_campaign
from campaign.rules import day_of
from inspections.models import Problem
from inspections.rules import VOID_ENDS

from ..documents.assessment import AssessedUnit, Assessment, GroupTable, Head, Part, ProblemLine
from ..models import ListEntry, Period, Ranking, RankingRow
from ..rules.figures import FIGURES, FOOTNOTES
from ..rules.sentences import component_title, merged_sentences, rule_sentences
from ..rules.spec import RuleSpec
from .ranking_page import groups_in
from .rankings import listings, ranking_rows, shown_components

CHUNK = 2000


def assessment_of(period: Period, user: User | None) -> Assessment:
    """The assessment table of a period, from the stored rows of its rankings alone."""
    campaign = running_campaign(on=period.ends_on) or running_campaign()
    rankings = groups_in(user, period.code)
    return Assessment(
        title=_title(campaign, period),
        period=_("%(period)s: problems noted or closed in it, and those open at its end")
        % {"period": period.span.label()},
        groups=[group_table(ranking) for ranking in rankings],
        problems=problem_lines(problems_of(period, user)),
        method=list(_method(period, rankings)),
        mark=period.code,
    )


def _title(campaign: Campaign | None, period: Period) -> str:
    city = campaign.city if campaign else ""
    label = period.span.label()
    if period.kind == Period.Kind.QUARTER:
        return _("%(city)s quarterly assessment table, %(period)s") % {"city": city, "period": label}
    return _("%(city)s assessment table, %(period)s") % {"city": city, "period": label}


def group_table(ranking: Ranking, limit: int | None = None) -> GroupTable:
    """A ranking as a table; the first ``limit`` rows for a preview."""
    spec = RuleSpec.parse(ranking.rule.spec)
    listed = listings(ranking, spec)
    rows = ranking_rows(ranking)
    units = [_unit(row, listed.get(row.unit_id, []), spec) for row in (rows[:limit] if limit else rows.iterator(CHUNK))]
    return GroupTable(
        name=ranking.group.name,
        lead=_("Group: %(group)s; rule: %(rule)s; %(state)s") % {
            "group": ranking.group.name, "rule": ranking.rule.in_words, "state": state_sentence(ranking),
        },
        heads=[Head(component_title(component), component.weight) for component in spec.components],
        units=units,
        notes=[*merged_sentences(ranking.merged), *_notes(units)],
    )  # fmt: skip


def state_sentence(ranking: Ranking) -> str:
    """How final a ranking is: draft as of a moment, closed, or published in a revision on a day."""
    if ranking.state == Ranking.State.PUBLISHED:
        return _("Published %(day)s, revision %(revision)s") % {
            "day": format_date(localtime(ranking.published_at), pgettext("day with year", "j M Y")),
            "revision": ranking.revision,
        }  # fmt: skip
    if ranking.state == Ranking.State.CLOSED:
        return _("Closed, not published")
    if ranking.refreshed_at is None:
        return _("Draft, figures of %(moment)s") % {"moment": "—"}
    pattern = pgettext("moment with year", "j M Y, H:i")
    return _("Draft, figures of %(moment)s") % {"moment": format_date(localtime(ranking.refreshed_at), pattern)}


def _unit(row: RankingRow, listed: list[tuple[ListEntry, str]], spec: RuleSpec) -> AssessedUnit:
    notes = [grade] if (grade := spec.band(row.score)) else []
    notes += [_list_note(entry, word) for entry, word in listed]
    color = next((entry.color for entry, _word in listed if not entry.board), "")
    if row.footnote:
        notes.append(str(FOOTNOTES.get(row.footnote, row.footnote)))
    return AssessedUnit(
        code=row.unit.code,
        label=row.label,
        rank=row.rank,
        score=row.printed_score,
        movement=row.movement,
        parts=[Part(part.value, part.numerator, part.denominator, part.points) for part in shown_components(row)],
        note=pgettext("between notes", "; ").join(notes),
        tone=color,  # type: ignore[arg-type]
    )


def _list_note(entry: ListEntry, word: str) -> str:
    words = _("%(list)s: %(who)s") % {"list": entry.board, "who": word} if entry.board else word
    if entry.consecutive < 2:
        return words
    return words + " " + _("%(number)s in a row") % {"number": entry.consecutive}


def _notes(units: list[AssessedUnit]) -> Iterator[str]:
    left_out = sum(unit.rank is None for unit in units)
    if left_out:
        yield ngettext(
            "%(number)s unit is not ranked; the reason stands in its note.",
            "%(number)s units are not ranked; the reason stands in their notes.",
            left_out,
        ) % {"number": left_out}
    yield _("Equal scores share a place. Movement: places gained (+) or lost (−) against the period before.")
    yield _("“—”: nothing to assess.")


def _method(period: Period, rankings: list[Ranking]) -> Iterator[tuple[str, str]]:
    first, last = (format_date(day, pgettext("day with year", "j M Y")) for day in (period.starts_on, period.ends_on))
    yield _("Period"), f"{period.span.label()} · {first} – {last}"
    used: dict[int, Any] = {ranking.rule_id: ranking.rule for ranking in rankings}
    for rule in used.values():
        spec = RuleSpec.parse(rule.spec)
        for sentence in rule_sentences(spec):
            yield rule.in_words, sentence
    named = {component.figure for rule in used.values() for component in RuleSpec.parse(rule.spec).components}
    for name in FIGURES:
        if name in named:
            figure = FIGURES[name]
            yield str(figure.title), f"{figure.formula} ({figure.numerator} ÷ {figure.denominator})"
    yield _("Zero denominator"), _("Shown as “—”; never counted as 0 or 100.")
    for ranking in rankings:
        digest = f" · SHA-256 {ranking.digest}" if ranking.digest else ""
        yield ranking.group.name, state_sentence(ranking) + digest


def problems_of(period: Period, user: User | None, unit: str = "") -> QuerySet[Problem]:
    """The problems a period deals with: noted or closed in it, or open at its end; of a unit and those under it."""
    start, end = period.starts_at, period.ends_at
    found = Problem.objects.visible_to(user) if user else Problem.objects.all()
    if unit:
        found = found.filter(unit__links_up__ancestor__code=unit, unit__links_up__valid_to=None)
    return (
        found.exclude(state__in=VOID_ENDS)
        .filter(merged_into=None)
        .filter(
            Q(noted_at__gte=start, noted_at__lt=end)
            | Q(closed_at__gte=start, closed_at__lt=end)
            | (Q(noted_at__lt=start) & (Q(closed_at=None) | Q(closed_at__gte=end)))
        )
    )


LEDGER = (
    "code", "unit__label", "site__name", "text", "severity", "source", "state",
    "noted_at", "due_at", "closed_at", "sent_back",
)  # fmt: skip


def problem_lines(problems: QuerySet[Problem]) -> Iterable[ProblemLine]:
    """Problems as the ledger's lines, by unit and code, streamed from the database."""
    severities = {key: str(label) for key, label in CheckItem.Severity.choices}
    sources = {key: str(label) for key, label in Problem.Source.choices}
    states = {key: str(label) for key, label in Problem.STATES}
    rows = problems.order_by("unit__code", "code").values_list(*LEDGER).iterator(CHUNK)
    return (
        ProblemLine(
            code, unit, site or "", text, severities.get(severity, severity), sources.get(source, source),
            states.get(state, state), day_of(noted), _day(due), _day(closed), back,
        )
        for code, unit, site, text, severity, source, state, noted, due, closed, back in rows
    )  # fmt: skip


def _day(moment: datetime | None) -> date | None:
    return day_of(moment) if moment else None
