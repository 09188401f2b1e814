"""Which limits hold for a problem: those of the most specific rule, else its own and the campaign's."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..models import LimitRule, Problem
from ..rules import RuleKey, keys_by_weight


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits of a problem (receive empty: the campaign's), and the rule that set the one for its repair."""

    repair: str
    receive: str
    repair_by: LimitRule | None


def terms_of(problems: Iterable[Problem]) -> dict[int, Terms]:
    """Problem's id → its limits if it is handed over now; one statement, however many they are."""
    rules: dict[RuleKey, LimitRule] = {
        (rule.source, rule.severity, rule.item_id): rule for rule in LimitRule.objects.select_related("item")
    }
    return {problem.pk: _terms(problem, rules) for problem in problems}


def _terms(problem: Problem, rules: dict[RuleKey, LimitRule]) -> Terms:
    keys = keys_by_weight(problem.source, problem.severity, problem.item_id)
    fitting = [rules[key] for key in keys if key in rules]
    repair = next((rule for rule in fitting if rule.repair_limit), None)
    receive = next((rule.receive_limit for rule in fitting if rule.receive_limit), "")
    return Terms(repair.repair_limit if repair else problem.limit, receive, repair)
