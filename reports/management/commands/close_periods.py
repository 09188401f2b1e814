from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaign.sentences import joined
from reports.services import close_ended, close_period, open_period


class Command(BaseCommand):
    help = "Close every period that has ended, or those named: 2026-11-23, 2026-W47, 2026-11, 2026-Q4, 2026."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="PERIOD")

    def handle(self, codes: list[str], **options: Any) -> None:
        now = timezone.now()
        if not codes:
            for period in close_ended(now=now):
                self.stdout.write(period.code)
        for code in codes:
            try:
                closed = close_period(period=open_period(code=code, now=now), by=None, now=now)
            except ValidationError as error:
                raise CommandError(joined(error.messages)) from error
            except ValueError as error:
                raise CommandError(f"{code} is not a period.") from error
            self.stdout.write(f"{code}: {len(closed)}")
