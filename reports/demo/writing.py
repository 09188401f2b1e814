"""Writes an invented history into the tables: one COPY per table, one statement for what follows from them."""

from typing import Any

from django.db import connection

from campaign.rules import day_of
from inspections.models import Answer, Inspection, InspectionUnit, Problem, Step
from inspections.rules import Move, site_score, total
from inspections.services.numbering import new_codes

from .cases import Case
from .tables import analyze, copy, reserve
from .visits import Finding, Visit

INSPECTION = (
    "id", "code", "payload_sha256", "site_id", "unit_id", "inspector_id", "kind", "seen_at", "recorded_at",
    "note", "earned", "available", "score", "void_reason",
)  # fmt: skip
ANSWER = (
    "id", "inspection_id", "item_id", "indicator_id", "seen_at", "outcome", "count", "deduction", "note",
    "earned", "available",
)  # fmt: skip
PROBLEM = (
    "id", "code", "payload_sha256", "site_id", "unit_id", "inspection_id", "answer_id", "item_id", "text",
    "severity", "source", "state", "version", '"limit"', "noted_by_id", "noted_at", "handed_over_at",
    "receive_due_at", "received_at", "due_at", "submitted_at", "closed_at", "sent_back",
)  # fmt: skip
STEP = ("problem_id", "move", "state", "unit_id", "by_id", "at", "note")

#: Which units an inspection counts for: its own, those that share the site, and all above them on that day.
COUNTS_FOR = """
INSERT INTO inspections_inspectionunit (inspection_id, unit_id, direct, site_id, seen_at, earned, available)
SELECT i.id, up.ancestor_id, bool_or(up.depth = 0), i.site_id, i.seen_at, i.earned, i.available
FROM inspections_inspection i
CROSS JOIN LATERAL (
  SELECT i.unit_id UNION SELECT o.unit_id FROM units_site_other_units o WHERE o.site_id = i.site_id
) AS named (unit_id)
JOIN units_unitlink up ON up.descendant_id = named.unit_id AND up.valid_to IS NULL
GROUP BY i.id, up.ancestor_id
ORDER BY i.seen_at, i.id, up.ancestor_id
"""


def write_visits(visits: list[Visit]) -> None:
    """Write inspections, answers and what they count for; sets ``pk`` on visits and findings."""
    for visit, pk in zip(visits, reserve(Inspection, len(visits)), strict=True):
        visit.pk = pk
    findings = [(visit, finding) for visit in visits for finding in visit.findings]
    for (_, finding), pk in zip(findings, reserve(Answer, len(findings)), strict=True):
        finding.pk = pk
    codes = new_codes("JC", (day_of(visit.seen_at) for visit in visits), 5)
    rows = (_inspection(visit, code) for visit, code in zip(visits, codes, strict=True))
    copy(Inspection, INSPECTION, rows)
    copy(Answer, ANSWER, (_answer(visit, finding) for visit, finding in findings))
    with connection.cursor() as cursor:
        cursor.execute(COUNTS_FOR)


def _inspection(visit: Visit, code: str) -> tuple[Any, ...]:
    result = total(finding.result for finding in visit.findings)
    return (
        visit.pk, code, "", visit.site.pk, visit.site.unit_id, visit.inspector, visit.kind, visit.seen_at,
        visit.recorded_at, "", result.earned, result.available, site_score(result), "",
    )  # fmt: skip


def _answer(visit: Visit, finding: Finding) -> tuple[Any, ...]:
    return (
        finding.pk, visit.pk, finding.item.pk, finding.item.indicator_id, visit.seen_at, finding.outcome,
        finding.count, finding.deduction, "", finding.result.earned, finding.result.available,
    )  # fmt: skip


def write_cases(cases: list[Case]) -> None:
    """Write problems and their steps, the last of the history; sets ``pk`` on the cases."""
    for case, pk in zip(cases, reserve(Problem, len(cases)), strict=True):
        case.pk = pk
    codes = new_codes("WT", (day_of(case.noted_at) for case in cases), 4)
    copy(Problem, PROBLEM, map(_problem, cases, codes))
    copy(
        Step,
        STEP,
        (
            (case.pk, deed.move, deed.state, case.site.unit_id, deed.by, deed.at, deed.note)
            for case in cases
            for deed in case.deeds
        ),
    )
    analyze(Inspection, InspectionUnit, Answer, Problem, Step)


def _problem(case: Case, code: str) -> tuple[Any, ...]:
    item = case.item
    return (
        case.pk, code, "", case.site.pk, case.site.unit_id, case.visit and case.visit.pk,
        case.finding and case.finding.pk, case.finding and item.pk, case.text, item.severity, case.source,
        case.state, len(case.deeds) - 1, item.limit, case.noted_by, case.noted_at,
        case.last(Move.HAND_OVER), case.receive_due_at, case.last(Move.RECEIVE), case.due_at,
        case.last(Move.SUBMIT), case.last(Move.CLOSE), case.times(Move.SEND_BACK),
    )  # fmt: skip
