"""What a cell may hold: import-export widgets that clean text into a value and render a value for a cell.

``clean`` gets text without outer blanks ("" for an empty cell) and raises ValueError with a sentence for the person.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.db.models import Choices
from django.utils import translation
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from ..rules import SHANGHAI, parse_limit

#: What parts several values in one cell.
SEPARATORS = re.compile(r"[;；、,，\n]+")
EARLIEST = 1949
ONE_LINE = re.compile(r"\s*[\r\n]+\s*")
BLANKS = re.compile(r"[ \t\u3000]+")


class Words(Widget):
    """Text of at most ``longest`` characters; in one line unless ``lines``."""

    def __init__(self, longest: int = 0, *, lines: bool = False) -> None:
        super().__init__()
        self.longest, self.lines = longest, lines

    def clean(self, value: str, row: object = None, **kwargs: Any) -> str:
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        if not self.lines:
            text = BLANKS.sub(" ", ONE_LINE.sub(" ", text))
        if "\x00" in text:
            raise ValueError(_("The cell holds a character that cannot be stored."))
        if self.longest and len(text) > self.longest:
            raise ValueError(_("Longer than %(count)s characters.") % {"count": self.longest})
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class Aliases(Words):
    """Names of one thing, parted by 、 whatever the cell parted them by."""

    def clean(self, value: str, row: object = None, **kwargs: Any) -> str:
        names = (name.strip() for name in SEPARATORS.split(value))
        return super().clean("、".join(dict.fromkeys(filter(None, names))))


class Code(Words):
    """A code: one word by which rows are found again."""

    def clean(self, value: str, row: object = None, **kwargs: Any) -> str:
        text = super().clean(value)
        if "/" in text:
            raise ValueError(_("A code cannot contain a slash (/)."))
        return text


class Choice(Widget):
    """One of a few values, by its code or by any of its names in Chinese or English."""

    def __init__(self, choices: Iterable[tuple[str, Any]], names: Mapping[str, Iterable[str]] = {}) -> None:
        super().__init__()
        self.choices = [(code, label) for code, label in choices if code]
        self.names = names
        self._known: dict[str, str] = {}

    @classmethod
    def of(cls, choices: type[Choices], names: Mapping[str, Iterable[str]] = {}) -> "Choice":
        return cls(choices.choices, names)

    @property
    def known(self) -> dict[str, str]:
        """Every name → its code, lower case; made at the first use, when translations are there."""
        if not self._known:
            for language in ("en", "zh-hans"):
                with translation.override(language):
                    self._known |= {str(label).lower(): code for code, label in self.choices}
            self._known |= {name.lower(): code for code, names in self.names.items() for name in names}
            self._known |= {code.lower(): code for code, _label in self.choices}
        return self._known

    def clean(self, value: str, row: object = None, **kwargs: Any) -> str | None:
        if not value:
            return None
        try:
            return self.known[value.lower()]
        except KeyError:
            allowed = _(", ").join(str(label) for _code, label in self.choices)
            raise ValueError(_("Unknown value; allowed are: %(allowed)s.") % {"allowed": allowed}) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(dict(self.choices).get(value, value or ""))


class YesNo(Choice):
    """是 or 否."""

    def __init__(self) -> None:
        super().__init__([("yes", ""), ("no", "")])
        self._known = dict.fromkeys(["yes", "y", "true", "1", "是", "有", "√", "启用"], "yes")
        self._known |= dict.fromkeys(["no", "n", "false", "0", "否", "无", "×", "停用"], "no")

    def clean(self, value: str, row: object = None, **kwargs: Any) -> bool | None:  # type: ignore[override]
        if not value:
            return None
        if value.lower() not in self._known:
            raise ValueError(_("Yes or no, please."))
        return self._known[value.lower()] == "yes"

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return _("Yes") if value else _("No")


class Whole(Widget):
    """A whole number from ``least`` to ``most``."""

    def __init__(self, least: int = 0, most: int = 9999) -> None:
        super().__init__()
        self.least, self.most = least, most

    def clean(self, value: str, row: object = None, **kwargs: Any) -> int | None:
        if not value:
            return None
        if not re.fullmatch(r"[+-]?\d{1,18}", value):
            raise ValueError(_("A whole number, please."))
        number = int(value)
        if not self.least <= number <= self.most:
            raise ValueError(
                _("A number from %(least)s to %(most)s, please.") % {"least": self.least, "most": self.most}
            )
        return number

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class Number(Widget):
    """A decimal number from ``least`` to ``most``; more than ``places`` places are a fault, or rounded half-up."""

    def __init__(self, least: str, most: str, places: int, *, rounds: bool = False) -> None:
        super().__init__()
        self.least, self.most, self.places, self.rounds = Decimal(least), Decimal(most), places, rounds

    def clean(self, value: str, row: object = None, **kwargs: Any) -> Decimal | None:
        if not value:
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise ValueError(_("A number, please.")) from None
        if not number.is_finite() or not self.least <= number <= self.most:
            raise ValueError(
                _("A number from %(least)s to %(most)s, please.") % {"least": self.least, "most": self.most}
            )
        exact = number.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)
        if exact != number and not self.rounds:
            raise ValueError(_("At most %(count)s places after the point.") % {"count": self.places})
        return exact

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return None if value is None else Decimal(value).normalize() + 0


DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
CLOCK = re.compile(r"[T ]*(\d{1,2})[:\uff1a时](\d{1,2})(?:[:\uff1a分](\d{1,2})(?:\.\d+)?)?[秒分]?")
ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")


def day_in(text: str) -> date:
    """The date of ``2026-11-23``, ``2026/11/23``, ``2026年11月23日`` or ``20261123``. Raises ValueError."""
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    found = compact or DAY.fullmatch(text)
    if found and int(found[1]) >= EARLIEST:
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
    raise ValueError(_("A date such as 2026-11-23, please."))


class Day(Widget):
    """A date."""

    def clean(self, value: str, row: object = None, **kwargs: Any) -> date | None:
        if not value:
            return None
        text = value[:-9] if value.endswith((" 00:00:00", "T00:00:00")) else value
        return day_in(text.strip())

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


def moment_in(text: str) -> datetime:
    """The moment of ``2026-11-23 10:40`` and the like in Asia/Shanghai; noon without a time. Raises ValueError."""
    found = DAY.match(text)
    day, rest = (day_in(found[0]), text[found.end() :].strip()) if found else (day_in(text), "")
    clock = CLOCK.fullmatch(rest) if rest else None
    if rest and not clock:
        raise ValueError(text)
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (12, 0, 0)
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)


class Moment(Widget):
    """A date and a time of Asia/Shanghai, to the second; without a time it is noon of that day."""

    def clean(self, value: str, row: object = None, **kwargs: Any) -> datetime | None:
        if not value:
            return None
        try:
            if ZONE.search(value) and "T" in value:
                return datetime.fromisoformat(value).replace(microsecond=0)
            return moment_in(value)
        except ValueError:
            raise ValueError(_("A date and a time such as 2026-11-23 10:40, please.")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class WorkLimit(Widget):
    """A repair limit: ``4h``, ``3d``, ``4工作时``, ``3工作日``."""

    def clean(self, value: str, row: object = None, **kwargs: Any) -> str | None:
        if not value:
            return None
        try:
            return str(parse_limit(value))
        except ValueError:
            raise ValueError(_("A limit such as 4h (working hours) or 3d (working days), please.")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value or ""


class Several(Widget):
    """Several names in one cell, parted by ``;``, ``、`` or ``,``; cleaned into a tuple without repetition."""

    def clean(self, value: str, row: object = None, **kwargs: Any) -> tuple[str, ...]:
        parts = (part.strip() for part in SEPARATORS.split(value))
        return tuple(dict.fromkeys(part for part in parts if part))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return ";".join(str(part) for part in value or ())
