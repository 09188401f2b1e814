"""Uploading a sheet, and saying how its columns become ours."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from campaign.documents.mappings import TAKES, resolved
from campaign.documents.sheets import LARGEST, plain
from campaign.resources.cells import Several
from campaign.resources.sheet import Column, SheetResource

CREATES = {
    "units": _("Create units that are not known"),
    "sites": _("Create sites that are not known"),
    "types": _("Create site types that are not known"),
    "items": _("Create check items that are not known"),
    "indicators": _("Create indicators that are not known"),
    "groups": _("Create ranking groups that are not known"),
}
TAKE_NAMES = {
    "": _("As it is"),
    "squeeze": _("Without blanks and line breaks"),
    "first_line": _("First line"),
    "without_number": _("Without the number at the end"),
    "site_types": _("Site types named in front"),
    "after_site_types": _("Text behind the site types"),
    "shorten": _("The first 380 characters"),
    "outcome_of_deduction": _("Outcome, from a deduction"),
}
MOST_FROM = 3  # columns that may feed one of ours
PREPARING = ("and_from", "join", "take", "values", "before", "fill")


class UploadForm(forms.Form):
    """A file, what it holds, and the kept mapping it goes by."""

    kind = forms.ChoiceField(label=_("What does the sheet hold?"))
    file = forms.FileField(label=_("File"), help_text=_("xlsx, xls or csv, up to 30 MB"))
    mapping = forms.ChoiceField(
        label=_("Columns"), required=False, help_text=_("For a foreign sheet that was taken over before")
    )

    def __init__(
        self,
        *args: Any,
        sheets: Mapping[str, type[SheetResource]],
        mappings: Mapping[str, Mapping[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.mappings = mappings
        kinds = [(kind, sheet.title) for kind, sheet in sheets.items()]
        self.fields["kind"] = forms.ChoiceField(label=self.fields["kind"].label, choices=kinds)
        named = [
            (name, f"{sheets[kind].title} · {title}")
            for kind, names in mappings.items()
            for name, title in names.items()
        ]
        given = self.fields["mapping"]
        self.fields["mapping"] = forms.ChoiceField(
            label=given.label, required=False, help_text=given.help_text,
            choices=[("", _("Our own, or to be chosen on the next page")), *named],
        )  # fmt: skip
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.xls,.csv"

    def clean_file(self) -> Any:
        """Not larger than what is read at all."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 30 MB. Split it."))
        return file

    def clean(self) -> dict[str, Any]:
        """The mapping is one of the kind's."""
        data = super().clean() or {}
        if data.get("mapping") and data["mapping"] not in self.mappings.get(data.get("kind", ""), ()):
            self.add_error("mapping", _("This mapping is for another kind of sheet."))
        return data


