"""A scoring rule as a form: one line per figure, the lists, and the groups that are ranked by it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from units.models import PeerGroup

from ..models import Period, RuleUse, ScoringRule
from ..rules.figures import FIGURES, MEANS, SCOPES, Figure
from ..rules.part_reading import GREATEST_WEIGHT, LEAST_WEIGHT
from ..rules.spec import RuleSpec, SpecError

CODE = RegexValidator(r"^[A-Za-z0-9_-]+$", _("Letters, digits, - and _ only."))


def _score(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=100, decimal_places=3, max_digits=6)


def plain(number: Decimal | None) -> str | None:
    """A decimal as the rule's data writes it: no exponent, no needless zeros."""
    return None if number is None else f"{number.normalize():f}"


class RuleForm(forms.Form):
    """A rule's name, roundings, lists and uses; a component is the fields ``<figure>-weight`` and so on."""

    name = forms.CharField(label=_("name of the rule"), max_length=100)
    places = forms.IntegerField(label=_("decimal places of the score"), min_value=0, max_value=4, initial=2)
    component_places = forms.IntegerField(
        label=_("decimal places of the components"), min_value=0, max_value=4, initial=2
    )
    least_inspections = forms.IntegerField(
        label=_("least number of inspections to be ranked"), min_value=0, max_value=100_000, initial=0
    )
    best = forms.IntegerField(label=_("first places"), required=False, min_value=1, max_value=10_000)
    least_score = _score(_("with at least (points)"))
    worst = forms.IntegerField(label=_("last places"), required=False, min_value=1, max_value=10_000)
    below = _score(_("with less than (points)"))
    uses = forms.MultipleChoiceField(label=_("ranks"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, rule: ScoringRule | None, **kwargs: Any) -> None:
        super().__init__(*args, **({"initial": _initial(rule)} | kwargs))
        uses: Any = self.fields["uses"]
        uses.choices = [
            (f"{group.code}:{kind}", f"{group.name} · {word}")
            for group in PeerGroup.objects.all()
            for kind, word in Period.Kind.choices
        ]
        for figure in FIGURES.values():
            self._add_line(figure)

    def _add_line(self, figure: Figure) -> None:
        self.fields[f"{figure.name}-weight"] = forms.DecimalField(
            label=_("weight"), required=False, min_value=LEAST_WEIGHT, max_value=GREATEST_WEIGHT, decimal_places=3,
            max_digits=7,
        )  # fmt: skip
        if figure.name == "conformity":
            self.fields["conformity-mean"] = forms.ChoiceField(label=_("mean"), choices=list(MEANS.items()))
        self.fields[f"{figure.name}-scope"] = forms.ChoiceField(label=_("counts"), choices=list(SCOPES.items()))
        self.fields[f"{figure.name}-invert"] = forms.BooleanField(label=_("less is better"), required=False)
        self.fields[f"{figure.name}-title"] = forms.CharField(label=_("own title"), required=False, max_length=40)

    def lines(self) -> list[dict[str, Any]]:
        """The components for the table: the figure and its bound fields (``mean`` for conformity only)."""
        parts = ("weight", "mean", "scope", "invert", "title")
        return [
            {"figure": figure} | {part: self[f"{name}-{part}"] for part in parts if f"{name}-{part}" in self.fields}
            for name, figure in FIGURES.items()
        ]

    @property
    def kinds(self) -> list[Any]:
        """The kinds of periods, heads of the table of uses."""
        return list(Period.Kind.labels)

    def use_rows(self) -> list[tuple[str, list[Any]]]:
        """The boxes of ``uses`` by group, in the order of ``kinds``."""
        boxes, width = list(self["uses"]), len(Period.Kind)
        groups = PeerGroup.objects.values_list("name", flat=True)
        return [(name, boxes[at * width : (at + 1) * width]) for at, name in enumerate(groups)]

    def clean(self) -> dict[str, Any]:
        """Read the whole as a rule; ``spec`` in the cleaned data is what it says."""
        values = super().clean() or {}
        if self.errors:
            return values
        try:
            values["spec"] = RuleSpec.parse(self._spec(values)).as_json()
        except SpecError as error:
            raise ValidationError(error.sentences) from error
        return values

    def _spec(self, values: dict[str, Any]) -> dict[str, Any]:
        components = [
            {
                "figure": name, "weight": plain(values[f"{name}-weight"]), "scope": values[f"{name}-scope"],
                "mean": values.get(f"{name}-mean", "pooled"), "invert": values[f"{name}-invert"],
                "title": values[f"{name}-title"],
            }
            for name in FIGURES
            if values[f"{name}-weight"] is not None
        ]  # fmt: skip
        red = {"best": values["best"], "least_score": plain(values["least_score"])}
        black = {"worst": values["worst"], "below": plain(values["below"])}
        return {
            "components": components, "component_places": values["component_places"], "places": values["places"],
            "least_inspections": values["least_inspections"],
            "red": {key: value for key, value in red.items() if value is not None},
            "black": {key: value for key, value in black.items() if value is not None},
        }  # fmt: skip

    def chosen_uses(self) -> list[tuple[str, str]]:
        """The groups' codes and kinds of periods that the rule is to rank."""
        pairs = (use.rpartition(":") for use in self.cleaned_data["uses"])
        return [(group, kind) for group, _colon, kind in pairs]


class NewRuleForm(RuleForm):
    """A rule that gets its code here."""

    code = forms.CharField(label=_("code"), max_length=40, validators=[CODE])
    field_order = ("code", "name")

    def clean_code(self) -> str:
        """A code that no rule has."""
        code: str = self.cleaned_data["code"]
        if code == "new" or ScoringRule.objects.filter(code=code).exists():
            raise ValidationError(_("There is a rule with this code already."))
        return code


class TryForm(forms.Form):
    """On which group and past period a rule is tried."""

    group = forms.ModelChoiceField(
        PeerGroup.objects.all(), to_field_name="code", label=_("ranking group"), empty_label=None
    )
    period = forms.ModelChoiceField(Period.objects.all(), to_field_name="code", label=_("period"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        latest = Period.objects.order_by("-starts_on", "kind")[:100]
        period: Any = self.fields["period"]
        period.choices = [(one.code, one.span.label()) for one in latest]


def _initial(rule: ScoringRule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    try:
        spec = RuleSpec.parse(rule.spec)
    except SpecError:
        return {"name": rule.name}
    values: dict[str, Any] = {
        "name": rule.name, "places": spec.places, "component_places": spec.component_places,
        "least_inspections": spec.least_inspections, "best": spec.red.places, "least_score": spec.red.bound,
        "worst": spec.black.places, "below": spec.black.bound,
        "uses": [f"{group}:{kind}" for group, kind in _uses(rule)],
    }  # fmt: skip
    for part in spec.components:
        if part.kind == "rate":
            values |= {f"{part.figure}-{name}": value for name, value in part.as_json().items() if name != "figure"}
    return values


def _uses(rule: ScoringRule) -> list[tuple[str, str]]:
    uses = RuleUse.objects.filter(rule__code=rule.code, active=True)
    return list(uses.values_list("group__code", "kind"))
