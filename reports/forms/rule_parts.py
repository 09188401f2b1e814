"""The parts, lines and lists of a scoring rule as forms; they read and write the rule's own data."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Period
from ..rules.events import EVENTS, SELECTIONS, SOURCES
from ..rules.figures import FIGURES, MEANS, SCOPES
from ..rules.line_sentences import WORDS, plain
from ..rules.part_reading import GREATEST_WEIGHT, LEAST_WEIGHT
from ..rules.sentences import PERIOD_WORDS, TOTAL_WORDS

Raw = dict[str, Any]

KIND_WORDS = {
    "rate": gettext_lazy("Rate"),
    "below": gettext_lazy("Rate turned to points"),
    "points": gettext_lazy("Points by event"),
    "sheet": gettext_lazy("Value entered"),
    "earlier": gettext_lazy("Earlier scores"),
    "table": gettext_lazy("Table of parts"),
}
MISSING_CHOICES = [
    ("reweight", gettext_lazy("others carry its weight")),
    ("zero", gettext_lazy("counts 0")),
    ("others", gettext_lazy("counts the mean of the others")),
    ("leave_out", gettext_lazy("the unit is not ranked")),
]
MANY = (*SELECTIONS, "doubled", "periods")


def _decimal(label: Any, least: Any = 0, greatest: Any = 1000, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=least, max_value=greatest, decimal_places=3, max_digits=8,
        help_text=help_text,
    )  # fmt: skip


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


def _many(label: Any, names: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=[(name, WORDS[name]) for name in WORDS if name in names],
        widget=forms.CheckboxSelectMultiple,
    )


def _name() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("short name"),
        max_length=40,
        help_text=gettext_lazy("Names the part in the rule; letters, digits, - and _."),
    )


def _figure() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("figure"), choices=[(figure.name, figure.title) for figure in FIGURES.values()]
    )


def _rate_fields() -> dict[str, forms.Field]:
    return {
        "mean": _choice(gettext_lazy("mean (conformity only)"), list(MEANS.items())),
        "scope": _choice(gettext_lazy("counts"), list(SCOPES.items())),
        "invert": forms.BooleanField(label=gettext_lazy("less is better"), required=False),
    }


def _own_fields(kind: str) -> dict[str, forms.Field]:
    match kind:
        case "rate":
            return {"figure": _figure(), **_rate_fields()}
        case "below":
            return {
                "figure": _figure(),
                "points": _decimal(gettext_lazy("full marks"), LEAST_WEIGHT),
                "threshold": _decimal(gettext_lazy("from (%)"), 0, 100),
                "step": _decimal(gettext_lazy("points less per percentage point")),
                "whole": forms.BooleanField(label=gettext_lazy("only whole percentage points"), required=False),
                **_rate_fields(),
            }
        case "points":
            return {
                "figure": _name(),
                "base": _decimal(gettext_lazy("points to begin with")),
                "least": _decimal(gettext_lazy("not below"), -1000),
                "most": _decimal(gettext_lazy("not above")),
                "scope": _choice(gettext_lazy("counts"), list(SCOPES.items())),
            }
        case "sheet":
            return {"figure": _name(), "points": _decimal(gettext_lazy("full marks"), LEAST_WEIGHT)}
        case "earlier":
            return {
                "figure": _name(),
                "period": _choice(gettext_lazy("periods"), list(PERIOD_WORDS.items())),
                "weights": forms.CharField(
                    label=gettext_lazy("weights, the latest first"),
                    required=False,
                    max_length=200,
                    help_text=gettext_lazy("25/15 takes the last two; empty takes all within the period alike."),
                ),
            }
        case _:
            return {"figure": _name(), "total": _choice(gettext_lazy("added up as"), list(TOTAL_WORDS.items()))}


class PartForm(forms.Form):
    """One part; its fields depend on its kind."""

    kind = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("own title"), required=False, max_length=40)
    weight = forms.DecimalField(
        label=gettext_lazy("weight"),
        required=False,
        min_value=LEAST_WEIGHT,
        max_value=GREATEST_WEIGHT,
        decimal_places=3,
        max_digits=7,
    )
    missing = _choice(
        gettext_lazy("with nothing to assess"), [("", gettext_lazy("as the rule says")), *MISSING_CHOICES]
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind_name = kind if kind in KIND_WORDS else "rate"
        self.fields.update(_own_fields(self.kind_name))
        self.fields["weight"].required = self.kind_name == "rate"
        self.order_fields(["kind", "figure", "title", "weight"])

    @property
    def word(self) -> str:
        """What kind of part it is."""
        return str(KIND_WORDS[self.kind_name])

    def clean_weights(self) -> list[str]:
        """25/15 as a list."""
        text = self.cleaned_data.get("weights", "")
        found = [part for part in re.split(r"[\s/、,，:：]+", text) if part]
        if not all(re.fullmatch(r"\d{1,3}(\.\d{1,3})?", part) for part in found):
            raise ValidationError(_("Numbers with / between them, such as 60/25/15."))
        return found

    def as_data(self) -> Raw:
        """The part as the rule's data has it."""
        return _data(self.cleaned_data | {"kind": self.kind_name})


