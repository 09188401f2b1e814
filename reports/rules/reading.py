"""Reading a rule's data: faults are collected, so that all of them are told at once."""

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from campaign.sentences import joined


class SpecError(ValueError):
    """What is wrong with a rule: ``sentences`` in the reader's language."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(joined(sentences))
        self.sentences = sentences


class Reader:
    """Reads values and notes what is wrong with them in ``faults``; a wrong value is answered by a harmless one."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def known(self, values: Mapping[str, Any], keys: Collection[str]) -> None:
        """Refuse keys that are not known, so that a rule never looks as if it did what it does not."""
        unknown = sorted(str(key) for key in set(values) - set(keys))
        if unknown:
            self.faults.append(_("Unknown in a rule: %(names)s.") % {"names": ", ".join(unknown)})

    def choice(self, name: str, names: Collection[str], sentence: str) -> None:
        """Refuse a name that is none of those."""
        if name not in names:
            self.faults.append(sentence % {"name": name[:40]})

    def one_of(self, values: Mapping[str, Any], key: str, names: Collection[str], default: str) -> str:
        """One of some names."""
        name = values.get(key) or default
        if isinstance(name, str) and name in names:
            return name
        self.faults.append(
            _("“%(name)s” is one of: %(names)s.") % {"name": key, "names": ", ".join(sorted(filter(None, names)))}
        )
        return default

    def some_of(self, values: Mapping[str, Any], key: str, names: Collection[str]) -> tuple[str, ...]:
        """Any of some names, each once, sorted; none means all."""
        found = values.get(key) or []
        if isinstance(found, list | tuple) and all(isinstance(name, str) and name in names for name in found):
            return tuple(sorted(set(found)))
        self.faults.append(_("“%(name)s” holds only: %(names)s.") % {"name": key, "names": ", ".join(sorted(names))})
        return ()

    def text(self, values: Mapping[str, Any], key: str, longest: int = 40) -> str:
        """A text of at most so many characters."""
        return str(values.get(key) or "").strip()[:longest]

    def flag(self, values: Mapping[str, Any], key: str) -> bool:
        """True or false."""
        value = values.get(key, False)
        if not isinstance(value, bool):
            self.faults.append(_("“%(name)s” is true or false.") % {"name": key})
        return value is True

    def number(self, values: Mapping[str, Any], key: str, default: int, least: int, greatest: int) -> int:
        """A whole number between bounds."""
        value = values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= greatest:
            self.faults.append(
                _("“%(name)s” is a whole number from %(least)d to %(greatest)d.")
                % {"name": key, "least": least, "greatest": greatest}
            )
            return default
        return value

    def decimal(self, value: Any, least: Decimal, greatest: Decimal, what: str) -> Decimal | None:
        """A number between bounds with at most three places, written as text."""
        try:
            number = Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or not least <= number <= greatest or number != round(number, 3):
            self.faults.append(
                _("%(what)s is a number from %(least)s to %(greatest)s with at most three places, written as text.")
                % {"what": what, "least": least, "greatest": greatest}
            )
            return None
        return number

    def optional(
        self, values: Mapping[str, Any], key: str, least: Decimal, greatest: Decimal, default: Decimal | None = None
    ) -> Decimal | None:
        """A decimal that may be left out."""
        if values.get(key) is None:
            return default
        return self.decimal(values[key], least, greatest, _("“%(name)s”") % {"name": key})
