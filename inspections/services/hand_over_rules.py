"""Rules of hand-over: the office's, with their trail."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import record

from ..models import HandOverRule


@transaction.atomic
def add_rule(*, rule: HandOverRule, by: User) -> None:
    """Add a rule. Raises ValidationError where there is one for the same already."""
    try:
        with transaction.atomic():
            rule.save(force_insert=True)
    except IntegrityError as double:
        raise ValidationError(_("There is a rule for this already; remove it first.")) from double
    record("hand_over_rule.added", by=by, reference=rule.name, after={"unit": rule.unit.code})


@transaction.atomic
def remove_rule(*, rule: HandOverRule, by: User) -> None:
    """Remove a rule; what was handed over by it stays where it is."""
    record("hand_over_rule.removed", by=by, reference=rule.name, before={"unit": rule.unit.code})
    rule.delete()
