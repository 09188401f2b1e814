"""``manage.py export_table KIND PERIOD FILE``: write a document to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from campaign.sentences import joined
from reports.models import Period
from reports.services.documents import KINDS, export_table


class Command(BaseCommand):
    help = "Write a document of a period to an Excel file, for example: export_table assessment 2026-Q4 table.xlsx"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("period", help="2026-11-23, 2026-W47, 2026-11, 2026-Q4 or 2026")
        parser.add_argument("file", type=Path)
        parser.add_argument("--language", default="zh-hans", help="zh-hans (default) or en")
        parser.add_argument("--unit", default="", help="ledger: only this unit (code) and the units under it")

    def handle(self, *args: Any, kind: str, period: str, file: Path, language: str, unit: str, **options: Any) -> None:
        found = Period.objects.filter(code=period).first()
        if found is None:
            raise CommandError(f"there is no period {period}")
        with translation.override(language):
            try:
                digest = export_table(kind=kind, period=found, path=file, by=None, now=timezone.now(), unit=unit)
            except ValidationError as refused:
                raise CommandError(joined(refused.messages)) from refused
        self.stdout.write(f"{file}  {file.stat().st_size:,} bytes  sha256 {digest}")
