"""Forms of published tables and of entered values."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from units.models import Unit

from ..models import Mark, Period, ScoringRule
from ..rules.examples import examples
from ..rules.parts import Sheet
from ..rules.sentences import component_title


class PublishedForm(forms.Form):
    """A table's file, and a rule by which it is computed again, if one is known."""

    file = forms.FileField(label=gettext_lazy("table of scores (xlsx, xls or csv)"))
    sheet = forms.CharField(label=gettext_lazy("sheet, if not the first"), required=False, max_length=100)
    rule = forms.ChoiceField(label=gettext_lazy("rule"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = ScoringRule.objects.order_by("code", "-version").distinct("code")
        self.rules = {f"rule:{rule.code}": rule for rule in rules}
        choices = [("", _("the one that fits best"))]
        choices += [(key, _("rule in use: %(name)s") % {"name": rule.in_words}) for key, rule in self.rules.items()]
        choices += [
            (f"example:{one.code}", _("example: %(name)s") % {"name": one.title}) for one in examples().values()
        ]
        field: Any = self.fields["rule"]
        field.choices = choices

    def chosen(self) -> Any:
        """The data of the rule that was chosen; None for the one that fits best."""
        key = self.cleaned_data["rule"]
        if key in self.rules:
            return self.rules[key].spec
        example = examples().get(key.removeprefix("example:"))
        return example.spec if example else None


def _mark_words(most: Decimal) -> str:
    return _("A number from 0 to %(most)s, with at most 4 decimal places.") % {"most": f"{most.normalize():f}"}


class MarksForm(forms.Form):
    """A field for each unit and part; ``rows`` are units with their bound fields."""

    def __init__(
        self, *args: Any, units: Iterable[Unit], parts: Iterable[Sheet], period: Period, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units, self.parts = list(units), list(parts)
        known = {
            (mark.sheet, mark.unit_id): mark.value
            for mark in Mark.objects.filter(period=period, sheet__in=[part.figure for part in self.parts])
        }
        for unit in self.units:
            for at, part in enumerate(self.parts):
                value = known.get((part.figure, unit.pk))
                field = self.fields[f"{at}-{unit.code}"] = forms.DecimalField(
                    label=f"{unit.label}: {component_title(part)}",
                    required=False,
                    min_value=Decimal(0),
                    max_value=part.points,
                    max_digits=8,
                    decimal_places=4,
                    error_messages=dict.fromkeys(
                        ("invalid", "min_value", "max_value", "max_digits", "max_whole_digits", "max_decimal_places"),
                        _mark_words(part.points),
                    ),
                    initial=None if value is None else f"{value.normalize():f}",
                )
                field.part = component_title(part)  # type: ignore[attr-defined]

    @property
    def heads(self) -> list[str]:
        """What the parts are called."""
        return [component_title(part) for part in self.parts]

    def rows(self) -> list[tuple[Unit, list[Any]]]:
        """The units with their fields."""
        return [(unit, [self[f"{at}-{unit.code}"] for at in range(len(self.parts))]) for unit in self.units]

    def values(self) -> dict[str, dict[Unit, Decimal | None]]:
        """What was entered, by the name of the part."""
        return {
            part.figure: {unit: self.cleaned_data[f"{at}-{unit.code}"] for unit in self.units}
            for at, part in enumerate(self.parts)
        }
