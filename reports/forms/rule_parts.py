"""The parts, lines and lists of a scoring rule as forms; they read and write the rule's own data."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
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


# --- the tree of rows that a posted page, or a rule, is made of ---


def posted_parts(data: QueryDict, prefix: str) -> list[Raw]:
    """The parts of a posted page as they were typed."""
    found = []
    for at in range(60):
        name = f"{prefix}{at}"
        if f"{name}-kind" not in data:
            continue
        raw = _posted(data, name)
        raw["lines"] = [_posted(data, f"{name}l{number}") for number in range(60) if f"{name}l{number}-event" in data]
        raw["parts"] = posted_parts(data, f"{name}c") if raw["kind"] == "table" else []
        found.append(raw)
    return found


def posted_boards(data: QueryDict) -> list[Raw]:
    """The further lists of a posted page as they were typed."""
    return [_posted(data, f"b{at}") for at in range(60) if f"b{at}-name" in data]


def _posted(data: QueryDict, prefix: str) -> Raw:
    own = [key for key in data if key.startswith(f"{prefix}-")]
    names = {key.removeprefix(f"{prefix}-"): key for key in own}
    return {name: data.getlist(key) if name in MANY else data.get(key) for name, key in names.items()}


def spec_parts(rows: list[Raw]) -> list[Raw]:
    """The parts of a rule's data as the page shows them."""
    found = []
    for row in rows:
        raw: Raw = {"kind": "rate"} | row
        raw["lines"], raw["parts"] = [*row.get("lines", [])], spec_parts(row.get("parts", []))
        if "weights" in raw:
            raw["weights"] = "/".join(raw["weights"])
        found.append(raw)
    return found


def spec_boards(rows: list[Raw]) -> list[Raw]:
    """The further lists of a rule's data as the page shows them."""
    return [
        {
            "name": row["name"], "by": row["by"], "periods": row["periods"], "steps": written_steps(row["steps"]),
            **row["red"], "red_word": row["red"].get("word", ""),
            **row["black"], "black_word": row["black"].get("word", ""),
        }
        for row in rows
    ]  # fmt: skip


class PartNode:
    """A part's form with the forms of its lines and of the parts within it."""

    def __init__(self, raw: Raw, name: str, *, bound: bool) -> None:
        self.name = name
        self.form = PartForm(**_given(raw, name, bound=bound), kind=raw.get("kind", "rate"))
        self.kind = self.form.kind_name
        self.lines = [
            (f"{name}l{at}", LineForm(**_given(line, f"{name}l{at}", bound=bound)))
            for at, line in enumerate(raw.get("lines", []))
        ]
        self.parts = [PartNode(part, f"{name}c{at}", bound=bound) for at, part in enumerate(raw.get("parts", []))]

    def is_valid(self) -> bool:
        """Whether all of it can be read."""
        forms_of = [self.form.is_valid(), *(line.is_valid() for _name, line in self.lines)]
        return all([*forms_of, *(part.is_valid() for part in self.parts)])

    def as_data(self) -> Raw:
        """The part as the rule's data has it."""
        data = self.form.as_data()
        if self.kind == "points":
            data["lines"] = [line.as_data() for _name, line in self.lines]
        if self.kind == "table":
            data["parts"] = [part.as_data() for part in self.parts]
        return data


def _given(raw: Raw, name: str, *, bound: bool) -> Raw:
    """What a form of one row is given: what was typed, to be read, or to be shown only."""
    if not bound:
        return {"prefix": name, "initial": {key: value for key, value in raw.items() if value is not None}}
    data = QueryDict(mutable=True)
    for key, value in raw.items():
        if key in MANY:
            data.setlist(f"{name}-{key}", value or [])
        elif key not in ("lines", "parts") and value is not None:
            data[f"{name}-{key}"] = value
    return {"prefix": name, "data": data}


def board_forms(raws: list[Raw], *, bound: bool) -> list[tuple[str, BoardForm]]:
    """The forms of the further lists with their names on the page."""
    return [(f"b{at}", BoardForm(**_given(raw, f"b{at}", bound=bound))) for at, raw in enumerate(raws)]


def changed(parts: list[Raw], boards: list[Raw], act: str) -> None:
    """Do what a button of the page says: ``add:rate``, ``add:rate:p2`` (into a table), ``line:p0``, ``list``, or
    ``remove:`` and the name of a part, line or list. What is not understood does nothing.
    """
    verb, _colon, rest = act.partition(":")
    if verb == "list":
        boards.append({})
    elif verb == "line" and (part := _find(parts, rest)) is not None:
        part["lines"].append({})
    elif verb == "add":
        kind, _colon, where = rest.partition(":")
        table = _find(parts, where)
        if kind in KIND_WORDS:
            (parts if table is None else table["parts"]).append(
                {"kind": kind, "lines": [{}] if kind == "points" else [], "parts": []}
            )
    elif verb == "remove":
        _remove(parts, boards, rest)


def _find(parts: list[Raw], name: str) -> Raw | None:
    match = re.fullmatch(r"p(\d+)(?:c(\d+))?", name)
    if not match or int(match[1]) >= len(parts):
        return None
    part = parts[int(match[1])]
    if match[2] is None:
        return part
    return part["parts"][int(match[2])] if int(match[2]) < len(part["parts"]) else None


def _remove(parts: list[Raw], boards: list[Raw], name: str) -> None:
    match = re.fullmatch(r"(?:(b)|(p\d+(?:c\d+)?)l|(p\d+)c|(p))(\d+)", name)
    if not match:
        return
    board, line_of, part_of, _top, number = match.groups()
    if board:
        rows = boards
    elif line_of or part_of:
        part = _find(parts, line_of or part_of)
        rows = [] if part is None else part["lines" if line_of else "parts"]
    else:
        rows = parts
    if int(number) < len(rows):
        del rows[int(number)]
