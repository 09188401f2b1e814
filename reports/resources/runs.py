"""Uploads on their way: the row is the queue, a job claims it by changing its state."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaign.documents.mappings import BadMapping, heads_of
from campaign.documents.sheets import Table, UnreadableSheet, plain, read, table_of
from campaign.models import ImportMapping, ImportRun, User
from campaign.queries import record
from campaign.resources.cells import Choice
from campaign.resources.sheet import CHANGED, NEW, WRONG, Check, SheetResource
from campaign.rules import day_of

from .kinds import KINDS, import_file, is_allowed, mappings_for, sentence

State = ImportRun.State
#: Which state a job turns which waiting state into.
CLAIMS = {State.WAITING: State.CHECKING, State.CONFIRMED: State.WRITING}
#: A job that began longer ago than this died.
LEASE = timedelta(minutes=15)
ATTEMPTS = 3
SAMPLE = 12  # rows of each state
AT_ONCE = 1024**2  # bytes of a file that is checked while the person waits


@transaction.atomic
def start_run(*, kind: str, file: File, mapping: str, language: str, by: User) -> ImportRun:
    """Keep an upload. It waits for its columns unless a mapping is named or the sheet has our own heads."""
    rules = mappings_for(kind).get(mapping, {})
    name = Path(file.name or "").name[-200:]
    run = ImportRun(kind=kind, name=name, size=file.size, mapping=mapping, rules=rules, language=language, by=by)
    run.file.save(run.code + Path(name).suffix.lower()[:5], file, save=False)
    run.state = State.WAITING if rules or _is_own(run) else State.UPLOADED
    run.save()
    record("sheet.uploaded", run, by=by, after={"kind": kind, "name": name, "bytes": run.size})
    return run


def _is_own(run: ImportRun) -> bool:
    """Whether the sheet can be read without a mapping; one that cannot be opened is left to the check to tell."""
    columns = KINDS[run.kind].columns()
    try:
        table = foreign_table(run)
    except UnreadableSheet:
        return True
    names = KINDS[run.kind].names()
    found = {names.get(plain(head)) for head in table.heads}
    return all(code in found for code, column in columns.items() if column.required)


def foreign_table(run: ImportRun) -> Table:
    """The upload's table under its own heads. Raises UnreadableSheet."""
    rules = run.rules
    known = heads_of(rules) or set(KINDS[run.kind].names())
    return table_of(read(Path(run.file.path)), known=known, name=rules.get("sheet", ""))


@transaction.atomic
def set_columns(*, run: ImportRun, rules: dict[str, Any], keep_as: str, by: User) -> None:
    """Say how the columns are read, keep it under a name for next time, and let the upload be checked again."""
    if keep_as:
        ImportMapping.objects.update_or_create(
            name=keep_as, defaults={"kind": run.kind, "rules": rules, "changed_by": by}
        )
        record("mapping.kept", by=by, reference=keep_as, after={"kind": run.kind})
    open_states = (State.UPLOADED, State.CHECKED, State.FAULTY, State.FAILED)
    ImportRun.objects.filter(pk=run.pk, state__in=open_states).update(
        rules=rules, mapping=keep_as or run.mapping, state=State.WAITING, attempts=0
    )


@transaction.atomic
def confirm(*, run: ImportRun, by: User) -> bool:
    """Let a checked upload be written; whether it was ready."""
    confirmed = ImportRun.objects.filter(pk=run.pk, state=State.CHECKED).update(state=State.CONFIRMED, attempts=0)
    if confirmed:
        record("sheet.confirmed", run, by=by, after={"kind": run.kind, "name": run.name} | run.counts)
    return bool(confirmed)


def work(*, pk: int, now: datetime) -> None:
    """Do what an upload waits for: check it, or write it. Two jobs on one upload: the second finds nothing to do."""
    for waiting, working in CLAIMS.items():
        claimed = ImportRun.objects.filter(pk=pk, state=waiting)
        if claimed.update(state=working, claimed_at=now, attempts=F("attempts") + 1):
            run = ImportRun.objects.select_related("by").get(pk=pk)
            with translation.override(run.language):
                _work(run, now=now, dry_run=working == State.CHECKING)
            return


def _work(run: ImportRun, *, now: datetime, dry_run: bool) -> None:
    if not is_allowed(run.by, run.kind):
        _stop(run, State.FAILED, _("You may no longer import sheets of this kind."))
        return
    try:
        with transaction.atomic():
            path, on = Path(run.file.path), day_of(now)
            check = import_file(kind=run.kind, path=path, rules=run.rules, by=run.by, on=on, dry_run=dry_run)
            _keep(run, check)
            run.state = State.FAULTY if check.faults else State.CHECKED if dry_run else State.DONE
            run.finished_at = timezone.now()
            run.save()
    except (UnreadableSheet, BadMapping) as error:
        _stop(run, State.FAULTY, sentence(error))
    except DatabaseError:
        _stop(run, State.FAILED, _("The database refused the rows; nothing was written. Check the file once more."))


def _stop(run: ImportRun, state: str, error: str) -> None:
    run.state, run.error, run.counts, run.faults, run.fault_count = state, error[:300], {}, [], 0
    run.save()


def _keep(run: ImportRun, check: Check) -> None:
    """Write on the row what the check found."""
    run.counts, run.error = check.counts, ""
    run.faults = [[fault.sheet, fault.row, fault.column, fault.value, fault.reason] for fault in check.faults]
    run.fault_count, run.notes, run.note_count = check.fault_count, check.notes, check.note_count
    run.sample = sample(check, KINDS[run.kind])


def sample(check: Check, sheet: type[SheetResource]) -> dict[str, Any]:
    """The first rows of each state for the preview: heads with their origins, and rows of number, state and cells."""
    table = check.table
    ours = {head: code for code, head in check.heads.items()}
    heads = [
        (sheet.heading(ours[head]) if head in ours and table.origins else head, table.origins.get(head, ""))
        for head in table.heads
    ]
    chosen: list[int] = []
    for state in (WRONG, NEW, CHANGED):
        chosen += [row for row, now in enumerate(check.status) if now == state][:SAMPLE]
    rows = [
        [
            table.numbers[row],
            check.status[row],
            [shown(sheet, ours.get(head), cells[row]) for head, cells in zip(table.heads, table.columns, strict=True)],
        ]
        for row in sorted(chosen)
    ]
    return {"heads": heads, "rows": rows}


def shown(sheet: type[SheetResource], code: str | None, cell: str) -> str:
    """A cell of the preview; codes of choices in words."""
    widget = sheet.columns()[code].widget if code else None
    if isinstance(widget, Choice) and cell.lower() in widget.known:
        return str(widget.render(widget.known[cell.lower()]))
    return cell[:120]


def unfinished(*, now: datetime) -> list[int]:
    """Uploads that a job has to take up (again); those that failed too often are given up."""
    found = []
    for run in ImportRun.objects.unfinished(before=now - LEASE):
        if run.attempts >= ATTEMPTS:
            with translation.override(run.language):
                _stop(run, State.FAILED, _("The import broke off several times; nothing was written."))
            continue
        back = {working: waiting for waiting, working in CLAIMS.items()}.get(State(run.state), run.state)
        ImportRun.objects.filter(pk=run.pk, state=run.state).update(state=back)
        found.append(run.pk)
    return found
