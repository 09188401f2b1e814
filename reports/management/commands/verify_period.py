import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.models import Ranking
from reports.rules.canonical import digest
from reports.rules.recompute import differences


class Command(BaseCommand):
    help = "Check every published ranking of a period: its digests, and its rows against its frozen inputs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="PERIOD")

    def handle(self, code: str, **options: Any) -> None:
        rankings = Ranking.objects.published().filter(period__code=code).select_related("period", "group")
        if not rankings:
            raise CommandError(f"No ranking of {code} is published.")
        faults = 0
        for ranking in rankings:
            found = list(self.faults(ranking))
            faults += len(found)
            self.stdout.write(f"{ranking}: {'; '.join(found[:20]) or 'verified ' + ranking.digest}")
        if faults:
            raise CommandError(f"{code} does not agree with its inputs: {faults} differences.")

    def faults(self, ranking: Ranking) -> list[str]:
        """What is wrong with one published ranking."""
        snapshot = json.loads(ranking.snapshot)
        found = []
        if digest(ranking.snapshot) != ranking.digest:
            found.append("the digest is not that of the snapshot")
        if digest(ranking.inputs) != snapshot["inputs_sha256"]:
            found.append("the inputs are not those of the snapshot")
        stored = [[row.unit.code, row.rank, row.components] for row in ranking.rows.select_related("unit")]
        if stored != [[row["unit"], row["rank"], row["components"]] for row in snapshot["rows"]]:
            found.append("the rows are not those of the snapshot")
        return found + differences(snapshot, json.loads(ranking.inputs))
