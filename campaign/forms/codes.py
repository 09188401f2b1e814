"""Codes that people type: they become part of addresses."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Words that stand where a code would in an address.
TAKEN = frozenset({"new", "search"})


def fit_for_address(code: str) -> str:
    """The code, where it can stand in an address as a word of its own; else a ValidationError."""
    if "/" in code:
        raise ValidationError(_("A code cannot contain a slash (/)."))
    if code.lower() in TAKEN or code.strip(".") == "":
        raise ValidationError(_("This word cannot be a code; choose another."))
    return code


class CodeMixin:
    """For forms with a field ``code``."""

    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        return fit_for_address(self.cleaned_data["code"])
