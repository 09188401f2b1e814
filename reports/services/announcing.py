"""Telling who stands on a list that was published: the units in their inbox, the city in its chat groups."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaign.models import Notice, Robot
from campaign.services.notices import deliver
from campaign.services.sending import announce
from units.models import Membership

from ..models import ListEntry, Ranking

ON_LIST = {
    "red": gettext_noop("%(unit)s stands on the red list of %(period)s"),
    "black": gettext_noop("%(unit)s stands on the black list of %(period)s"),
}


def announce_lists(*, ranking: Ranking, now: datetime) -> None:
    """Tell the units on a ranking's lists, and the chat groups that want them; in the caller's transaction."""
    entries = list(ranking.entries.filter(board="").select_related("unit").order_by("color", "unit__code"))
    if not entries:
        return
    key = f"lists:{ranking.period.code}:{ranking.group.code}:{ranking.revision}"
    _tell_units(ranking, entries, key, now)
    robots = Robot.objects.filter(active=True, tells_lists=True)
    announce(to=robots, text=_text(ranking, entries), key=key, at=now)


def _tell_units(ranking: Ranking, entries: list[ListEntry], key: str, now: datetime) -> None:
    listed = {entry.unit_id: entry for entry in entries}
    members = Membership.objects.filter(unit__in=listed, user__is_active=True).order_by("pk")
    deliver(
        Notice(
            person_id=member.user_id, kind=Notice.Kind.RANKING, key=f"{key}:{listed[member.unit_id].unit.code}",
            sentence=ON_LIST[listed[member.unit_id].color], at=now, url=ranking.get_absolute_url(),
            values={"unit": listed[member.unit_id].unit.label, "period": ranking.period.span.label()},
        )
        for member in members
    )  # fmt: skip


def _text(ranking: Ranking, entries: list[ListEntry]) -> str:
    names = {color: [entry.label for entry in entries if entry.color == color] for color in ON_LIST}
    words = {"red": _("Red list"), "black": _("Black list")}
    lines = [
        _("%(list)s: %(who)s") % {"list": words[color], "who": "、".join(listed)}
        for color, listed in names.items()
        if listed
    ]
    where = [f"{settings.SITE_URL}{ranking.get_absolute_url()}"] if settings.SITE_URL else []
    return "\n".join([f"{ranking.period.span.label()} {ranking.group.name}", *lines, *where])
