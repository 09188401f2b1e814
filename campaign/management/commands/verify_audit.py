from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from campaign.chain import Head
from campaign.models import Event
from campaign.rules import SHANGHAI
from campaign.services import audit

SHOWN = 20


class Command(BaseCommand):
    help = "Recompute the chain of seals over the audit trail; tells every fault, the first bad event first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", action="append", default=[], metavar="DAY:SEQUENCE:HASH", help="kept outside")
        parser.add_argument("--heads", type=Path, metavar="FILE", help="heads kept outside, one a line")
        parser.add_argument("--seal", action="store_true", help="first seal what waits to be sealed")

    def handle(self, *, head: list[str], heads: Path | None, seal: bool, **options: Any) -> None:
        outside = list(_heads(head, heads))
        if seal:
            audit.seal_events(now=timezone.now())
        with transaction.atomic():
            check, faults = audit.verify(outside=outside)
            shown = list(islice(faults, SHOWN))
            more = sum(1 for _fault in faults)
        self.stdout.write("\n".join(shown))
        if more:
            self.stdout.write(f"… and {more:,} more.")
        self._tell_unsealed()
        if check.no_seal_fits:
            raise CommandError("No seal fits AUDIT_KEY: it is not the key of this chain, or the chain was rewritten.")
        if shown:
            raise CommandError(f"The audit trail is not as it was sealed: {len(shown) + more:,} faults.")
        self.stdout.write(f"{check.sealed:,} sealed events and {len(outside):,} heads kept outside: all in order.")
        if not outside:
            self.stdout.write(
                "Give a head kept outside: without one, a tail cut off or a rewriting with the key is not seen."
            )

    def _tell_unsealed(self) -> None:
        waiting = Event.objects.filter(seal=None).order_by("at")
        if oldest := waiting.first():
            since = oldest.at.astimezone(SHANGHAI)
            self.stdout.write(f"{waiting.count():,} events are not sealed yet, the oldest of {since:%Y-%m-%d %H:%M}.")


def _heads(given: list[str], file: Path | None) -> Iterator[Head]:
    """The heads of the arguments and of the lines of a file."""
    try:
        lines = file.read_text().splitlines() if file else []
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read.") from error
    for text in [*given, *filter(str.strip, lines)]:
        try:
            yield Head.parse(text)
        except ValueError as error:
            raise CommandError(f"{text} is not a head: DAY:SEQUENCE:HASH.") from error
