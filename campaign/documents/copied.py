"""A list as text to paste into a chat group: plain, and no longer than a group will read."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_LINES = 50


def listed(head: str, lines: Sequence[str], *, total: int) -> str:
    """``head`` in brackets, at most 50 lines, and how many more there are of ``total``."""
    shown = lines[:MOST_LINES]
    left = total - len(shown)
    more = ngettext("… and %(n)s more", "… and %(n)s more", left) % {"n": left}
    return "\n".join([f"【{head}】", *shown, *([more] if left > 0 else [])])


def labelled(label: object, value: object) -> str:
    """``点位：东街农贸市场``, in the marks of the language."""
    return _("%(label)s: %(value)s") % {"label": label, "value": value}
