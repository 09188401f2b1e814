"""Scoring rules: saving versions, putting them to use, trying them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from campaign.models import User
from campaign.queries import facts_changed, record
from units.models import PeerGroup, Unit

from ..models import Period, Ranking, RuleUse, ScoringRule
from ..queries.past import first_facts
from ..queries.tables import Facts
from ..rules.lists import listed
from ..rules.scoring import decimal, place
from ..rules.spec import RuleSpec, SpecError
from ..rules.writing import components_of


@dataclass(frozen=True, slots=True)
class Compared:
    """A unit under the rule that is tried and under the one in force; ``gained`` places (+) or lost (−)."""

    tried: "TriedRow"
    beside: "TriedRow | None"
    gained: int | None


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row of a ranking that was only tried; ``color`` red, black or nothing."""

    unit: Unit
    rank: int | None
    score: Decimal | None
    components: list[dict[str, Any]]
    footnote: str
    color: str


def read_spec(spec: Any) -> RuleSpec:
    """A rule's data, checked. Raises ValidationError with every fault."""
    try:
        return RuleSpec.parse(spec)
    except SpecError as error:
        raise ValidationError(error.sentences) from error


@transaction.atomic
def save_rule(*, code: str, name: str, spec: Any, by: User | None) -> ScoringRule:
    """Save a rule. The latest version is changed while nothing used it; otherwise a new version is made.

    Raises ValidationError where the rule's data is wrong.
    """
    data = read_spec(spec).as_json()
    latest = ScoringRule.objects.select_for_update().filter(code=code).order_by("-version").first()
    if latest and (latest.name, latest.spec) == (name, data):
        return latest
    if latest and not latest.is_used():
        before = {"name": latest.name, "spec": latest.spec}
        latest.name, latest.spec = name, data
        latest.save()
        record("rule.changed", latest, by=by, before=before, after={"name": name, "spec": data})
        return latest
    version = latest.version + 1 if latest else 1
    rule = ScoringRule.objects.create(code=code, version=version, name=name, spec=data, created_by=by)
    record("rule.made", rule, by=by, after={"version": version, "name": name, "spec": data})
    return rule


@transaction.atomic
def use_rule(*, rule: ScoringRule, group: PeerGroup, kind: str, by: User | None) -> RuleUse:
    """Rank a group by a rule in periods of a kind; open drafts follow, past periods that have facts get theirs."""
    active = RuleUse.objects.select_for_update().filter(group=group, kind=kind, active=True)
    current = active.first()
    if current and current.rule_id == rule.pk:
        return current
    active.update(active=False)
    use = RuleUse.objects.create(rule=rule, group=group, kind=kind)
    record("rule.used", rule, by=by, after={"group": group.code, "kind": kind, "version": rule.version})
    facts_changed([None, *first_facts(kind)])
    return use


@transaction.atomic
def stop_rule(*, group: PeerGroup, kind: str, by: User | None) -> None:
    """Rank a group no longer in periods of a kind; its open first drafts go, closed and published rankings stay."""
    for use in RuleUse.objects.select_for_update().filter(group=group, kind=kind, active=True):
        use.active = False
        use.save(update_fields=["active"])
        record("rule.stopped", use.rule, by=by, after={"group": group.code, "kind": kind})
    drafts = Ranking.objects.filter(group=group, period__kind=kind, state=Ranking.State.DRAFT, revision=1)
    drafts.delete()


@transaction.atomic
def apply_rule(*, code: str, name: str, spec: Any, uses: Iterable[tuple[str, str]], by: User) -> ScoringRule:
    """Save a rule and let it rank these (group code, kind of period) and no others.

    Raises ValidationError where the rule's data is wrong.
    """
    rule, wanted = save_rule(code=code, name=name, spec=spec, by=by), set(uses)
    groups = {group.code: group for group in PeerGroup.objects.filter(code__in={group for group, _kind in wanted})}
    for group, kind in sorted(wanted):
        use_rule(rule=rule, group=groups[group], kind=kind, by=by)
    for use in RuleUse.objects.filter(rule__code=code, active=True).select_related("group"):
        if (use.group.code, use.kind) not in wanted:
            stop_rule(group=use.group, kind=use.kind, by=by)
    return rule


def compare_rules(*, spec: Any, beside: Any, group: PeerGroup, period: Period, now: datetime) -> list[Compared]:
    """A group's ranking of a period under one rule, beside that under another (None: none); nothing is written."""
    others = try_rule(spec=beside, group=group, period=period, now=now) if beside else []
    by_unit = {row.unit.pk: row for row in others}
    found = []
    for row in try_rule(spec=spec, group=group, period=period, now=now):
        other = by_unit.get(row.unit.pk)
        gained = other.rank - row.rank if other and other.rank and row.rank else None
        found.append(Compared(row, other, gained))
    return found


def try_rule(*, spec: Any, group: PeerGroup, period: Period, now: datetime) -> list[TriedRow]:
    """What a group's ranking of a period would be under a rule; nothing is written.

    Raises ValidationError where the rule's data is wrong.
    """
    rule = read_spec(spec)
    rows = place(rule, Facts(period, now).table(rule, group.pk))
    units = Unit.objects.in_bulk([row.unit for row in rows])
    colors = {row.unit: color for row, color in listed(rule, rows)}
    return [
        TriedRow(
            unit=units[row.unit],
            rank=row.rank,
            score=None if row.rank is None else decimal(row.scored.score or 0, rule.places),
            components=components,
            footnote=row.footnote,
            color=colors.get(row.unit, ""),
        )
        for row, components in zip(rows, components_of(rule, rows), strict=True)
    ]
