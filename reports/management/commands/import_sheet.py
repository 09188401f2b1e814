"""``manage.py import_sheet KIND FILE``: takes a spreadsheet over, or says what is wrong with it and changes nothing."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from campaign.documents.mappings import BadMapping
from campaign.documents.sheets import UnreadableSheet
from campaign.models import User
from campaign.resources.sheet import Check
from campaign.rules import day_of
from reports.resources.kinds import KINDS, import_file, mapping_named, sentence

MOST_LINES = 200


class Command(BaseCommand):
    help = "Import a spreadsheet (.xlsx, .xls, .csv) of a kind; columns are described in docs/formats.md."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(KINDS), metavar="KIND", help=", ".join(KINDS))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--mapping", default="", metavar="NAME", help="a kept mapping, for a foreign sheet")
        parser.add_argument("--dry-run", action="store_true", help="only check")
        parser.add_argument("--by", default="", metavar="USERNAME", help="in whose name the rows are written")

    def handle(self, *args: Any, **options: Any) -> None:
        kind, path = options["kind"], options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file %(path)s.") % {"path": path})
        by = User.objects.filter(username=options["by"]).first()
        if options["by"] and by is None:
            raise CommandError(_("There is no account %(name)s.") % {"name": options["by"]})
        try:
            rules = mapping_named(kind, options["mapping"]) if options["mapping"] else {}
            on = day_of(timezone.now())
            check = import_file(kind=kind, path=path, rules=rules, by=by, on=on, dry_run=options["dry_run"])
        except KeyError as error:
            raise CommandError(str(error.args[0])) from error
        except (UnreadableSheet, BadMapping) as error:
            raise CommandError(sentence(error)) from error
        self._report(check, dry_run=options["dry_run"])

    def _report(self, check: Check, *, dry_run: bool) -> None:
        for note in check.notes:
            self.stdout.write(note)
        if check.note_count > len(check.notes):
            self.stdout.write(_("… and %(count)s notes more") % {"count": check.note_count - len(check.notes)})
        counts = check.counts
        self.stdout.write(_("%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(wrong)s wrong") % counts)
        if check.faults:
            for fault in check.faults[:MOST_LINES]:
                where = _("sheet %(sheet)s, row %(row)s, column %(column)s") % {
                    "sheet": fault.sheet, "row": fault.row, "column": fault.column,
                }  # fmt: skip
                self.stderr.write(f"{where}: {fault.value!r} - {fault.reason}")
            if check.fault_count > MOST_LINES:
                self.stderr.write(_("… and %(count)s errors more") % {"count": check.fault_count - MOST_LINES})
            raise CommandError(_("Nothing was written: %(count)s errors.") % {"count": check.fault_count})
        if dry_run:
            self.stdout.write(_("Only checked; nothing was written."))
