"""What every page's frame needs: the places this person may go to, the name of the city, how large to print."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .permissions import Permission as P

LARGE_PRINT_COOKIE = "print"
SHORTCUTS_COOKIE = "keys"
SHORT = 4  # entries of the bar on a phone; the rest stands behind "more"
LONG = 16  # with more places than these only the sections of every day stand open

Place = tuple[Any, str, str, tuple[P, ...]]

# The sections of the navigation; the first has no name, its places are the ones of every hour.
# A ``Place``: words, name of the address, icon, the permissions of which one is enough (none: everybody signed in).
NAVIGATION: list[tuple[Any, list[Place]]] = [
    (
        "",
        [
            (_("Home"), "reports:home", "home", ()),
            (_("New inspection"), "inspections:new", "clipboard-check", (P.ENTER_INSPECTIONS,)),
            (_("Problem ledger"), "inspections:problems", "clipboard-list", (P.SEE_PROBLEMS,)),
            (_("Rankings"), "reports:rankings", "trophy", (P.SEE_RANKINGS,)),
        ],
    ),
    (
        _("Every day"),
        [
            (_("Tasks"), "units:tasks", "list-check", (P.SEE_TASKS,)),
            (_("Citizens' reports"), "inspections:citizen_reports", "message-circle", (P.HANDLE_CITIZEN_REPORTS,)),
            (_("Inspection records"), "inspections:inspections", "list-details", (P.SEE_INSPECTIONS,)),
            (_("Rechecks"), "inspections:rechecks", "eye-check", (P.RECHECK,)),
            (_("Supervision notices"), "inspections:supervisions", "file-text", (P.SEE_SUPERVISIONS,)),
            (_("Papers"), "inspections:papers", "file-text", (P.SEE_PAPERS,)),
        ],
    ),
    (
        _("Assessment"),
        [
            (_("Reports"), "reports:documents", "file-spreadsheet", (P.EXPORT,)),
            (_("Adjustments"), "reports:adjustments", "plus-minus", (P.SEE_ADJUSTMENTS,)),
            (_("Objections"), "reports:objections", "message-circle", (P.SEE_OBJECTIONS,)),
            (_("Appeals"), "inspections:appeals", "scale", (P.SEE_APPEALS,)),
            (_("Fairness watch"), "reports:fairness", "shield-search", (P.WATCH_FAIRNESS,)),
        ],
    ),
    (
        _("Registers"),
        [
            (_("Units"), "units:units", "building-community", (P.SEE_UNITS,)),
            (_("Sites"), "units:sites", "map-pin", (P.SEE_UNITS,)),
            (_("Standard"), "campaign:standard", "sitemap", (P.SEE_STANDARD,)),
            (_("Exemptions"), "inspections:exemptions", "shield-check", (P.SEE_EXEMPTIONS,)),
            (_("Imports"), "reports:imports", "table-import", (P.IMPORT,)),
        ],
    ),
    (
        _("Settings"),
        [
            (_("Scoring rules"), "reports:rules", "adjustments", (P.MANAGE_RULES,)),
            (_("Ledger settings"), "inspections:settings", "settings", (P.MANAGE_LEDGER,)),
            (_("Work calendar"), "campaign:calendar", "calendar", (P.MANAGE_CALENDAR,)),
            (_("Group robots"), "campaign:robots", "send", (P.MANAGE_ROBOTS,)),
            (_("People"), "campaign:users", "users", (P.MANAGE_USERS, P.ASSIGN_ROLES)),
            (_("Suggestions received"), "campaign:suggestions_all", "message-circle", (P.READ_SUGGESTIONS,)),
            (_("Audit trail"), "campaign:audit", "history", (P.SEE_AUDIT,)),
        ],
    ),
]


@dataclass(frozen=True)
class Entry:
    """One place of the navigation."""

    label: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True)
class Section:
    """Places of the navigation that belong together, under one word."""

    label: str
    entries: list[Entry]
    open: bool = True


class Frame:
    """The frame of a page for one request; nothing is worked out before a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def sections(self) -> list[Section]:
        """The places this person may go to, in their sections; a section without one is left out."""
        found = [(str(label), list(self._entries(places))) for label, places in NAVIGATION]
        short = sum(len(entries) for _label, entries in found) <= LONG
        return [
            Section(label, entries, short or number < 2 or any(entry.active for entry in entries))
            for number, (label, entries) in enumerate(found)
            if entries
        ]

    @property
    def nav(self) -> list[Entry]:
        """The places this person may go to, in order."""
        return [entry for section in self.sections for entry in section.entries]

    @property
    def short(self) -> list[Entry]:
        """The entries that a phone shows at once."""
        return self.nav[:SHORT]

    @property
    def rest(self) -> list[Section]:
        """The sections that a phone shows behind "more", without what it shows at once."""
        short = self.short
        left = [replace(one, entries=[entry for entry in one.entries if entry not in short]) for one in self.sections]
        return [section for section in left if section.entries]

    @property
    def brand(self) -> str:
        """The name on the mark: the setting, or a plain word."""
        return getattr(settings, "SITE_NAME", "") or gettext("City Campaign")

    @property
    def large(self) -> bool:
        """Whether this person reads large print."""
        return self.request.COOKIES.get(LARGE_PRINT_COOKIE) == "large"

    @property
    def shortcuts(self) -> bool:
        """Whether single letters are shortcuts on this device."""
        return self.request.COOKIES.get(SHORTCUTS_COOKIE) != "off"

    @cached_property
    def exports(self) -> bool:
        """Whether this person may take lists out as files."""
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and user.can(P.EXPORT))

    @property
    def demo(self) -> bool:
        """Whether the data is invented."""
        return bool(getattr(settings, "DEMO", False))

    @property
    def other_language(self) -> tuple[str, str]:
        """Code and own name of the language to switch to."""
        english = str(getattr(self.request, "LANGUAGE_CODE", "")).startswith("en")
        return ("zh-hans", "中文") if english else ("en", "English")

    @cached_property
    def _here(self) -> str:
        """The address of the place that the page belongs to: the longest that its own begins with."""
        here = self.request.path
        urls = [reverse(name) for _section, places in NAVIGATION for _words, name, _icon, _permissions in places]
        return max((url for url in urls if here == url or (url != "/" and here.startswith(url))), key=len, default="")

    def _entries(self, places: list[Place]) -> Iterator[Entry]:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return
        for label, name, icon, permissions in places:
            if not permissions or any(user.can(permission) for permission in permissions):
                url = reverse(name)
                yield Entry(str(label), url, icon, url == self._here)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor: ``frame`` in every template."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
