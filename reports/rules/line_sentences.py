"""One line of points by event, in words."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .events import EVENTS, ONE, Line

#: What lines choose by, in words.
WORDS = {
    "inspection": gettext_lazy("daily inspection"), "superior": gettext_lazy("superiors"),
    "third_party": gettext_lazy("third parties"), "media": gettext_lazy("the media"),
    "hotline": gettext_lazy("the hotline"), "citizen": gettext_lazy("citizens"),
    "leader": gettext_lazy("leaders"),
    "daily": gettext_lazy("daily inspections"), "spot": gettext_lazy("spot checks"),
    "secret": gettext_lazy("secret visits"), "assessment": gettext_lazy("assessments"),
    "recheck": gettext_lazy("rechecks"),
    "minor": gettext_lazy("minor ones"), "normal": gettext_lazy("normal ones"),
    "serious": gettext_lazy("serious ones"),
    "nation": gettext_lazy("national level"), "province": gettext_lazy("provincial level"),
    "city": gettext_lazy("city level"), "district": gettext_lazy("district level"),
    "street": gettext_lazy("street level"),
    "praise": gettext_lazy("written praise"), "oral_praise": gettext_lazy("oral praise"),
    "honour": gettext_lazy("honours"), "clean_check": gettext_lazy("checks without a problem"),
    "criticism": gettext_lazy("public criticism"), "exposure": gettext_lazy("exposure by the media"),
    "complaint": gettext_lazy("complaints not handled"), "material": gettext_lazy("material below standard"),
    "missed": gettext_lazy("activities missed"), "false_report": gettext_lazy("false reports"),
    "other": gettext_lazy("other events"),
}  # fmt: skip


def plain(number: Decimal) -> str:
    """A number without needless zeros: 60.000 → 60."""
    return f"{number.normalize():f}"


def signed(number: Decimal) -> str:
    """Points with their sign: +5, −2."""
    return f"{'−' if number < 0 else '+'}{plain(abs(number))}"


def named(names: tuple[str, ...]) -> str:
    """Selections in words."""
    return _(", ").join(str(WORDS[name]) for name in names)


def line_title(line: Line) -> str:
    """What a line counts, in a few words: its own title, or the event and what it is narrowed to."""
    if line.title:
        return line.title
    chosen = line.sources + line.kinds + line.severities + line.subjects + line.levels
    title = str(EVENTS[line.event].title)
    return _("%(event)s (%(chosen)s)") % {"event": title, "chosen": named(chosen)} if chosen else title


def line_sentence(line: Line) -> str:
    """What a line counts and what each brings."""
    points = _("each as approved") if line.each is None else _("%(points)s each") % {"points": signed(line.each)}
    words = [_("%(what)s %(points)s") % {"what": line_title(line), "points": points}, *_more(line)]
    return _("%(list)s.") % {"list": _("; ").join(words)}


def _more(line: Line) -> Iterator[str]:
    if line.from_nth is not None and line.then is not None:
        yield _("from the %(number)s. time with the same problem %(points)s") % {
            "number": line.from_nth, "points": signed(line.then),
        }  # fmt: skip
    if line.doubled:
        yield _("double from %(sources)s") % {"sources": named(line.doubled)}
    if line.on_spot != ONE:
        yield _("times %(factor)s where it was fixed on the spot") % {"factor": plain(line.on_spot)}
    if line.by_number:
        yield _("times the number of the repeat")
    if line.together is not None:
        yield _("times %(factor)s where one check found %(number)s or more sites clean") % {
            "factor": plain(line.times), "number": line.together,
        }  # fmt: skip
    if line.cap is not None:
        yield _("at most %(cap)s points in all") % {"cap": plain(line.cap)}
