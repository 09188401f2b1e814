"""A scoring rule as a form: its parts, settings and lists, and the groups that are ranked by it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from units.models import PeerGroup

from ..models import Period, RuleUse, ScoringRule
from ..rules.sentences import TOTAL_WORDS
from ..rules.spec import RuleSpec, SpecError
from .rule_parts import MISSING_CHOICES, Raw, read_bands, read_steps, written_bands, written_steps
from .rule_tree import PartNode, board_forms, posted_boards, posted_parts, spec_boards, spec_parts

CODE = RegexValidator(r"^[A-Za-z0-9_-]+$", _("Letters, digits, - and _ only."))
#: A new rule begins with the two figures that most cities have.
BEGINNING: Raw = {
    "components": [{"figure": "conformity", "mean": "by_site", "weight": "60"}, {"figure": "on_time", "weight": "40"}]
}
ROUNDINGS = [("half_up", _("half up")), ("down", _("downwards")), ("up", _("upwards"))]
SETTINGS = (
    "total", "missing", "rounding", "component_rounding", "rank_on", "ties", "tie_by", "least", "greatest", "ended",
    "late",
)  # fmt: skip


def _score(label: Any, least: int = 0) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=least, max_value=300, decimal_places=3, max_digits=6
    )


def plain(number: Decimal | None) -> str | None:
    """A decimal as the rule's data writes it: no exponent, no needless zeros."""
    return None if number is None else f"{number.normalize():f}"


