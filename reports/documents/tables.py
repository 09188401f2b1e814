"""What a document is made of, however it is written: books of sheets, sheets of columns and lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Cell = str | int | Decimal | date | None
#: ``score`` and ``rate`` (a percentage out of 100) keep the places of their decimals, ``quantity`` is as it is,
#: ``signed`` +1 / −1.
Kind = Literal["text", "whole", "score", "rate", "quantity", "signed", "day", "centre"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. Neighbours with the same ``band`` stand under one merged head; ``width`` is in characters."""

    title: str
    kind: Kind = "text"
    width: float = 10
    band: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; None in a figure's column is written as “—”. ``tone`` tints it: red, black or nothing."""

    cells: Sequence[Cell]
    tone: Literal["", "red", "black"] = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: title and lead above the table, notes and places to sign below. ``lines`` may be a generator."""

    name: str
    title: str
    columns: Sequence[Column]
    lines: Iterable[Line]
    lead: str = ""
    notes: Sequence[str] = ()
    signatures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook. ``mark`` stands small at the foot of every printed page (code of the period, digest)."""

    title: str
    sheets: Iterable[Sheet]
    mark: str = ""
    properties: dict[str, str] = field(default_factory=dict)
