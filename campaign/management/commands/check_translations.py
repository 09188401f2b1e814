import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.test import override_settings

from campaign import translations

NOT_OURS = [".venv/*", "node_modules/*", "var/*", "tests/*", "static/build/*"]


class Command(BaseCommand):
    help = "Fail when a text of the interface has no Chinese translation."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not shutil.which("xgettext"):
            raise CommandError("This check needs gettext: apt-get install gettext.")
        with tempfile.TemporaryDirectory() as folder, override_settings(LOCALE_PATHS=[folder]):
            call_command("makemessages", all=True, keep_pot=True, ignore_patterns=NOT_OURS, verbosity=0)
            found = [
                fault for path in self._catalogues() for fault in translations.faults(path, Path(folder, "django.pot"))
            ]
        if found:
            raise CommandError("\n".join([*found, f"{len(found)} texts want a translation."]))
        self.stdout.write("Every text is translated.")

    def _catalogues(self) -> list[Path]:
        return translations.catalogues(settings.BASE_DIR / "locale")