class LineForm(forms.Form):
    """One line of points by event."""

    event = forms.ChoiceField(
        label=gettext_lazy("event"), choices=[(event.name, event.title) for event in EVENTS.values()]
    )
    each = _decimal(
        gettext_lazy("points each"), -1000, 1000, gettext_lazy("−2 or 5; empty for adjustments: as approved.")
    )
    title = forms.CharField(label=gettext_lazy("own title"), required=False, max_length=40)
    cap = _decimal(gettext_lazy("at most in all"))
    sources = _many(gettext_lazy("sources of the problem"), SELECTIONS["sources"])
    kinds = _many(gettext_lazy("found by"), SELECTIONS["kinds"])
    severities = _many(gettext_lazy("severity"), SELECTIONS["severities"])
    subjects = _many(gettext_lazy("subject of the adjustment"), SELECTIONS["subjects"])
    levels = _many(gettext_lazy("level of the adjustment"), SELECTIONS["levels"])
    doubled = _many(gettext_lazy("counts twice from"), SOURCES)
    on_spot = _decimal(gettext_lazy("times, where fixed on the spot"), 0, 100)
    by_number = forms.BooleanField(label=gettext_lazy("times the number of the repeat"), required=False)
    from_nth = forms.IntegerField(
        label=gettext_lazy("from the n-th time with the same problem"), required=False, min_value=2, max_value=100
    )
    then = _decimal(gettext_lazy("points from then on"), -1000, 1000)
    together = forms.IntegerField(
        label=gettext_lazy("clean sites in one check, at least"), required=False, min_value=2, max_value=100
    )
    times = _decimal(gettext_lazy("times, where so many are clean"), 0, 100)

    #: What stands at once; the rest opens on demand.
    FIRST = ("event", "each", "title", "cap")

    def first(self) -> list[Any]:
        """The fields that every line has."""
        return [self[name] for name in self.FIRST]

    def more(self) -> list[Any]:
        """The fields that narrow or change what a line counts."""
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def is_narrowed(self) -> bool:
        """Whether any of the further fields says something."""
        return any(field.value() for field in self.more())

    def as_data(self) -> Raw:
        """The line as the rule's data has it."""
        return _data(self.cleaned_data)


class BoardForm(forms.Form):
    """A further pair of lists."""

    name = forms.CharField(label=gettext_lazy("name of the list"), max_length=40)
    by = forms.CharField(
        label=gettext_lazy("by the part (short name)"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Empty: by the score."),
    )
    best = forms.IntegerField(label=gettext_lazy("first places"), required=False, min_value=1, max_value=10_000)
    least_score = _decimal(gettext_lazy("with at least"), 0, 300)
    red_word = forms.CharField(label=gettext_lazy("what the red list is called"), required=False, max_length=20)
    worst = forms.IntegerField(label=gettext_lazy("last places"), required=False, min_value=1, max_value=10_000)
    below = _decimal(gettext_lazy("with less than"), 0, 300)
    black_word = forms.CharField(label=gettext_lazy("what the black list is called"), required=False, max_length=20)
    periods = forms.MultipleChoiceField(
        label=gettext_lazy("only for"), required=False, choices=Period.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    steps = forms.CharField(
        label=gettext_lazy("what follows from black listings in a row"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One step a line: the count and the step, such as “2 组织部约谈”."),
    )

    def clean_steps(self) -> list[Raw]:
        """The steps as data."""
        return read_steps(self.cleaned_data.get("steps", ""))

    def as_data(self) -> Raw:
        """The lists as the rule's data has them."""
        values = self.cleaned_data
        return {
            "name": values["name"], "by": values["by"], "periods": values["periods"], "steps": values["steps"],
            "red": _data({"best": values["best"], "least_score": values["least_score"], "word": values["red_word"]}),
            "black": _data({"worst": values["worst"], "below": values["below"], "word": values["black_word"]}),
        }  # fmt: skip


def read_steps(text: str) -> list[Raw]:
    """“2 组织部约谈”, a line each, as data. Raises ValidationError naming a line that is not so."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = re.fullmatch(r"(\d{1,3})\s*(?:次)?[\s:：,，、]*(\S.*)", line)
        if not match:
            raise ValidationError(_("A number and a text on each line: “%(line)s”.") % {"line": line[:40]})
        found.append({"count": int(match[1]), "words": match[2].strip()})
    return found


def read_bands(text: str) -> list[Raw]:
    """“优秀 90”, a line each, as data. Raises ValidationError naming a line that is not so."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = re.fullmatch(r"(\S.*?)[\s:：,，、≥]+(-?\d{1,4}(?:\.\d{1,3})?)\s*分?", line)
        if not match:
            raise ValidationError(_("A name and a score on each line: “%(line)s”.") % {"line": line[:40]})
        found.append({"name": match[1], "least": match[2]})
    return found


def written_steps(steps: list[Raw]) -> str:
    """Steps as the form shows them."""
    return "\n".join(f"{step['count']} {step['words']}" for step in steps)


def written_bands(bands: list[Raw]) -> str:
    """Bands as the form shows them."""
    return "\n".join(f"{band['name']} {band['least']}" for band in bands)


def _data(values: Mapping[str, Any]) -> Raw:
    """Cleaned values as data: decimals as text, nothing left out as nothing."""
    texts = {
        name: plain(value) if hasattr(value, "normalize") else value
        for name, value in values.items()
    }  # fmt: skip
    return {name: value for name, value in texts.items() if value not in (None, "", []) and value is not False}
