"""Filters of the ledger kept under a name."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.permissions import Permission

from ..models import SavedFilter

MOST = 20


@transaction.atomic
def keep_filter(*, name: str, query: str, opens_first: bool, shared: bool, by: User) -> SavedFilter:
    """Keep a query under a name; the same name again takes its place, and one opens first.

    Raises ValidationError where a person has too many, PermissionDenied where they may not share with everybody.
    """
    if shared and not by.can(Permission.HAND_OVER):
        raise PermissionDenied
    mine = SavedFilter.objects.filter(user=by)
    if mine.exclude(name=name).count() >= MOST:
        raise ValidationError(_("At most %(count)s saved filters; take one away first.") % {"count": MOST})
    if opens_first:
        mine.filter(is_default=True).update(is_default=False)
    values = {"query": query, "is_default": opens_first, "shared": shared}
    kept, _new = SavedFilter.objects.update_or_create(user=by, name=name, defaults=values)
    return kept


def drop_filter(*, name: str, by: User) -> bool:
    """Take one of one's own away; whether there was one."""
    count, _by_model = SavedFilter.objects.filter(user=by, name=name).delete()
    return bool(count)
