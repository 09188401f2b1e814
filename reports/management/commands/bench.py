import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign.embedded import servers
from reports.management.bench import data, measure, publishing
from reports.management.bench.measure import Line
from reports.resources.bench import bench_import

#: Means of conformity whose ranking is measured.
MEANS = ("by_site", "by_indicator")
SMALL, SCALES = 100_000, {"small": 100_000, "million": 1_000_000, "full": 5_000_000}


class Command(BaseCommand):
    requires_system_checks = ()  # nobody is served
    help = "Measure speed as ratios inside one run, on servers and a city of its own: a big database, then thrown away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale",
            choices=sorted(SCALES),
            default="full",
            help="inspections, each with a problem: 0.1, 1 or 5 million",
        )
        parser.add_argument("--inside", action="store_true", help="measure on DATABASE_URL, which must be empty")

    def handle(self, scale: str, inside: bool, **options: Any) -> None:
        if inside:
            self.measure(SCALES[scale])
            return
        with tempfile.TemporaryDirectory(prefix="campaign-bench-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o711)  # root's servers run as nobody
            with servers(Path(folder), names={"DATABASE_URL", "REDIS_URL"}, lasting=False) as addresses:
                keys = {name: secrets.token_hex(32) for name in ("SECRET_KEY", "AUDIT_KEY", "CONTACT_KEY")}
                own = {"VAR_DIR": folder, **keys}
                own |= {"ALLOWED_HOSTS": "localhost", "PLAIN_STATIC": "1", "LOG_LEVEL": "ERROR", "EMBEDDED": "0"}
                command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", "--scale", scale, "--inside"]
                ended = subprocess.run(command, env=os.environ | addresses | own, check=False)
        if ended.returncode:
            raise CommandError("Some figures were not reached.")

    def measure(self, inspections: int) -> None:
        """Load, measure at 0.1 million and at full length, print; fails where a figure was not reached."""
        start = time.monotonic()
        call_command("migrate", verbosity=0)
        data.found()
        data.add_month()
        for _upto in data.add_history(data.IN_MONTH + 1, SMALL):
            pass
        data.settle()
        period = measure.month()
        short = {}
        good = True
        for mean in MEANS:
            short[mean], lines = measure.month_ranking(period, mean)
            good &= self.say(f"{SMALL:,} inspections", lines)
        if inspections > SMALL:
            self.lengthen(inspections, start)
            for mean in MEANS:
                long, lines = measure.month_ranking(period, mean)
                longer = long / short[mean]
                flat = Line("÷ with 0.1 million", f"{longer:.2f} ×", "≤ 1.2 ×", longer <= 1.2)
                good &= self.say(f"{inspections:,} inspections", [*lines, flat])
        good &= self.say("Roll-up", measure.roll_up_job(period))
        good &= self.say("Late entry", publishing.late_entry(data.NOW))
        good &= self.say("One group of all units", publishing.published_month(period))
        good &= self.say("Pages", measure.ranking_page())
        good &= self.say("Lists", measure.list_pages())
        good &= self.say("Ledger", measure.ledger_filters(inspections))
        good &= self.say("Import", self.imports())
        self.stdout.write(f"\n{time.monotonic() - start:.0f} s")
        if not good:
            raise CommandError("Some figures were not reached.")

    def lengthen(self, inspections: int, start: float) -> None:
        """Add the rest of the history."""
        with data.without_indexes():
            for upto in data.add_history(SMALL + 1, inspections):
                self.stdout.write(f"  {upto:,} of {inspections:,} inspections after {time.monotonic() - start:.0f} s")
        data.settle()

    def imports(self) -> list[Line]:
        """A sheet of 50,000 rows against reading and copying the same rows."""
        found = bench_import()
        seconds = [Line(name, f"{found[name]:.2f} s") for name in ("import", "read", "copy")]
        ratio = found["ratio"]
        return [*seconds, Line("import ÷ (read + copy)", f"{ratio:.2f} ×", "≤ 3 ×", ratio <= 3)]

    def say(self, head: str, lines: Iterable[Line]) -> bool:
        """Print a group of lines; whether all figures were reached."""
        self.stdout.write(f"\n{head}")
        lines = list(lines)
        for line in lines:
            verdict = {None: "", True: "PASS", False: "FAIL"}[line.good]
            self.stdout.write(f"  {line.what:<48}{line.reached:>18}  {line.needed:<18}{verdict}".rstrip())
        self.stdout.flush()
        return all(line.good is not False for line in lines)
