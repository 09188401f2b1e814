from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign.models import ChainHead


class Command(BaseCommand):
    help = "Print the head of the audit trail of a day that has ended (the last one), to be kept outside."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("day", nargs="?", type=date.fromisoformat, metavar="DAY")

    def handle(self, *, day: date | None, **options: Any) -> None:
        heads = ChainHead.objects.filter(day=day) if day else ChainHead.objects.all()
        head = heads.first()
        if head is None:
            raise CommandError("There is no such head: heads are written for days on which something was sealed.")
        self.stdout.write(str(head))
