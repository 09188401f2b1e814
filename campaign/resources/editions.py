"""Into which edition of the standard a sheet goes."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from ..models import Standard
from ..services.standards import open_draft
from .sheet import Check


def settle_edition(check: Check, compare: Callable[[Standard | None], None]) -> None:
    """Compare the sheet with the edition it belongs to; sets ``check.plan`` to ``(edition or None, rows)``.

    The edition that the options name; else the one in force, if the sheet changes nothing in it; else the newest draft;
    else (None) a draft that is made when the sheet is written. ``compare`` compares with one edition.
    """
    code = check.options.standard[0]
    if code:
        edition = Standard.objects.filter(code=code).first()
        compare(edition)
        if edition and edition.state == Standard.State.PUBLISHED and check.changes:
            sentence = _("The edition %(code)s is in force and does not change; import into a draft.") % {"code": code}
            check.fault(0, "code", sentence)
    else:
        edition = Standard.objects.in_force().order_by("-pk").first()
        compare(edition)
        if edition is None or check.changes:
            edition = Standard.objects.filter(state=Standard.State.DRAFT).order_by("-pk").first()
            compare(edition)
    check.plan = (edition, check.plan)
    if check.changes:
        name = edition or check.options.standard[1] or check.options.standard[0] or _("a new draft")
        check.note(_("Goes into the edition: %(name)s") % {"name": name})


def edition_to_write(check: Check) -> tuple[Standard, Any]:
    """The draft to write into, made if there is none, and the rows."""
    edition, rows = check.plan
    if edition is None:
        code, name = check.options.standard
        edition = open_draft(code=code, name=name, by=check.by, on=check.on)
    return edition, rows
