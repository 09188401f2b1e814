from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.services import roll_up


class Command(BaseCommand):
    help = "Recompute the draft rankings of every period whose facts changed."

    def handle(self, **options: Any) -> None:
        for period in roll_up(now=timezone.now()):
            self.stdout.write(period.code)
