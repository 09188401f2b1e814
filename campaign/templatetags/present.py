"""How figures, days and states are written on a page: one place, Chinese and English, half up.

The tags return finished markup, because a ranking calls them thousands of times and an include costs ten times as much.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

register = template.Library()

NOTHING = "—"
MINUS = "\N{MINUS SIGN}"
Number = Decimal | int | str | None

TONES = {
    "noted": "grey",
    "handed_over": "blue",
    "received": "amber",
    "repairing": "amber",
    "submitted": "blue",
    "sent_back": "amber",
    "returned": "amber",
    "reopened": "amber",
    "overdue": "red",
    "due_soon": "amber",
    "closed": "green",
    "suspended": "grey",
    "cancelled": "grey",
    "merged": "grey",
    "planned": "blue",
    "checking": "blue",
    "seen_again": "amber",
    "split": "grey",
    "draft": "grey",
    "proposed": "blue",
    "approved": "green",
    "refused": "grey",
    "upheld": "green",
    "revoked": "grey",
    "published": "green",
    "open": "blue",
    "reported": "blue",
    "accepted": "green",
    "met": "green",
    "partly": "amber",
    "not_met": "red",
    "not_applicable": "grey",
    "skipped": "grey",
    "appeal": "blue",
    "lapsed": "grey",
    "recheck": "blue",
    "holds": "green",
    "not_fixed": "amber",
    "false": "red",
}
ICONS = {
    "noted": "flag",
    "handed_over": "send",
    "received": "tool",
    "repairing": "tool",
    "submitted": "upload",
    "sent_back": "arrow-back-up",
    "returned": "arrow-back-up",
    "reopened": "refresh",
    "overdue": "clock-exclamation",
    "due_soon": "clock",
    "closed": "circle-check",
    "suspended": "player-pause",
    "cancelled": "ban",
    "merged": "arrows-join",
    "planned": "list-check",
    "checking": "map-pin",
    "seen_again": "eye",
    "split": "arrows-split",
    "draft": "edit",
    "proposed": "hourglass",
    "approved": "circle-check",
    "refused": "circle-x",
    "upheld": "circle-check",
    "revoked": "ban",
    "published": "circle-check",
    "open": "circle-dot",
    "reported": "send",
    "accepted": "circle-check",
    "met": "check",
    "partly": "minus",
    "not_met": "x",
    "not_applicable": "minus",
    "skipped": "dots",
    "appeal": "scale",
    "lapsed": "ban",
    "recheck": "eye-check",
    "holds": "circle-check",
    "not_fixed": "arrow-back-up",
    "false": "alert-triangle",
}


def absent(value: object) -> bool:
    """Nothing to show: of a row that is not there a template makes an empty text."""
    return value is None or value == ""


def rounded(value: Number, places: int) -> str | None:
    """A number half up with a true minus sign, or None when there is no number."""
    if value is None or value == "":
        return None
    try:
        figure = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return f"{figure:f}".replace("-", MINUS) if figure else f"{abs(figure):f}"


@register.simple_tag
def gap() -> str:
    """What stands between two sentences: a space, nothing in Chinese."""
    return "" if (get_language() or "").startswith("zh") else " "


@register.filter
def score(value: Number, places: int = 2) -> str:
    """``93.974`` → ``93.97``; nothing → ``—``."""
    return rounded(value, int(places)) or NOTHING


@register.filter
def points(value: Decimal | None) -> str:
    """A score with its unit, in the places it was rounded to: ``93.97 分``."""
    return NOTHING if absent(value) else _("%(number)s points") % {"number": exact(value)}


@register.filter
def signed(value: Number, places: int = 2) -> str:
    """A change: ``+0.40``, ``−2.60``, ``0``."""
    text = rounded(value, int(places))
    if text is None:
        return NOTHING
    if not Decimal(text.replace(MINUS, "-")):
        return "0"
    return text if text.startswith(MINUS) else f"+{text}"


@register.filter
def percent(value: Number, places: int = 2) -> str:
    """A rate that is already out of 100: ``93.31`` → ``93.31 %``; nothing → ``—``."""
    text = rounded(value, int(places))
    return NOTHING if text is None else f"{text}\N{NO-BREAK SPACE}%"


@register.filter
def exact(value: Decimal | None) -> str:
    """A number with the places it was rounded to, as a rule asks for: ``66.667``; nothing → ``—``."""
    return NOTHING if absent(value) else f"{value:f}".replace("-", MINUS)


@register.filter
def exact_percent(value: Decimal | None) -> str:
    """A rate with the places it was rounded to: ``66.667`` → ``66.667 %``; nothing → ``—``."""
    return NOTHING if absent(value) else f"{exact(value)}\N{NO-BREAK SPACE}%"


@register.filter
def count(value: int | None) -> str:
    """A whole number with its thousands set apart: ``1,032``."""
    return NOTHING if absent(value) else f"{value:,}"


@register.simple_tag
def rate(numerator: Number, denominator: Number, places: int = 2) -> str:
    """A rate with its base: ``93.31 %(963 / 1,032)``; a zero denominator is ``—``, never 0 or 100."""
    if numerator is None or not denominator or not Decimal(denominator):
        return NOTHING
    share = percent(Decimal(numerator) * 100 / Decimal(denominator), places)
    return _("%(share)s (%(numerator)s / %(denominator)s)") % {
        "share": share,
        "numerator": quantity(numerator),
        "denominator": quantity(denominator),
    }


@register.filter
def quantity(value: Number) -> str:
    """A numerator or an amount, without needless zeros: ``412.50`` → ``412.5``, ``1032`` → ``1,032``."""
    text = rounded(value, 2)
    if text is None:
        return NOTHING
    return f"{Decimal(text.replace(MINUS, '-')).normalize():,f}".replace("-", MINUS)


@register.filter
def day(value: date | datetime | None, form: str = "") -> str:
    """``11月23日 周一``; with ``"year"`` ``2026年11月23日 周一``; with ``"short"`` ``11月23日``.

    A moment becomes its day of Shanghai.
    """
    if not value:
        return NOTHING
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    weekday = (
        ""
        if form == "short"
        else [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")][value.weekday()]
    )
    pattern = pgettext("day with year", "j M Y") if form == "year" else pgettext("day", "j M")
    order = pgettext("order of weekday and day", "%(weekday)s %(day)s")
    return (order % {"weekday": weekday, "day": format_date(value, pattern)}).strip()


@register.filter
def daytime(value: datetime | None, form: str = "") -> str:
    """``11月23日 10:40`` in Shanghai; with ``"year"`` ``2026年11月23日 10:40``."""
    if not value:
        return NOTHING
    if timezone.is_aware(value):
        value = timezone.localtime(value)
    pattern = pgettext("moment with year", "j M Y, H:i") if form == "year" else pgettext("moment", "j M, H:i")
    return format_date(value, pattern)


@register.filter
def tone(state: str) -> str:
    """The colour word of a state: blue, amber, red, green or grey."""
    return TONES.get(str(state), "grey")


@register.filter
def heat(value: Number, worst_to_best: str = "60,70,80,90") -> str:
    """The class of a cell in a heat table: ``heat-1`` below the first limit … ``heat-5`` from the last on."""
    if value is None or value == "":
        return ""
    return f"heat-{1 + sum(Decimal(value) >= Decimal(limit) for limit in worst_to_best.split(','))}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite. It is decoration: the word beside it says the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("build/icons.svg"), name
    )


@register.simple_tag
def state_icon(key: str) -> SafeString:
    """The icon of a state alone, where its word stands beside it."""
    return icon(ICONS.get(str(key), "circle-dot"))


@register.simple_tag
def state(key: str, label: str) -> SafeString:
    """A state in colour, word and icon: ``{% state problem.state problem.get_state_display %}``."""
    return format_html('<span class="state tone-{}">{}{}</span>', tone(key), state_icon(key), label)


@register.simple_tag
def bar(value: Number, look: str = "", best: Number = 100) -> SafeString:
    """A bar of ``value`` out of ``best``; ``look`` is red-list, black-list, green, amber, red, blue or nothing (grey).

    Its width is an attribute of the drawing, so it needs neither a script nor an inline style.
    """
    share = Decimal(value or 0) * 100 / Decimal(best or 100)
    width = rounded(min(max(share, Decimal(0)), Decimal(100)), 1)
    return format_html(
        '<svg class="bar {}" aria-hidden="true" preserveAspectRatio="none">'
        '<rect class="bar-track" width="100%" height="100%"></rect>'
        '<rect class="bar-fill" width="{}%" height="100%" rx="4"></rect></svg>',
        look,
        width,
    )


@register.simple_tag
def movement(places: int | None) -> SafeString:
    """Places gained (positive) or lost since the last period; none is a dash."""
    if not places:
        words = _("unchanged") if places == 0 else _("no earlier place")
        return format_html(
            '<span class="movement muted"><span aria-hidden="true">—</span>'
            '<span class="visually-hidden">{}</span></span>',
            words,
        )
    gained = places > 0
    number = abs(places)
    words = (
        ngettext("up %(number)s place", "up %(number)s places", number)
        if gained
        else ngettext("down %(number)s place", "down %(number)s places", number)
    ) % {"number": number}
    return format_html(
        '<span class="movement {}"><svg viewBox="0 0 13 10" aria-hidden="true"><path d="{}"></path></svg>'
        '<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>',
        "up" if gained else "down",
        "M6.5 0 13 10H0z" if gained else "M0 0h13L6.500 10z",
        number,
        words,
    )
