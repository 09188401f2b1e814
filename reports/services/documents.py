"""Produced files. The row is the queue: asked for, claimed, made, ready; a sweep finds the forgotten."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaign.models import User
from campaign.queries import record

from ..documents import xlsx
from ..documents.assessment import assessment_book, problem_sheet
from ..documents.tables import Book
from ..models import Document, Period, RankingRow
from ..queries.assessment import assessment_of, problem_lines, problems_of
from ..queries.ranking_page import groups_in

#: A file that is being made for longer than this was forgotten by a worker that died.
FORGOTTEN = timedelta(minutes=15)
ATTEMPTS = 3
#: Up to so many rows of rankings and problems a file is made while the person waits.
TINY_ROWS = 1_500
IN_MEMORY = 8 * 1024 * 1024


def _assessment(period: Period, parameters: dict[str, Any], by: User | None) -> Book:
    return assessment_book(assessment_of(period, by))


def _ledger(period: Period, parameters: dict[str, Any], by: User | None) -> Book:
    title = _("Problem ledger, %(period)s") % {"period": period.span.label()}
    lines = problem_lines(problems_of(period, by, parameters.get("unit", "")))
    return Book(title=title, sheets=[problem_sheet(lines, title=title, lead="")], mark=period.code)


#: Kind → its words, and what lays it out as a book.
KINDS: dict[str, tuple[Any, Callable[[Period, dict[str, Any], User | None], Book]]] = {
    "assessment": (gettext_lazy("Assessment table"), _assessment),
    "ledger": (gettext_lazy("Problem ledger"), _ledger),
}


def check_request(*, kind: str, period: Period, by: User | None) -> None:
    """Raises ValidationError where there is nothing to make a file from."""
    if kind not in KINDS:
        raise ValidationError(_("There is no document “%(kind)s”.") % {"kind": kind[:40]})
    if kind == "assessment" and not groups_in(by, period.code):
        raise ValidationError(_("No group is ranked in %(period)s.") % {"period": period.span.label()})


@transaction.atomic
def request_document(*, kind: str, period: Period, by: User, parameters: dict[str, Any] | None = None) -> Document:
    """Ask for a file; it stands in the language that is active now. Raises ValidationError as ``check_request``."""
    check_request(kind=kind, period=period, by=by)
    wanted = {"language": translation.get_language(), **(parameters or {})}
    document = Document.objects.create(kind=kind, period=period, parameters=wanted, requested_by=by)
    record("document.requested", document, by=by, reference=f"{kind} {period.code}", after={"parameters": wanted})
    return document


def is_tiny(document: Document) -> bool:
    """Whether a file is made so quickly that the person may wait for it."""
    if document.period is None:
        return False
    rows = RankingRow.objects.filter(ranking__period=document.period).count()
    return rows + problems_of(document.period, document.requested_by).count() <= TINY_ROWS


def make_document(*, pk: int, now: datetime) -> bool:
    """Make a waiting file; whoever changes its state makes it. Returns whether this call did."""
    waiting = Document.objects.filter(pk=pk, state=Document.State.WAITING)
    if not waiting.update(state=Document.State.RUNNING, attempts=F("attempts") + 1, claimed_at=now):
        return False
    document = Document.objects.select_related("period", "requested_by").get(pk=pk)
    try:
        _make(document, now)
    except Exception:
        _give_back(document, now)
        raise
    return True


def _make(document: Document, now: datetime) -> None:
    with SpooledTemporaryFile(IN_MEMORY) as file, translation.override(document.parameters.get("language", "zh-hans")):
        _write(document.kind, document.period, document.parameters, document.requested_by, file, now)
        _keep(document, file, now)


def _give_back(document: Document, now: datetime) -> None:
    """After a failure the row waits for the sweep, or is given up."""
    over = document.attempts >= ATTEMPTS
    Document.objects.filter(pk=document.pk).update(
        state=Document.State.FAILED if over else Document.State.WAITING, finished_at=now if over else None
    )


def _write(
    kind: str, period: Period | None, parameters: dict[str, Any], by: User | None, file: IO[bytes], now: datetime
) -> None:
    if period is None:
        raise ValidationError(_("This document needs a period."))
    _title, lay_out = KINDS[kind]
    xlsx.write(lay_out(period, parameters, by), file, made_at=now)


@transaction.atomic
def _keep(document: Document, file: IO[bytes], now: datetime) -> None:
    file.seek(0)
    document.sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    document.name = file_name(document)
    document.file.save(f"{document.token}.xlsx", File(file), save=False)
    document.state, document.finished_at = Document.State.READY, now
    document.save()
    record(
        "document.made", document, by=document.requested_by, reference=document.name, after={"sha256": document.sha256}
    )


def file_name(document: Document) -> str:
    """What the file is called on the person's desk: 考核表-2026-Q4.xlsx."""
    title, _lay_out = KINDS[document.kind]
    return f"{title}-{document.period.code if document.period else ''}.xlsx"


def sweep_documents(*, now: datetime) -> list[int]:
    """Put back what a dead worker left half made, give up after `ATTEMPTS`; returns the keys that wait."""
    left = Document.objects.filter(state=Document.State.RUNNING, claimed_at__lt=now - FORGOTTEN)
    left.filter(attempts__gte=ATTEMPTS).update(state=Document.State.FAILED, finished_at=now)
    left.filter(attempts__lt=ATTEMPTS).update(state=Document.State.WAITING)
    return list(Document.objects.filter(state=Document.State.WAITING).values_list("pk", flat=True)[:100])


def export_table(*, kind: str, period: Period, path: Path, by: User | None, now: datetime, unit: str = "") -> str:
    """Write a document to a file, for the command; returns its SHA-256. An older file stays until it is done."""
    check_request(kind=kind, period=period, by=by)
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("w+b") as file:
            _write(kind, period, {"unit": unit}, by, file, now)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    record("document.exported", by=by, reference=f"{kind} {period.code}", after={"file": path.name, "sha256": digest})
    return digest


@transaction.atomic
def note_download(*, document: Document, by: User) -> None:
    """A download leaves a line in the trail."""
    record("document.downloaded", document, by=by, reference=document.name, after={"sha256": document.sha256})
