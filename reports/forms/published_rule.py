"""The rule of a published table as a form: what each column is, and how the total, places and grades come about."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ..rules.published import PublishedTable, TableRule
from ..rules.published.heads import plain
from .rule_parts import MISSING_CHOICES

Raw = dict[str, Any]

USES = [
    ("", _("does not count")), ("part", _("counts with its weight")), ("plus", _("is added")),
    ("minus", _("is taken off")), ("times", _("multiplies the rest")),
]  # fmt: skip
SCALES = [
    ("", _("as it stands")), ("posts", _("between two ends")), ("best", _("share of the greatest")),
    ("least", _("least divided by it")), ("z", _("standard deviations from the mean")),
]  # fmt: skip
#: Totals that are functions of the columns that count, as formulas write them.
FUNCTIONS = {
    "without_low": ("mean_without(1, 0, ", _("mean without the lowest")),
    "without_both": ("mean_without(1, 1, ", _("mean without the highest and the lowest")),
    "without_high": ("mean_without(0, 1, ", _("mean without the highest")),
    "median": ("median(", _("median")),
    "harmonic": ("harmonic(", _("harmonic mean")),
    "min": ("min(", _("the least")),
    "max": ("max(", _("the greatest")),
}
TOTALS = [
    ("mean", _("weighted mean")), ("sum", _("sum")), ("geometric", _("weighted geometric mean")),
    *((name, words) for name, (_formula, words) in FUNCTIONS.items()), ("formula", _("a formula of its own")),
]  # fmt: skip
ROLES = {
    "unit": _("units"), "total": _("totals"), "rank": _("places"), "band": _("grades"), "group": _("groups"),
}  # fmt: skip
ROUNDINGS = [
    ("half_up", _("half up")), ("half_even", _("halves to the even digit")), ("down", _("cut off")),
    ("up", _("upwards")),
]  # fmt: skip
TIES = [
    ("shared", _("share a place (1, 1, 3)")), ("dense", _("share a place without gaps (1, 1, 2)")),
    ("last", _("share the last place (2, 2, 3)")), ("average", _("share the mean place (1.5, 1.5, 3)")),
    ("ordered", _("stand in the order of the table (1, 2, 3)")),
]  # fmt: skip
MOST_COLUMNS = 250
NUMBERS = ("base", "least", "greatest", "best_total", "total_full")
SHARE = re.compile(r"-?\d{1,6}(?:\.\d{1,8})?%?|\d{1,6}/\d{1,6}")
BAND = re.compile(r"(\S.*?)[\s:：,，、≥]+(-?\d{1,6}(?:\.\d{1,6})?)\s*分?")
QUOTA = re.compile(r"(\S.*?)[\s:：,，、]*(?:前|first\s*)(\d{1,4}(?:\.\d{1,3})?\s*%?)\s*名?", re.IGNORECASE)


def _number(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, max_digits=16, decimal_places=8, help_text=help_text)


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


class ColumnForm(forms.Form):
    """What one column is to the total."""

    use = _choice(_("in the total"), USES)
    weight = forms.CharField(label=_("weight"), required=False, max_length=16)
    full = _number(_("full marks"))
    scale = _choice(_("is read"), SCALES)
    worst = _number(_("nothing at"), _("Empty: the least value of the column."))
    best = _number(_("everything at"), _("Empty: the greatest value."))
    low = _number(_("brings at the lower end"))
    high = _number(_("brings at the upper end"))
    log = forms.BooleanField(label=_("by logarithms"), required=False)
    cap = forms.BooleanField(label=_("not beyond the ends"), required=False)

    def __init__(self, *args: Any, head: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head = head
        for name in ("weight", "full"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"

    def clean_weight(self) -> str:
        """40, 40 %, 0.4 or 1/3."""
        text = plainly(self.cleaned_data.get("weight", ""))
        if text and not SHARE.fullmatch(text):
            raise ValidationError(_t("A number, such as 40, 40% or 1/3."))
        return text

    @property
    def scaling(self) -> list[Any]:
        """The fields of the scale."""
        return [self[name] for name in ("scale", "worst", "best", "low", "high", "log", "cap")]

    @property
    def is_scaled(self) -> bool:
        """Whether the column is brought to a scale."""
        return bool(self["scale"].value())

    def scale_data(self) -> Raw:
        """The scale as the rule's data has it."""
        values = self.cleaned_data
        if values["scale"] != "posts":
            return {"by": values["scale"]}
        ends = {"from": values["worst"], "to": values["best"], "low": values["low"], "high": values["high"]}
        return {name: f"{end:f}" for name, end in ends.items() if end is not None} | {
            name: True for name in ("log", "cap") if values[name]
        }


