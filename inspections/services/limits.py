"""Limits by source, severity and item: the office's, with their trail."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import record

from ..models import LimitRule


@transaction.atomic
def add_limit(*, rule: LimitRule, by: User) -> None:
    """Add a rule. Raises ValidationError where there is one for the same already."""
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as double:
        raise ValidationError(_("There is a rule for this already; remove it first.")) from double
    record("limit_rule.added", by=by, reference=_name(rule), after=_told(rule))


@transaction.atomic
def remove_limit(*, rule: LimitRule, by: User) -> None:
    """Remove a rule; deadlines that it set stay."""
    record("limit_rule.removed", by=by, reference=_name(rule), before=_told(rule))
    rule.delete()


def _name(rule: LimitRule) -> str:
    return "/".join(filter(None, [rule.source, rule.severity, rule.item.code if rule.item else ""]))


def _told(rule: LimitRule) -> dict[str, str]:
    return {"receive": rule.receive_limit, "repair": rule.repair_limit}
