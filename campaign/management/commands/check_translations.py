import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.management.commands import makemessages
from django.test import override_settings

from campaign import translations

NOT_OURS = [".venv/*", "node_modules/*", "var/*", "tests/*", "static/*"]


class Extract(makemessages.Command):
    """Collects the texts of the code in one template under LOCALE_PATHS[0], away from the real catalogues."""

    def find_files(self, root: str) -> Any:
        files = super().find_files(root)
        self.locale_paths = [str(path) for path in settings.LOCALE_PATHS]
        for file in files:
            file.locale_dir = self.locale_paths[0]
        return files


class Command(BaseCommand):
    help = "Fail when a text of the interface has no Chinese translation."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not shutil.which("xgettext"):
            raise CommandError("This check needs gettext: apt-get install gettext.")
        catalogues = [path for folder in settings.LOCALE_PATHS for path in translations.catalogues(Path(folder))]
        with tempfile.TemporaryDirectory() as folder, override_settings(LOCALE_PATHS=[folder]):
            call_command(Extract(), all=True, keep_pot=True, ignore_patterns=NOT_OURS, verbosity=0)
            template = Path(folder, "django.pot")
            found = [fault for path in catalogues for fault in translations.faults(path, template)]
        if found:
            raise CommandError("\n".join([*found, f"{len(found)} texts want a translation."]))
        self.stdout.write("Every text is translated.")