class TableRuleForm(forms.Form):
    """How the total of a published table comes about; ``columns`` are the forms of its columns of figures."""

    total = _choice(_("the total is"), TOTALS)
    formula = forms.CharField(
        label=_("formula of the total"), required=False, max_length=1000,
        help_text=_("As in a spreadsheet, heads in quotation marks: 50 - max(0, 70 - \"按期结案率\") + \"加分\""),
    )  # fmt: skip
    formulas = forms.CharField(
        label=_("computed columns"), required=False, max_length=6000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, to be used like columns: 整改率 = 整改数 / 交办数 * 100"),
    )  # fmt: skip
    missing = _choice(_("what is missing"), MISSING_CHOICES)
    base = _number(_("begins at"))
    least = _number(_("not below"))
    greatest = _number(_("not above"))
    best_total = _number(_("the best is brought to"))
    total_full = _number(_("a full total is"), _("1 for an index from 0 to 1."))
    part_places = forms.IntegerField(label=_("each part rounded to places"), required=False, min_value=0, max_value=10)
    places = forms.IntegerField(
        label=_("decimal places"), required=False, min_value=0, max_value=4, help_text=_("Empty: as published.")
    )
    rounding = _choice(_("totals are rounded"), ROUNDINGS)
    order = _choice(
        _("places"),
        [("", _("as published")), ("descending", _("the greatest is first")), ("ascending", _("the least is first"))],
    )
    rank_on = _choice(_("places go by"), [("rounded", _("rounded totals")), ("exact", _("totals before rounding"))])
    ties = _choice(_("equal totals"), TIES)
    tie1 = _choice(_("equal totals are parted by"), [])
    tie2 = _choice(_("then by"), [])
    tie3 = _choice(_("then by"), [])
    bands = forms.CharField(
        label=_("grades"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line: “优秀 90” from a total on, or “优秀 前3名”, “优秀 前30%”, the last one alone."),
    )  # fmt: skip

    def __init__(
        self, data: QueryDict | None, *, table: PublishedTable, said: Mapping[str, Any], rule: TableRule | None = None
    ) -> None:
        """``said``: the data of the rule that is shown; ``rule``: the same as it was read for this table."""
        #: A rule of parts within parts is kept as it is; its weights are not asked for again.
        self.kept = (
            {name: said[name] for name in ("components", "scale") if name in said} if "components" in said else {}
        )
        super().__init__(data, initial=_initial(said))
        self.names = [*dict.fromkeys([*table.heads, *table.columns, *_computed(data, said)])]
        heads = [("", "—"), *((head, head) for head in table.heads)]
        for role, label in ROLES.items():
            self.fields[f"role_{role}"] = _choice(label, heads[role == "unit" :])
            self.initial[f"role_{role}"] = table.roles.get(role, "")
        ways = [[(name, name), (f"-{name}", _t("%(head)s (less is better)") % {"head": name})] for name in self.names]
        for name in ("tie1", "tie2", "tie3"):
            field: Any = self.fields[name]
            field.choices = [("", "—"), *(choice for pair in ways for choice in pair)]
        self.columns = self._columns(data, table, rule)

    def _columns(self, data: QueryDict | None, table: PublishedTable, rule: TableRule | None) -> list[ColumnForm]:
        """The forms of columns of figures and of computed ones."""
        shown = [head for head in self.names if head in table.columns or head not in table.heads]
        given = _by_head(table, rule) if rule else {}
        if data is not None:
            shown = [head for at, head in enumerate(self.names[:MOST_COLUMNS]) if f"c{at}-use" in data]
        return [
            ColumnForm(data, prefix=f"c{self.names.index(head)}", head=head, initial=given.get(head, {}))
            for head in shown
        ]

    def roles(self) -> list[Any]:
        """The fields that say which columns name units, totals, places, grades and groups."""
        return [self[f"role_{role}"] for role in ROLES]

    def fields_of(self, *names: str) -> list[Any]:
        """Some fields."""
        return [self[name] for name in names]

    @property
    def of_total(self) -> list[Any]:
        """What makes the total."""
        return self.fields_of(
            "total", "missing", "base", "least", "greatest", "best_total", "total_full", "part_places"
        )

    @property
    def of_formulas(self) -> list[Any]:
        """What is computed."""
        return self.fields_of("formula", "formulas")

    @property
    def of_places(self) -> list[Any]:
        """What makes rounding and places."""
        return self.fields_of("places", "rounding", "order", "rank_on", "ties", "tie1", "tie2", "tie3")

    def clean_formulas(self) -> dict[str, str]:
        """Lines of a name and a formula."""
        return _formulas(self.cleaned_data.get("formulas", ""), strict=True)

    def clean_bands(self) -> list[Raw]:
        """Lines of grades."""
        return read_grades(self.cleaned_data.get("bands", ""))

    def is_valid(self) -> bool:
        """Whether all of it can be read."""
        return all([super().is_valid(), *(column.is_valid() for column in self.columns)])

    @property
    def errors_anywhere(self) -> bool:
        """Whether anything was refused, of a column or of the whole."""
        return bool(self.errors) or any(column.errors for column in self.columns)

    def as_data(self) -> Raw:
        """The rule's data, as the command takes it."""
        values = self.cleaned_data
        roles = {role: values[f"role_{role}"] for role in ROLES}
        found: Raw = {"columns": roles, "missing": values["missing"] or "reweight"}
        found |= {name: f"{values[name]:f}" for name in NUMBERS if values[name] is not None}
        found |= {name: values[name] for name in ("places", "part_places") if values[name] is not None}
        found |= {name: values[name] for name in ("rounding", "order", "rank_on", "ties", "bands") if values[name]}
        found |= {"formulas": values["formulas"]} if values["formulas"] else {}
        if ties := [values[name] for name in ("tie1", "tie2", "tie3") if values[name]]:
            found["tie_by"] = ties
        return found | (self.kept or self._counted({head for role, head in roles.items() if role != "total"}))

    def _counted(self, taken: Iterable[str]) -> Raw:
        """What the columns that have no other role bring to the total."""
        used: dict[str, list[ColumnForm]] = {}
        for column in self.columns:
            if column.head not in taken and column.cleaned_data["use"]:
                used.setdefault(column.cleaned_data["use"], []).append(column)
        parts, total = used.get("part", []), self.cleaned_data["total"] or "mean"
        found: Raw = {use: [one.head for one in used[use]] for use in ("plus", "minus", "times") if use in used}
        scales = {one.head: one.scale_data() for named in used.values() for one in named if one.cleaned_data["scale"]}
        found |= {"scale": scales} if scales else {}
        if total == "formula" or (total in FUNCTIONS and parts):
            listed = ", ".join(f'"{one.head}"' for one in parts)
            return found | {"formula": self.cleaned_data["formula"] or _called(total, listed) or "0"}
        weights = {one.head: one.cleaned_data["weight"] or "1" for one in parts}
        full = {one.head: f"{marks:f}" for one in parts if (marks := one.cleaned_data["full"]) is not None}
        return found | {"weights": weights, "total": total} | ({"full": full} if full else {})


def _called(total: str, listed: str) -> str:
    return f"{FUNCTIONS[total][0]}{listed})" if total in FUNCTIONS else ""


def plainly(text: str) -> str:
    """A weight without blanks and wide signs."""
    return text.replace(" ", "").replace("％", "%").replace("／", "/")


def read_grades(text: str) -> list[Raw]:
    """“优秀 90” or “优秀 前3名”, a line each. Raises ValidationError naming a line that is not so."""
    found: list[Raw] = []
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    by_place = any(QUOTA.fullmatch(line) for line in lines)
    for line in lines:
        match = (QUOTA if by_place else BAND).fullmatch(line)
        if match:
            found.append({"name": match[1], "best" if by_place else "least": match[2].replace(" ", "")})
        elif by_place and line == lines[-1]:
            found.append({"name": line})
        else:
            raise ValidationError(_t("A name and a score on each line: “%(line)s”.") % {"line": line[:40]})
    return found


def _formulas(text: str, *, strict: bool) -> dict[str, str]:
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, formula = line.replace("＝", "=").partition("=")
        if strict and not (sign and name.strip() and formula.strip()):
            raise ValidationError(_t("A name, = and a formula on each line: “%(line)s”.") % {"line": line[:40]})
        found[name.strip()[:40]] = formula.strip()
    return found


def _computed(data: QueryDict | None, said: Mapping[str, Any]) -> Sequence[str]:
    """The names of computed columns."""
    return [*(_formulas(data.get("formulas", ""), strict=False) if data is not None else said.get("formulas") or {})]


def _initial(said: Mapping[str, Any]) -> Raw:
    """The settings of a rule's data as the form shows them."""
    names = ("total", "missing", "part_places", "places", "rounding", "order", "rank_on", "ties", *NUMBERS)
    found = {name: said[name] for name in names if name in said}
    ties = said.get("tie_by") or []
    ties = [ties] if isinstance(ties, str) else ties
    found |= {f"tie{at}": name for at, name in enumerate(ties[:3], 1)}
    found["bands"] = "\n".join(_written(band) for band in said.get("bands") or [])
    found["formulas"] = "\n".join(f"{name} = {text}" for name, text in (said.get("formulas") or {}).items())
    if said.get("formula"):
        found |= {"total": "formula", "formula": said["formula"]}
    return found


def _written(band: Mapping[str, Any]) -> str:
    if "least" in band:
        return f"{band['name']} {band['least']}"
    return _t("%(name)s 前%(best)s名") % band if "best" in band else str(band["name"])


def _by_head(table: PublishedTable, rule: TableRule) -> dict[str, Raw]:
    """What a rule says of each column."""
    names = [*table.columns, *(name for name, _node in rule.formulas)]
    said, found = rule.data, dict[str, Raw]()
    full = {plain(str(head)): marks for head, marks in (said.get("full") or {}).items()}
    listed = [("part", str(head), str(weight)) for head, weight in (said.get("weights") or {}).items()]
    listed += [(use, head, "") for use in ("plus", "minus") for head in _named(said.get(use))]
    if "components" in said or said.get("formula"):
        listed = []
    for (use, head, weight), at in zip(listed, rule.columns, strict=False):
        if at is not None:
            found[names[at]] = {"use": use, "weight": weight, "full": full.get(plain(head))}
    found |= {names[at]: {"use": "times"} for at in rule.times}
    for head, scale in (said.get("scale") or {}).items():
        at = next((at for at in rule.columns if at is not None and plain(names[at]) == plain(str(head))), None)
        if at is not None:
            ends = {"worst": scale.get("from"), "best": scale.get("to")}
            rest = {name: scale.get(name) for name in ("low", "high", "log", "cap")}
            found.setdefault(names[at], {}).update(ends | rest | {"scale": scale.get("by") or "posts"})
    return found


def _named(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else [str(one) for one in given or []]
