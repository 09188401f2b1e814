"""What a paper is made of, however it is written: a head, parts in their order, an end.

Everything in it is text, so that a paper is frozen as JSON when it is issued and every file is made from that.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from campaign.documents.tables import ILLEGAL

#: ``heading`` is 一、; ``facts`` is a table without heads whose first and third columns are labels.
Style = Literal["body", "heading", "table", "facts"]

#: How every picture that we keep begins.
JPEG = b"\xff\xd8\xff"
#: What stands where a photograph cannot be shown.
NO_PICTURE = "（照片无法显示）"

#: A picture on paper, in pixels of its long side: 300 per inch at the width of a column.
PICTURE_SIDE = 640


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of a table, and above it photographs by their numbers."""

    text: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``width`` in millimetres."""

    title: str
    width: int
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph (``text``) or a table. A row of fewer cells than columns: its last cell takes the rest."""

    style: Style
    text: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it was issued; see GB/T 9704-2012 for the elements. An empty element is left out.

    ``head`` 发文机关标志, ``number`` 发文字号, ``to`` 主送, ``signer`` and ``day`` 落款, ``copies`` 抄送, ``printer``
    印发机关 (the day of printing is ``day``). ``wide``: landscape.
    """

    title: str
    parts: tuple[Part, ...]
    number: str = ""
    head: str = ""
    to: str = ""
    signer: str = ""
    day: str = ""
    copies: str = ""
    printer: str = ""
    wide: bool = False

    def photos(self) -> Iterator[str]:
        """The numbers of the photographs in it."""
        for part in self.parts:
            for row in part.rows:
                for cell in row:
                    yield from cell.photos


def frozen(paper: Paper) -> dict[str, Any]:
    """A paper as JSON, without the characters that no file and no database can hold."""
    return _clean(asdict(paper))


def thawed(content: dict[str, Any]) -> Paper:
    """The paper that was frozen."""
    return Paper(**{**content, "parts": tuple(_part(part) for part in content["parts"])})


def _part(part: dict[str, Any]) -> Part:
    return Part(
        style=part["style"],
        text=part["text"],
        columns=tuple(Column(**column) for column in part["columns"]),
        rows=tuple(tuple(Cell(cell["text"], tuple(cell["photos"])) for cell in row) for row in part["rows"]),
    )


def _clean(value: Any) -> Any:
    match value:
        case str():
            return ILLEGAL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        case dict():
            return {key: _clean(part) for key, part in value.items()}
        case list() | tuple():
            return [_clean(part) for part in value]
        case _:
            return value
