"""When a problem is due, counted on the work calendar from the moment it is handed over."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaign.queries import running_campaign, work_clock
from campaign.rules import UnknownYear, day_of, parse_limit

#: Receiving a problem has this limit where no campaign runs.
RECEIVE_LIMIT = "4h"


def due_dates(limit: str, at: datetime, *, receive: str = "") -> tuple[datetime, datetime]:
    """When a problem handed over at ``at`` is due, and by when it is to be received (empty: the campaign's limit).

    Raises ValidationError when a limit is not one, or the work calendar lacks a year that it runs into.
    """
    return dates_of({(limit, receive)}, at)[limit, receive]


def dates_of(limits: Collection[tuple[str, str]], at: datetime) -> dict[tuple[str, str], tuple[datetime, datetime]]:
    """As ``due_dates``, for several pairs of repair and receive limit that begin at one moment."""
    campaign = running_campaign(on=day_of(at))
    clock = work_clock(campaign)
    usual = campaign.receive_limit if campaign else RECEIVE_LIMIT
    try:
        return {
            (repair, receive): (clock.due(at, parse_limit(repair)), clock.due(at, parse_limit(receive or usual)))
            for repair, receive in limits
        }
    except UnknownYear as missing:
        raise ValidationError({"limit": str(missing)}) from missing
    except ValueError as wrong:
        raise ValidationError({"limit": _("A limit such as 4h (working hours) or 3d (working days).")}) from wrong
