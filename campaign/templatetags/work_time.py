"""How limits, deadlines and their explanations are written on a page."""

from datetime import timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..rules import Nearness, Remaining, Stretch, parse_limit
from .present import NOTHING, day, daytime, state_icon

register = template.Library()


@register.filter
def limit(text: str) -> str:
    """``3d`` → ``3 个工作日``, ``4h`` → ``4 个工作时``; what is no limit stays as it is."""
    try:
        amount = parse_limit(text)
    except ValueError:
        return text or NOTHING
    return working_hours(amount.amount) if amount.unit == "h" else working_days(amount.amount)


def working_days(amount: int) -> str:
    """``3 个工作日``."""
    return ngettext("%(count)s working day", "%(count)s working days", amount) % {"count": amount}


def working_hours(amount: int) -> str:
    """``4 个工作时``."""
    return ngettext("%(count)s working hour", "%(count)s working hours", amount) % {"count": amount}


@register.filter
def remaining(left: Remaining | None) -> str:
    """A deadline in words: ``剩 2 个工作日``, ``今天 16:00``, ``超期 3 天``; none is a dash."""
    if left is None:
        return NOTHING
    match left.nearness:
        case Nearness.DAYS_LATE:
            return ngettext("%(count)s day overdue", "%(count)s days overdue", left.amount) % {"count": left.amount}
        case Nearness.HOURS_LATE if left.amount:
            return ngettext("%(count)s hour overdue", "%(count)s hours overdue", left.amount) % {"count": left.amount}
        case Nearness.HOURS_LATE:
            return _("Just overdue")
        case Nearness.TODAY:
            return _("Today %(clock)s") % {"clock": clock(left)}
        case Nearness.TOMORROW:
            return _("Tomorrow %(clock)s") % {"clock": clock(left)}
        case Nearness.DAYS_LEFT:
            return _("%(days)s left") % {"days": working_days(left.amount)}
    return daytime(left.due, "year")


def clock(left: Remaining) -> str:
    """The time of day of a deadline in Shanghai."""
    return daytime(left.due).rpartition(" ")[2]


@register.simple_tag
def deadline(left: Remaining | None) -> SafeString | str:
    """The words of a deadline, red with its icon when late, amber when today or tomorrow."""
    words = remaining(left)
    if left is None or not (left.late or left.soon):
        return words
    key, tone = ("overdue", "red") if left.late else ("due_soon", "amber")
    return format_html('<span class="state tone-{}">{}{}</span>', tone, state_icon(key), words)


@register.filter
def stretch(piece: Stretch) -> str:
    """A piece of a deadline's path: ``11月27日 周五 16:00–18:00`` or ``11月28日 周六–11月29日 周日``."""
    if isinstance(piece.counted, timedelta):
        return f"{day(piece.starts)} {piece.starts:%H:%M}–{piece.ends:%H:%M}"
    last = piece.ends - timedelta(days=1) if piece.rest else piece.ends
    first_day, last_day = day(piece.starts), day(last)
    return first_day if first_day == last_day else f"{first_day}–{last_day}"


@register.filter
def counted(piece: Stretch) -> str:
    """What a piece added: ``+ 2 小时``, ``+ 3 个工作日``, or that it does not count."""
    if piece.rest:
        return _("days off, not counted")
    if isinstance(piece.counted, timedelta):
        # Counted between the minutes as they are printed, so that the pieces add up before the reader's eyes.
        shown = piece.counted + timedelta(seconds=piece.starts.second - piece.ends.second)
        hours, minutes = divmod(round(shown / timedelta(minutes=1)), 60)
        if not minutes:
            return working_hours(hours)
        if not hours:
            return _("%(minutes)s min") % {"minutes": minutes}
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    return working_days(piece.counted)
