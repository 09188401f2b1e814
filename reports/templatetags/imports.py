"""How uploads and their rows are shown: colour, word and icon."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaign.models import ImportRun
from campaign.templatetags.present import icon

register = template.Library()

LOOKS = {
    "uploaded": ("amber", "pencil"), "checked": ("blue", "eye"), "faulty": ("red", "alert-triangle"),
    "done": ("green", "circle-check"), "failed": ("red", "alert-circle"),
}  # fmt: skip
ROWS = {
    "new": ("green", "plus", _("New")), "changed": ("amber", "pencil", _("Changed")),
    "unchanged": ("grey", "check", _("Unchanged")), "wrong": ("red", "alert-triangle", _("Wrong")),
}  # fmt: skip


@register.filter
def of(words: Mapping[str, Any], key: str) -> Any:
    """The entry of a mapping under a key."""
    return words.get(key, key)


@register.simple_tag
def import_state(run: ImportRun) -> SafeString:
    """Where an upload stands."""
    tone, picture = LOOKS.get(run.state, ("blue", "hourglass"))
    return _marked(tone, picture, run.get_state_display())


@register.simple_tag
def row_state(state: str) -> SafeString:
    """What becomes of a row."""
    return _marked(*ROWS[state])


def _marked(tone: str, picture: str, words: Any) -> SafeString:
    return format_html('<span class="state tone-{}">{}{}</span>', tone, icon(picture), words)
