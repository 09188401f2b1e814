"""Writes about the standard and the campaigns that use it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ..models import Campaign, CheckItem, Standard, User
from ..queries import facts_changed, record


@transaction.atomic
def publish_standard(*, standard: Standard, by: User) -> None:
    """Put an edition in force for good: from now on the database refuses changes to it. Raises ValidationError."""
    if not CheckItem.objects.filter(standard=standard).exists():
        raise ValidationError(_("This edition has no check items yet."))
    if not Standard.objects.filter(pk=standard.pk, state=Standard.State.DRAFT).update(state=Standard.State.PUBLISHED):
        raise ValidationError(_("This edition is in force already."))
    record("standard.published", standard, by=by)


@transaction.atomic
def save_campaign(*, campaign: Campaign, by: User) -> Campaign:
    """Save a campaign from a form."""
    new = campaign.pk is None
    campaign.save()
    after = {"standard": campaign.standard.code, "office_hours": campaign.office_hours, "limit": campaign.receive_limit}
    record("campaign.created" if new else "campaign.changed", campaign, by=by, reference=campaign.name, after=after)
    facts_changed([None])
    return campaign
