"""A published table beside its recomputation as a workbook."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from ..documents.tables import Book, Cell, Column, Line, Sheet
from ..rules.published import Checked


def checked_book(checked: Checked, name: str, sentences: Sequence[str]) -> Book:
    """Every row with its values, both totals, places and grades, and why they differ; the rule on a second sheet."""
    graded = any(row.band or row.published.band for row in checked.rows)
    summary = _("%(agreeing)s rows agree, %(explained)s differ for a stated reason, %(open)s do not add up.") % {
        "agreeing": checked.agreeing, "explained": checked.explained, "open": checked.unexplained
    }  # fmt: skip
    title = _("%(name)s computed again") % {"name": name}
    sheets = [
        Sheet(
            _("Comparison"), title, _columns(checked, graded=graded), _lines(checked, graded=graded),
            lead=summary, notes=[*checked.table.notes, *checked.notes],
        ),
        Sheet(
            _("Rule"), _("The rule in words"), [Column("", "text", 100)],
            [Line([sentence]) for sentence in [*filter(None, [checked.found]), *sentences]],
        ),
    ]  # fmt: skip
    return Book(title, sheets)


def _columns(checked: Checked, *, graded: bool) -> list[Column]:
    pairs = [(_("Score"), "score"), (_("Place"), "score"), *([(_("Grade"), "centre")] if graded else [])]
    return [
        Column(_("Verdict"), "centre", 8),
        *([Column(_("Group"), "text", 12)] if checked.grouped else []),
        Column(_("Unit"), "text", 22),
        *(Column(head, "score", 12) for head in checked.heads),
        *(
            Column(side, kind, 10, band=band)  # type: ignore[arg-type]
            for band, kind in pairs
            for side in (_("Ours"), _("Theirs"))
        ),
        Column(_("Why"), "text", 60),
    ]


def _lines(checked: Checked, *, graded: bool) -> Iterator[Line]:
    for row, values, total in checked.shown:
        theirs = row.published
        bands: list[Cell] = [row.band, theirs.band] if graded else []
        yield Line(
            [
                row.word, *([theirs.group] if checked.grouped else []), theirs.unit, *values, row.score, total,
                _place(row.rank), _place(theirs.rank), *bands, " ".join(row.why),
            ],
            "red" if row.open else "",
        )  # fmt: skip


def _place(rank: int | Decimal | None) -> Decimal | None:
    return None if rank is None else Decimal(rank)
