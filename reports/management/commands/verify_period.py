import json
import zipfile
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.models import Ranking
from reports.rules.canonical import digest
from reports.rules.recompute import differences


class Command(BaseCommand):
    help = "Check every published ranking of a period, or one bundle: its digests, and its rows against its inputs."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("code", metavar="PERIOD", nargs="?", default="")
        what.add_argument("--bundle", metavar="FILE", default="", help="a bundle taken from a page; needs no database")

    def handle(self, code: str, bundle: str, **options: Any) -> None:
        faults = self.check_bundle(bundle) if bundle else self.check_period(code)
        if faults:
            raise CommandError(f"{bundle or code} does not agree with its inputs: {faults} differences.")

    def check_period(self, code: str) -> int:
        """How many things are wrong with the published rankings of a period; each is told."""
        rankings = Ranking.objects.published().filter(period__code=code).select_related("period", "group")
        if not rankings:
            raise CommandError(f"No ranking of {code} is published.")
        return sum(
            self.tell(
                str(ranking), ranking.digest, stored(ranking) + faults(ranking.snapshot, ranking.inputs, ranking.digest)
            )
            for ranking in rankings
        )

    def check_bundle(self, path: str) -> int:
        """How many things are wrong with a bundle; each is told."""
        try:
            with zipfile.ZipFile(path) as opened:
                snapshot, inputs, said = (
                    opened.read(name).decode() for name in ("ranking.json", "inputs.json", "ranking.sha256")
                )
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise CommandError(f"{path} is no bundle of a ranking: {error}") from error
        published = said.partition(" ")[0]
        return self.tell(path, published, faults(snapshot, inputs, published))

    def tell(self, name: str, published: str, found: list[str]) -> int:
        self.stdout.write(f"{name}: {'; '.join(found[:20]) or 'verified ' + published}")
        return len(found)


def faults(snapshot: str, inputs: str, published: str) -> list[str]:
    """What is wrong with frozen texts, from themselves alone."""
    said, found = json.loads(snapshot), []
    if digest(snapshot) != published:
        found.append("the digest is not that of the snapshot")
    if digest(inputs) != said["inputs_sha256"]:
        found.append("the inputs are not those of the snapshot")
    return found + differences(said, json.loads(inputs))


def stored(ranking: Ranking) -> list[str]:
    """What the rows that pages read say other than the frozen text."""
    rows = [[row.unit.code, row.rank, row.components] for row in ranking.rows.select_related("unit")]
    said = [[row["unit"], row["rank"], row["components"]] for row in json.loads(ranking.snapshot)["rows"]]
    return [] if rows == said else ["the rows are not those of the snapshot"]
