"""``manage.py recompute_table FILE --rule RULE.json``: a published table of scores, ours beside theirs."""

import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from campaign.sentences import joined
from reports.rules.published import Checked
from reports.services.published import recompute_table


class Command(BaseCommand):
    help = "Compute a published table (xlsx, xls, csv) again and say why a total or place differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--rule", type=Path, help="JSON of the rule; without it the one that fits best is sought")
        parser.add_argument("--sheet", default="", help="its name; without it the first that is a table of scores")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--language", default="zh-hans", help="zh-hans (default) or en")

    def handle(
        self, *args: Any, file: Path | str, rule: Path | str | None, sheet: str, language: str, **options: Any
    ) -> None:
        try:
            data = json.loads(Path(rule).read_text("utf-8-sig"), parse_float=str) if rule else None
        except (OSError, ValueError) as error:
            raise CommandError(f"{rule}: {error}") from error
        if not Path(file).is_file():
            raise CommandError(f"there is no file {file}")
        with translation.override(language):
            try:
                checked = recompute_table(path=Path(file), rule=data, sheet=sheet)
            except ValidationError as refused:
                raise CommandError(joined(refused.messages)) from refused
            if options["json"]:
                self.stdout.write(json.dumps(as_json(checked), ensure_ascii=False, indent=1))
            else:
                self.print(checked)

    def print(self, checked: Checked) -> None:
        """One line per unit: place, total and band, ours / theirs, and why they differ."""
        for note in [*checked.table.notes, *checked.notes]:
            self.stdout.write(note)
        if checked.found:
            self.stdout.write(checked.found)
        for row in checked.rows:
            pairs = ((row.rank, row.published.rank), (row.score, row.published.total), (row.band, row.published.band))
            cells = [f"{_text(ours)} / {_text(theirs)}" for ours, theirs in pairs]
            name = f"{row.published.group} {row.published.unit}".strip()
            self.stdout.write("\t".join([name, *cells, " ".join(row.why)]).rstrip())
        counts = {"agreeing": checked.agreeing, "explained": checked.explained, "open": checked.unexplained}
        words = _("%(agreeing)s rows agree, %(explained)s differ for a stated reason, %(open)s do not add up.")
        self.stdout.write(words % counts)


def _text(value: Decimal | int | str | None) -> str:
    return "—" if value in (None, "") else str(value)


def as_json(checked: Checked) -> dict[str, Any]:
    """The whole comparison as JSON types, decimals as text."""

    def text(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    return {
        "columns": checked.heads,
        "notes": [*checked.table.notes, *checked.notes],
        "rule": checked.spec.as_json(),
        "found": checked.found,
        "order": "ascending" if checked.rule.ascending else "descending",
        "tie_by": [("-" if sign < 0 else "") + checked.table.columns[at] for at, sign in checked.rule.tie_by],
        "agreeing": checked.agreeing,
        "explained": checked.explained,
        "unexplained": checked.unexplained,
        "rows": [
            {
                "unit": row.published.unit, "group": row.published.group, "line": row.published.line,
                "values": [text(value) for value in values],
                "ours": {"total": text(row.score), "place": row.rank, "shared": row.shared, "band": row.band},
                "theirs": {"total": text(row.published.total), "place": row.published.rank, "band": row.published.band},
                "difference": text(row.difference), "footnote": row.footnote, "why": row.why,
                "allowed": None if row.allowed is None else [text(end) for end in row.allowed],
                "verdict": "agrees" if row.agrees else "open" if row.open else "explained",
            }
            for row, values, _theirs in checked.shown
        ],
    }  # fmt: skip
