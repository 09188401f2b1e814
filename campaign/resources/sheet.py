"""Sheets in and out: what every kind of sheet has in common.

django-import-export's own import saves row by row: 20,000 rows took 56 s, 13.5 s with ``use_bulk``, 3.4 s when the rows
were written together. Here its ``Resource``, ``Field`` and ``Widget`` declare the columns, clean the cells and export;
``import_data`` is our own: a column is cleaned once per *different* value, the sheet is examined whole with every fault
kept, and what is right is written by a service in one transaction.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from import_export import fields, resources
from import_export.widgets import Widget

from ..documents.sheets import Table, plain
from ..documents.tables import Cell
from ..models import User

MOST_FAULTS = 10_000
MOST_NOTES = 500
NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"


class Column(fields.Field):
    """A column: its code (the attribute's name in the class), its other names, what a cell holds, and where an export
    finds it. ``own`` columns make up the sheet that we write; the others are only accepted."""

    def __init__(
        self, widget: Widget, *names: str, attribute: str = "", required: bool = False, own: bool = True
    ) -> None:
        super().__init__(attribute=attribute or None, widget=widget)
        self.names, self.required, self.own = names, required, own


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell, and where."""

    sheet: str
    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Options:
    """What an import may do besides writing its own rows.

    ``create``: kinds of things that are made where a cell names one that does not exist (``units``, ``sites``,
    ``types``, ``items``, ``indicators``, ``groups``); None: as the kind of sheet does by itself. ``forgive``: columns
    in which unknown names are left out with a note. ``keep``: what is stored with other content stays, with a note.
    ``standard``: code and name of the draft edition to write into.
    """

    create: frozenset[str] | None = None
    forgive: frozenset[str] = frozenset()
    keep: bool = False
    standard: tuple[str, str] = ("", "")

    def creates(self, what: str, *, by_default: bool = False) -> bool:
        """Whether missing things of this kind are made."""
        return by_default if self.create is None else what in self.create


class Unknown(ValueError):
    """A name that is not known; the message is the sentence."""


@dataclass(slots=True)
class Names:
    """What the cells of a column may call things: code or name → id. Names borne twice are ``doubtful``."""

    known: dict[str, Any]
    doubtful: Collection[str] = ()

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, Sequence[str]]]) -> "Names":
        """Rows of an id and what it is called, its code first: a code always wins over a name."""
        listed = list(rows)
        codes = {calls[0]: pk for pk, calls in listed}
        others: dict[str, Any] = {}
        doubtful = set()
        for pk, calls in listed:
            for name in filter(None, calls[1:]):
                if others.setdefault(name, pk) != pk:
                    doubtful.add(name)
        return cls(others | codes, doubtful - codes.keys())

    def find(self, name: str) -> Any:
        """The id of a name. Raises Unknown."""
        if name in self.doubtful:
            raise Unknown(_("Several bear this name; write the code instead."))
        if name not in self.known:
            raise Unknown(_("Not known."))
        return self.known[name]