class ColumnForm(forms.Form):
    """Where one of our columns comes from."""

    and_from = forms.ChoiceField(label=_("Together with the column"), required=False)
    join = forms.CharField(label=_("Joined by"), required=False, max_length=5, strip=False)
    take = forms.ChoiceField(label=_("Take"), required=False, choices=[(name, TAKE_NAMES[name]) for name in TAKES])
    constant = forms.CharField(label=_("Fixed value"), required=False, max_length=200)
    before = forms.CharField(label=_("Put in front"), required=False, max_length=20)
    values = forms.CharField(
        label=_("Translate"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000,
        help_text=_("One per line: cell = value; * = every other cell"),
    )  # fmt: skip
    fill = forms.BooleanField(label=_("Empty cells repeat the one above"), required=False)

    def __init__(self, data: Any, *, code: str, column: Column, title: str, heads: Sequence[tuple[str, str]],
                 rule: Mapping[str, Any]) -> None:  # fmt: skip
        self.code, self.column, self.title = code, column, title
        self.several = isinstance(column.widget, Several)
        heads_given = list(rule.get("from", ())) + [""] * MOST_FROM
        sources = {f"from{n}": heads_given[n] for n in range(MOST_FROM if self.several else 1)}
        translated = "\n".join(f"{cell} = {value}" for cell, value in rule.get("values", {}).items())
        second = "" if self.several else heads_given[1]
        super().__init__(
            data,
            prefix=f"c-{code}",
            initial=dict(rule) | sources | {"values": translated, "before": rule.get("prefix", ""), "and_from": second},
        )
        choices = [("", "—"), *heads]
        for name in sources:
            self.fields[name] = forms.ChoiceField(required=False, choices=choices, label=title)
        self.fields["and_from"] = forms.ChoiceField(
            label=self.fields["and_from"].label, required=False, choices=choices
        )
        if self.several:
            del self.fields["and_from"], self.fields["join"]
        self.sources = [self[name] for name in sources]
        self.preparing = [self[name] for name in PREPARING if name in self.fields]

    @property
    def is_special(self) -> bool:
        """Whether something beyond the plain columns and the fixed value is set."""
        rule = self.initial
        return any(rule.get(name) for name in PREPARING)

    def clean_values(self) -> dict[str, str]:
        """Lines of ``cell = value``."""
        found = {}
        for line in self.cleaned_data["values"].splitlines():
            cell, mark, value = line.partition("=")
            if line.strip() and not mark:
                raise forms.ValidationError(_("One per line: cell = value; * = every other cell"))
            if line.strip():
                found[cell.strip()] = value.strip()
        return found

    def rule(self) -> dict[str, Any]:
        """The column's rule, without what is empty."""
        data = self.cleaned_data
        named = [*(f"from{n}" for n in range(MOST_FROM)), "and_from"]
        heads = [data[name] for name in named if data.get(name)]
        rest = {name: data[name] for name in ("take", "constant", "values", "fill") if data[name]}
        rest |= {"prefix": data["before"]} if data["before"] else {}
        kept = {"join": data["join"]} if data.get("join") and len(heads) > 1 else {}
        return ({"from": heads} if heads else {}) | rest | kept


class ColumnsForm(forms.Form):
    """How the whole sheet is read: the columns' forms, what may be created or left out, the name to keep it under."""

    create = forms.MultipleChoiceField(
        label=_("Make what is not there"), required=False, widget=forms.CheckboxSelectMultiple
    )
    forgive = forms.MultipleChoiceField(
        label=_("Leave unknown names out, with a note"), required=False, widget=forms.CheckboxSelectMultiple
    )
    keep_as = forms.CharField(
        label=_("Keep under a name"), required=False, max_length=60, help_text=_("To be chosen next time")
    )

    def __init__(
        self,
        data: Any = None,
        *,
        sheet: type[SheetResource],
        heads: Sequence[tuple[str, str]],
        rules: Mapping[str, Any],
        name: str = "",
    ) -> None:
        given = {"create": rules.get("create", ()), "forgive": rules.get("forgive", ()), "keep_as": name}
        super().__init__(data, initial=given)
        self.sheet, self.rules_before = sheet, rules
        columns = sheet.columns()
        mapped = resolved(rules.get("columns", {}), [head for head, _label in heads]) or _guess(
            sheet.names(), [head for head, _label in heads]
        )
        self.columns = [
            ColumnForm(
                data, code=code, column=column, title=sheet.heading(code), heads=heads, rule=mapped.get(code, {})
            )
            for code, column in columns.items()
        ]
        self._offer("create", [(what, CREATES[what]) for what in sheet.creates])
        self._offer("forgive", [(code, sheet.heading(code)) for code in columns if code in FORGIVING])

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name] = forms.MultipleChoiceField(
            label=self.fields[name].label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple
        )

    def is_valid(self) -> bool:
        """All columns' forms too, and nothing required without a source."""
        wrong = [form for form in self.columns if not form.is_valid()]
        right = super().is_valid() and not wrong
        for form in self.columns if right else ():
            if form.column.required and not ({"from", "constant"} & form.rule().keys()):
                form.add_error("from0", _t("Choose a column or give a fixed value."))
                right = False
        return right

    def rules(self) -> dict[str, Any]:
        """The mapping as it is kept."""
        data = self.cleaned_data
        columns = {form.code: rule for form in self.columns if (rule := form.rule())}
        rest = {
            name: self.rules_before[name] for name in ("sheet", "standard", "stored") if self.rules_before.get(name)
        }
        return {"columns": columns, "create": data["create"], "forgive": data["forgive"]} | rest


#: Columns of names that may be left out where they are not known.
FORGIVING = {"superiors", "other_units", "units", "unit", "lead", "support", "indicator"}


def _guess(names: Mapping[str, str], heads: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Columns whose heads are ours, as a first proposal."""
    found: dict[str, dict[str, Any]] = {}
    for head in heads:
        if code := names.get(plain(head)):
            found.setdefault(code, {"from": [head]})
    return found
