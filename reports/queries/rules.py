"""Scoring rules and what they rank."""

from typing import Any

from django.db.models import Count

from campaign.models import User
from units.models import PeerGroup

from ..models import RuleUse, ScoringRule
from ..rules.parts import Sheet, leaves
from ..rules.spec import RuleSpec, SpecError


def rules_with_uses(user: User) -> list[dict[str, Any]]:
    """Each rule in its latest version, its uses by group and how many rankings any version made."""
    visible = ScoringRule.objects.visible_to(user)
    latest = visible.order_by("code", "-version").distinct("code")
    made = dict(visible.order_by().values_list("code").annotate(Count("rankings")))
    uses: dict[str, dict[str, list[str]]] = {}
    for use in RuleUse.objects.filter(active=True).select_related("rule", "group").order_by("group__position", "id"):
        uses.setdefault(use.rule.code, {}).setdefault(use.group.name, []).append(use.get_kind_display())
    return [{"rule": rule, "uses": uses.get(rule.code, {}), "made": made[rule.code]} for rule in latest]


def rule_in_force(group: PeerGroup, kind: str) -> ScoringRule | None:
    """The rule that ranks a group in periods of a kind."""
    use = RuleUse.objects.filter(group=group, kind=kind, active=True).select_related("rule").first()
    return use.rule if use else None


def sheet_parts() -> dict[str, Sheet]:
    """The parts of rules in use whose values are entered, by short name; of several versions the newest."""
    found: dict[str, Sheet] = {}
    for rule in ScoringRule.objects.order_by("code", "-version").distinct("code"):
        try:
            spec = RuleSpec.parse(rule.spec)
        except SpecError:
            continue
        found |= {part.figure: part for part in leaves(spec.components) if isinstance(part, Sheet)}
    return found