@dataclass(slots=True)
class Check:
    """An import on its way: what was cleaned, found wrong, and is to be written. Lists run along the table's rows."""

    table: Table
    by: User | None
    on: date
    options: Options
    heads: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    cleaned: dict[str, list[Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    told: set[tuple[int, str, str]] = field(default_factory=set)
    wrong: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    note_count: int = 0
    status: list[str] = field(default_factory=list)
    plan: Any = None

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are new, changed, unchanged and wrong."""
        return dict.fromkeys((NEW, CHANGED, UNCHANGED, WRONG), 0) | Counter(self.status)

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return any(state in (NEW, CHANGED) for state in self.status)

    def has(self, column: str) -> bool:
        """Whether the sheet brings this column."""
        return column in self.heads

    def head_of(self, column: str) -> str:
        """What the file calls one of our columns; where it has none, what we call it."""
        return self.table.origins.get(column) or self.heads.get(column) or self.titles.get(column, column)

    def fault(self, row: int, column: str, reason: str) -> None:
        """Say what is wrong with a cell, once where two of our columns read it."""
        self.wrong.add(row)
        head = self.head_of(column)
        if (row, head, reason) in self.told:
            return
        self.told.add((row, head, reason))
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            raw = self.table.column(self.heads[column]) if column in self.heads else None
            value = raw[row][:200] if raw else ""
            self.faults.append(Fault(self.table.sheet, self.table.numbers[row], head, value, reason))

    def note(self, text: str, row: int | None = None) -> None:
        """Say something that does not stop the import."""
        self.note_count += 1
        if len(self.notes) < MOST_NOTES:
            where = "" if row is None else _("Row %(row)s: ") % {"row": self.table.numbers[row]}
            self.notes.append(where + text)

    def right(self) -> Iterator[int]:
        """The rows nothing is wrong with so far."""
        return (row for row in range(len(self.table)) if row not in self.wrong)

    def resolve(self, column: str, names: Names) -> list[Any]:
        """A column of names as ids; unknown ones are faults, or noted and left out where the options forgive them."""
        found: dict[str, Any] = {}
        values = self.cleaned[column]
        for row, name in enumerate(values):
            if not name or found.get(name) is not None:
                continue
            found[name] = self.ask(row, column, name, names)
        return [found.get(name) if name else None for name in values]

    def resolve_several(self, column: str, names: Names) -> list[tuple[Any, ...]]:
        """A column of several names per cell as ids."""
        found = []
        for row, several in enumerate(self.cleaned[column]):
            alone = len(several or ()) == 1
            asked = [self.ask(row, column, name, names, alone=alone) for name in several or ()]
            found.append(tuple(dict.fromkeys(pk for pk in asked if pk is not None)))
        return found

    def ask(self, row: int, column: str, name: str, names: Names, *, alone: bool = True) -> Any:
        """One name's id, or None with a fault or a note; where it is not ``alone`` in its cell, the fault names it."""
        try:
            return names.find(name)
        except Unknown as unknown:
            if column in self.options.forgive:
                words = _("%(column)s “%(name)s” is left out: %(reason)s")
                self.note(words % {"column": self.head_of(column), "name": name, "reason": unknown}, row)
            else:
                self.fault(row, column, str(unknown) if alone else f"{name}: {unknown}")
            return None

    def compare(self, rows: Mapping[int, Any], stored: Mapping[str, Any]) -> None:
        """Compare what the rows hold (objects with a ``code``) with what is stored under their codes.

        ``plan`` becomes the objects to write, ``status`` says for each row whether it is new, changed or unchanged.
        """
        self.status = [UNCHANGED] * len(self.table)
        self.plan = []
        for row, wanted in rows.items():
            before = stored.get(wanted.code)
            if wanted != before:
                self.status[row] = NEW if before is None else CHANGED
                self.plan.append(wanted)

    def added(self) -> list[Any]:
        """The objects of ``plan`` whose rows are new, after ``compare``."""
        marks = [state for state in self.status if state in (NEW, CHANGED)]
        return [wanted for wanted, state in zip(self.plan, marks, strict=True) if state == NEW]

    def once(self, column: str) -> None:
        """Each value of a key column stands in one row only."""
        first: dict[Hashable, int] = {}
        for row in self.right():
            seen = first.setdefault(self.cleaned[column][row], row)
            if seen != row:
                self.fault(row, column, _("Stands in row %(row)s already.") % {"row": self.table.numbers[seen]})


class SheetResource(resources.Resource):
    """One kind of sheet. Subclasses declare ``Column`` s, and say how rows are examined, written and exported."""

    kind: ClassVar[str]
    title: ClassVar[str | Promise]
    #: What an import may create on the way, for the page.
    creates: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Column code → column, in order."""
        return dict(cls.fields)

    @classmethod
    def own_columns(cls) -> dict[str, Column]:
        """The columns of our own sheet."""
        return {code: column for code, column in cls.columns().items() if column.own}

    @classmethod
    def names(cls) -> dict[str, str]:
        """Every accepted head, folded → column code."""
        found: dict[str, str] = {}
        for code, column in cls.columns().items():
            for name in (*column.names, code, code.replace("_", " ")):
                found.setdefault(plain(name), code)
        return found

    @classmethod
    def headings(cls) -> list[str]:
        """The heads that we write: Chinese names in Chinese, codes otherwise; both are read."""
        return [cls.heading(code) for code in cls.own_columns()]

    @classmethod
    def heading(cls, code: str) -> str:
        """A column's head in the language in use."""
        chinese = (get_language() or "").startswith("zh")
        return cls.columns()[code].names[0] if chinese else code

    def import_data(
        self, table: Table, *, by: User | None, on: date, options: Options | None = None, dry_run: bool = False
    ) -> Check:
        """Examine a table whole and, unless something is wrong or ``dry_run``, write it in one transaction."""
        with transaction.atomic():
            if not dry_run:
                self._alone()
            check = Check(table=table, by=by, on=on, options=options or Options())
            if self.bind(check):
                self.prepare(check)
                self.examine(check)
            self._settle(check)
            if dry_run or check.faults:
                transaction.set_rollback(True)
            elif check.changes:
                self.write(check)
        return check

    def _alone(self) -> None:
        """Let no second import of this kind in until this transaction ends: both would see the same rows as new."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import {self.kind}"])

    def bind(self, check: Check) -> bool:
        """Find the columns and clean their cells; whether all required ones are there."""
        known = self.names()
        check.titles = {code: column.names[0] for code, column in self.columns().items() if column.names}
        for head in check.table.heads:
            code = known.get(plain(head))
            if code and code not in check.heads:
                check.heads[code] = head
            elif head:
                check.note(_("The column “%(head)s” is not used.") % {"head": head})
        missing = [column for code, column in self.columns().items() if column.required and code not in check.heads]
        for column in missing:
            row = check.table.numbers[0] - 1
            names = " / ".join(dict.fromkeys([*column.names[:1], _code_of(self, column)]))
            check.faults.append(Fault(check.table.sheet, row, names, "", _("This column is missing.")))
        check.fault_count += len(missing)
        for code, column in self.columns().items():
            self._clean(check, code, column)
        return not missing

    def _clean(self, check: Check, code: str, column: Column) -> None:
        raw = check.table.column(check.heads[code]) if code in check.heads else None
        if raw is None:
            blank = column.widget.clean("")
            check.cleaned[code] = [blank] * len(check.table)
            return
        good: dict[str, Any] = {}
        bad: dict[str, str] = {}
        for value in set(raw):
            if column.required and not value:
                bad[value] = _("Must not be empty.")
                continue
            try:
                good[value] = column.widget.clean(value)
            except ValueError as error:
                bad[value] = str(error)
        check.cleaned[code] = [good.get(value) for value in raw]
        if bad:
            for row, value in enumerate(raw):
                if value in bad:
                    check.fault(row, code, bad[value])

    def _settle(self, check: Check) -> None:
        check.faults.sort(key=lambda fault: fault.row)
        if not check.status:
            check.status = [NEW] * len(check.table)
        for row in check.wrong:
            check.status[row] = WRONG

    def prepare(self, check: Check) -> None:
        """Make what the options allow to be made; it is undone with the transaction when nothing is written."""

    def examine(self, check: Check) -> None:
        """Resolve names, apply the rules across rows, and set ``check.status`` and ``check.plan``."""
        raise NotImplementedError

    def write(self, check: Check) -> None:
        """Write what ``examine`` planned, through a service."""
        raise NotImplementedError

    def listed(self, user: User | None, filters: Mapping[str, str]) -> QuerySet[Any]:
        """The rows of an export: those visible to the person (None: all), narrowed by the list's filters."""
        raise NotImplementedError

    def rows(self, user: User | None, filters: Mapping[str, str]) -> Iterator[list[Cell]]:
        """The rows of an export, read in portions."""
        columns = list(self.own_columns().items())
        for instance in self.listed(user, filters).iterator(chunk_size=2000):
            yield [self.cell(code, column, instance) for code, column in columns]

    def cell(self, code: str, column: Column, instance: Any) -> Cell:
        """One cell of an export: ``dehydrate_<code>`` where the resource has it, else the column's attribute."""
        own: Callable[[Any], Any] | None = getattr(self, f"dehydrate_{code}", None)
        return own(instance) if own else column.widget.render(column.get_value(instance), instance)


def _code_of(resource: SheetResource, wanted: Column) -> str:
    return next(code for code, column in resource.columns().items() if column is wanted)
