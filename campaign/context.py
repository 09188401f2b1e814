"""What every page's frame needs: the places this person may go to, the name of the city, how large to print."""

from collections.abc import Iterator
from dataclasses import dataclass
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

# Words, name of the address, icon, the permissions of which one is enough (none: everybody signed in).
NAVIGATION = [
    (_("Home"), "reports:home", "home", ()),
    (_("New inspection"), "inspections:new", "clipboard-check", (P.ENTER_INSPECTIONS,)),
    (_("Problem ledger"), "inspections:problems", "clipboard-list", (P.SEE_PROBLEMS,)),
    (_("Rankings"), "reports:rankings", "trophy", (P.SEE_RANKINGS,)),
    (_("Citizens' reports"), "inspections:citizen_reports", "message-circle", (P.HANDLE_CITIZEN_REPORTS,)),
    (_("Appeals"), "inspections:appeals", "scale", (P.SEE_APPEALS,)),
    (_("Rechecks"), "inspections:rechecks", "eye-check", (P.RECHECK,)),
    (_("Supervision notices"), "inspections:supervisions", "file-text", (P.SEE_SUPERVISIONS,)),
    (_("Units"), "units:units", "building-community", (P.SEE_UNITS,)),
    (_("Tasks"), "units:tasks", "list-check", (P.SEE_TASKS,)),
    (_("Objections"), "reports:objections", "message-circle", (P.SEE_OBJECTIONS,)),
    (_("Adjustments"), "reports:adjustments", "plus-minus", (P.SEE_ADJUSTMENTS,)),
    (_("Papers"), "inspections:papers", "file-text", (P.SEE_PAPERS,)),
    (_("Reports"), "reports:documents", "file-spreadsheet", (P.EXPORT,)),
    (_("Sites"), "units:sites", "map-pin", (P.SEE_UNITS,)),
    (_("Standard"), "campaign:standard", "sitemap", (P.SEE_STANDARD,)),
    (_("Imports"), "reports:imports", "table-import", (P.IMPORT,)),
    (_("Fairness watch"), "reports:fairness", "shield-search", (P.WATCH_FAIRNESS,)),
    (_("Scoring rules"), "reports:rules", "adjustments", (P.MANAGE_RULES,)),
    (_("Ledger settings"), "inspections:settings", "settings", (P.MANAGE_LEDGER,)),
    (_("Work calendar"), "campaign:calendar", "calendar", (P.MANAGE_CALENDAR,)),
    (_("Group robots"), "campaign:robots", "send", (P.MANAGE_ROBOTS,)),
    (_("People"), "campaign:users", "users", (P.MANAGE_USERS, P.ASSIGN_ROLES)),
    (_("Suggestions received"), "campaign:suggestions_all", "message-circle", (P.READ_SUGGESTIONS,)),
    (_("Audit trail"), "campaign:audit", "history", (P.SEE_AUDIT,)),
]


@dataclass(frozen=True)
class Entry:
    """One place of the navigation."""

    label: str
    url: str
    icon: str
    active: bool


class Frame:
    """The frame of a page for one request; nothing is worked out before a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def nav(self) -> list[Entry]:
        """The places this person may go to, in order."""
        return list(self._entries())

    @property
    def short(self) -> list[Entry]:
        """The entries that a phone shows at once."""
        return self.nav[:SHORT]

    @property
    def rest(self) -> list[Entry]:
        """The entries that a phone shows behind "more"."""
        return self.nav[SHORT:]

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

    def _entries(self) -> Iterator[Entry]:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return
        for label, name, icon, permissions in NAVIGATION:
            if not permissions or any(user.can(permission) for permission in permissions):
                url = reverse(name)
                yield Entry(str(label), url, icon, self._is_here(url))

    def _is_here(self, url: str) -> bool:
        here = self.request.path
        return here == url or (url != "/" and here.startswith(url))


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor: ``frame`` in every template."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