class RuleForm(forms.Form):
    """A rule's name, settings, own pair of lists and uses."""

    name = forms.CharField(label=_("name of the rule"), max_length=100)
    total = forms.ChoiceField(label=_("the score is"), choices=list(TOTAL_WORDS.items()), required=False)
    missing = forms.ChoiceField(label=_("a part with nothing to assess"), choices=MISSING_CHOICES, required=False)
    component_places = forms.IntegerField(
        label=_("decimal places of the components"), min_value=0, max_value=4, initial=2
    )
    component_rounding = forms.ChoiceField(label=_("components are rounded"), choices=ROUNDINGS, required=False)
    places = forms.IntegerField(label=_("decimal places of the score"), min_value=0, max_value=4, initial=2)
    rounding = forms.ChoiceField(label=_("the score is rounded"), choices=ROUNDINGS, required=False)
    least = _score(_("score not below"), -1000)
    greatest = _score(_("score not above"))
    rank_on = forms.ChoiceField(
        label=_("places go by"),
        choices=[("rounded", _("the rounded score")), ("exact", _("the score before rounding"))],
        required=False,
    )
    ties = forms.ChoiceField(
        label=_("equal scores"),
        choices=[
            ("shared", _("share a place, the next is skipped (1, 1, 3)")),
            ("dense", _("share a place (1, 1, 2)")),
        ],
        required=False,
    )
    tie_by = forms.CharField(
        label=_("equal scores are parted by (short name of a part)"), required=False, max_length=40
    )
    ended = forms.ChoiceField(
        label=_("a unit merged within the period"),
        choices=[("own_row", _("keeps its own row")), ("successor", _("counts with the unit it was merged into"))],
        required=False,
    )
    late = forms.ChoiceField(
        label=_("what is entered after closing"),
        choices=[("revision", _("waits for a revision")), ("next", _("counts in the next period"))],
        required=False,
    )
    least_inspections = forms.IntegerField(
        label=_("least number of inspections to be ranked"), min_value=0, max_value=100_000, initial=0
    )
    bands = forms.CharField(
        label=_("bands"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: the name and the least score, such as “优秀 90”."),
    )
    best = forms.IntegerField(label=_("first places"), required=False, min_value=1, max_value=10_000)
    least_score = _score(_("with at least (points)"))
    red_word = forms.CharField(label=_("what the red list is called"), required=False, max_length=20)
    worst = forms.IntegerField(label=_("last places"), required=False, min_value=1, max_value=10_000)
    below = _score(_("with less than (points)"))
    black_word = forms.CharField(label=_("what the black list is called"), required=False, max_length=20)
    steps = forms.CharField(
        label=_("what follows from black listings in a row"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One step a line: the count and the step, such as “2 组织部约谈”."),
    )
    uses = forms.MultipleChoiceField(label=_("ranks"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: QueryDict | None = None, *, rule: ScoringRule | None, spec: Any = None) -> None:
        """``data`` is what was posted; without it the form shows ``rule``, or ``spec`` (an example) in a new one."""
        self.shown = shown = spec or (rule.spec if rule else BEGINNING)
        super().__init__(data, initial=_initial(rule, shown))
        uses: Any = self.fields["uses"]
        uses.choices = [
            (f"{group.code}:{kind}", f"{group.name} · {word}")
            for group in PeerGroup.objects.all()
            for kind, word in Period.Kind.choices
        ]
        if data is None:
            self.set_rows(*_rows(shown), bound=False)
        else:
            self.set_rows(posted_parts(data, "p"), posted_boards(data), bound=True)

    def set_rows(self, parts: list[Raw], boards: list[Raw], *, bound: bool) -> None:
        """Take the parts and further lists: ``bound`` to be read, otherwise to be shown only."""
        self.parts = [PartNode(raw, f"p{at}", bound=bound) for at, raw in enumerate(parts)]
        self.boards = board_forms(boards, bound=bound)

    def need_no_name(self) -> None:
        """A rule that is only tried needs neither name nor code."""
        for name in {"name", "code"} & set(self.fields):
            self.fields[name].required = False

    def show_only(self) -> None:
        """Show what was posted without reading it: a line was added or taken away."""
        self.initial = {name: self[name].value() for name in self.fields}
        self.is_bound = False
        self._bound_fields_cache.clear()  # type: ignore[attr-defined]

    def settings_fields(self) -> list[Any]:
        """The fields of total, rounding, places and bands."""
        return [
            self[name]
            for name in (
                "total", "missing", "component_places", "component_rounding", "places", "rounding", "least", "greatest",
                "rank_on", "ties", "tie_by", "least_inspections", "ended", "late", "bands",
            )
        ]  # fmt: skip

    @property
    def kinds(self) -> list[Any]:
        """The kinds of periods, heads of the table of uses."""
        return list(Period.Kind.labels)

    def use_rows(self) -> list[tuple[str, list[Any]]]:
        """The boxes of ``uses`` by group, in the order of ``kinds``."""
        boxes, width = list(self["uses"]), len(Period.Kind)
        groups = PeerGroup.objects.values_list("name", flat=True)
        return [(name, boxes[at * width : (at + 1) * width]) for at, name in enumerate(groups)]

    def clean_bands(self) -> list[Raw]:
        """The bands as data."""
        return read_bands(self.cleaned_data.get("bands", ""))

    def clean_steps(self) -> list[Raw]:
        """The steps as data."""
        return read_steps(self.cleaned_data.get("steps", ""))

    def clean(self) -> dict[str, Any]:
        """Read the whole as a rule; ``spec`` in the cleaned data is what it says."""
        values = super().clean() or {}
        valid = [part.is_valid() for part in self.parts] + [board.is_valid() for _name, board in self.boards]
        if not all(valid):
            raise ValidationError(_("Some parts or lists need another look; what is wrong stands beside the field."))
        if self.errors:
            return values
        try:
            values["spec"] = RuleSpec.parse(self._spec(values)).as_json()
        except SpecError as error:
            raise ValidationError(error.sentences) from error
        return values

    def _spec(self, values: dict[str, Any]) -> dict[str, Any]:
        red = {"best": values["best"], "least_score": plain(values["least_score"]), "word": values["red_word"]}
        black = {"worst": values["worst"], "below": plain(values["below"]), "word": values["black_word"]}
        settings = {name: values[name] for name in SETTINGS} | {
            "least": plain(values["least"]), "greatest": plain(values["greatest"])
        }  # fmt: skip
        return {
            "components": [part.as_data() for part in self.parts],
            "component_places": values["component_places"], "places": values["places"],
            "least_inspections": values["least_inspections"],
            "red": {key: value for key, value in red.items() if value not in (None, "")},
            "black": {key: value for key, value in black.items() if value not in (None, "")},
            **{name: value for name, value in settings.items() if value not in (None, "")},
            "bands": values["bands"], "steps": values["steps"],
            "lists": [board.as_data() for _name, board in self.boards],
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


def _read(spec: Any) -> RuleSpec | None:
    try:
        return RuleSpec.parse(spec)
    except SpecError:
        return None


def _rows(spec: Any) -> tuple[list[Raw], list[Raw]]:
    """The parts and further lists of a rule's data; none where it cannot be read."""
    read = _read(spec)
    if read is None:
        return [], []
    data = read.as_json()
    return spec_parts(data["components"]), spec_boards(data.get("lists", []))


def _initial(rule: ScoringRule | None, data: Any) -> dict[str, Any]:
    spec = _read(data)
    values: dict[str, Any] = {"name": rule.name} if rule else {}
    if spec is None:
        return values
    values |= {name: getattr(spec, name) for name in (*SETTINGS, "places", "component_places", "least_inspections")}
    written = spec.as_json()
    values |= {
        "best": spec.red.places, "least_score": spec.red.bound, "red_word": spec.red.word,
        "worst": spec.black.places, "below": spec.black.bound, "black_word": spec.black.word,
        "bands": written_bands(written.get("bands", [])), "steps": written_steps(written.get("steps", [])),
    }  # fmt: skip
    if rule:
        values["uses"] = [f"{group}:{kind}" for group, kind in _uses(rule)]
    return values


def _uses(rule: ScoringRule) -> list[tuple[str, str]]:
    uses = RuleUse.objects.filter(rule__code=rule.code, active=True)
    return list(uses.values_list("group__code", "kind"))
