"""Shapes of periods, rankings, lists and figures."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaign.serializers import Text, Truth
from units.models import PeerGroup, Unit
from units.serializers import GroupSerializer, UnitName

from .models import Adjustment, ListEntry, Objection, ObjectionProof, Period, Ranking, RankingRow
from .queries.rankings import listings, shown_components
from .rules.figures import FIGURES, FOOTNOTES, MEANS, SCOPES
from .rules.periods import Span, parse
from .rules.spec import RuleSpec


class DecimalText(serializers.DecimalField):
    """A decimal as text, with the places it has."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, read_only=True, **given)


class PeriodSerializer(serializers.ModelSerializer[Period]):
    label = serializers.CharField(source="span.label")  # type: ignore[assignment]

    class Meta:
        model = Period
        fields = ["code", "kind", "label", "starts_on", "ends_on", "refreshed_at"]
        read_only_fields = fields


class AdjustmentSerializer(serializers.ModelSerializer[Adjustment]):
    """Points given or taken; only approved ones count."""

    unit = UnitName()

    class Meta:
        model = Adjustment
        fields = ["code", "unit", "day", "event", "level", "points", "reason", "state", "decided_at", "revoked_at"]
        read_only_fields = fields


class ObjectionProofSerializer(serializers.ModelSerializer[ObjectionProof]):
    """A file handed in with an objection; the page of the objection sends it."""

    class Meta:
        model = ObjectionProof
        fields = ["name", "sha256", "size"]
        read_only_fields = fields


class ObjectionSerializer(serializers.ModelSerializer[Objection]):
    """An objection; ``about`` is a figure of the rule, score or list, ``stated`` what stood there then."""

    period = serializers.CharField(source="ranking.period.code")
    group = serializers.CharField(source="ranking.group.code")
    revision = serializers.IntegerField(source="ranking.revision")
    unit = UnitName()
    proofs = ObjectionProofSerializer(many=True)

    class Meta:
        model = Objection
        fields = [
            "code", "period", "group", "revision", "unit", "about", "stated", "text", "raised_at", "state", "answer",
            "answered_at", "proofs",
        ]  # fmt: skip
        read_only_fields = fields


class ObjectionInput(serializers.Serializer[Any]):
    """To which figure of which unit's row, why, and files of proof."""

    period = serializers.CharField(max_length=10)
    group = serializers.SlugRelatedField(slug_field="code", queryset=PeerGroup.objects.all())
    unit = serializers.SlugRelatedField(slug_field="code", queryset=Unit.objects.all())
    about = Text(max_length=40, help_text="a figure of the rule, score or list")
    text = Text(max_length=1000)
    proofs = serializers.ListField(child=serializers.FileField(), required=False, max_length=10)


class ObjectionAnswerInput(serializers.Serializer[Any]):
    """The office's answer to an objection: what was corrected, or why nothing is."""

    upheld = Truth()
    answer = Text(max_length=1000)


class ComponentSerializer(serializers.Serializer[Any]):
    """A component of a score: ``value`` in %, ``counted`` the same or 100 − value, ``points`` what it brings."""

    kind = serializers.CharField(help_text="rate, below, points, sheet, earlier or table")
    figure = serializers.CharField(help_text="the figure, or the part's short name in the rule")
    mean = serializers.CharField()
    scope = serializers.CharField()
    title = serializers.CharField()
    weight = DecimalText()
    value = DecimalText(allow_null=True)
    counted = DecimalText(allow_null=True)
    numerator = DecimalText(allow_null=True)
    denominator = DecimalText(allow_null=True)
    points = DecimalText(allow_null=True)
    lost = DecimalText(allow_null=True)


class ListingSerializer(serializers.Serializer[Any]):
    """A list that a unit stands on."""

    board = serializers.CharField(help_text="name of a further list; empty for the rule's red and black list")
    color = serializers.CharField(help_text="red or black")
    word = serializers.CharField(help_text="what the list is called")
    consecutive = serializers.IntegerField(help_text="how many times in a row")


class RankedUnit(serializers.Serializer[Any]):
    """A unit as a ranking calls it: when it was published."""

    code = serializers.CharField(source="unit.code")
    name = serializers.CharField(source="label")


class RowSerializer(serializers.ModelSerializer[RankingRow]):
    """A unit's place; without a place ``footnote`` says why."""

    unit = RankedUnit(source="*")
    score = serializers.SerializerMethodField(help_text="decimal text with the places of the rule")
    band = serializers.SerializerMethodField(help_text="the grade by the rule's bands; empty where it has none")
    lists = serializers.SerializerMethodField(help_text="the lists that the unit stands on")
    components = ComponentSerializer(many=True)
    footnote = serializers.SerializerMethodField()

    class Meta:
        model = RankingRow
        fields = ["unit", "rank", "score", "band", "lists", "movement", "components", "footnote"]
        read_only_fields = fields

    def to_representation(self, row: Any) -> dict[str, Any]:
        row.components = shown_components(row)
        return super().to_representation(row)

    def get_score(self, row: RankingRow) -> str | None:
        return None if row.score is None else f"{row.score:.{self.context['spec'].places}f}"

    def get_band(self, row: RankingRow) -> str:
        return self.context["spec"].band(row.score)

    @extend_schema_field(ListingSerializer(many=True))
    def get_lists(self, row: RankingRow) -> Any:
        return [
            {"board": entry.board, "color": entry.color, "word": word, "consecutive": entry.consecutive}
            for entry, word in self.context["listed"].get(row.unit_id, [])
        ]

    def get_footnote(self, row: RankingRow) -> str:
        return str(FOOTNOTES.get(row.footnote, row.footnote))


class RuleName(serializers.Serializer[Any]):
    """The rule a ranking was made by."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()


class MergedSerializer(serializers.Serializer[Any]):
    """A unit merged into another one within the period."""

    unit = serializers.CharField()
    name = serializers.CharField()
    into = serializers.CharField()
    on = serializers.DateField(help_text="the first day on which it no longer exists")


class RankingSerializer(serializers.ModelSerializer[Ranking]):
    """A ranking with all its rows, in order."""

    period = serializers.CharField(source="period.code")
    group = GroupSerializer()
    rule = RuleName()
    digest = serializers.CharField(help_text="SHA-256 of what was published; empty before")
    merged = MergedSerializer(many=True, help_text="units without a row, because what they did counts for another one")
    rows = serializers.SerializerMethodField()

    class Meta:
        model = Ranking
        fields = ["period", "group", "rule", "revision", "state", "refreshed_at", "closed_at", "published_at",
                  "reason", "digest", "merged", "rows"]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RowSerializer(many=True))
    def get_rows(self, ranking: Ranking) -> Any:
        spec = RuleSpec.parse(ranking.rule.spec)
        context = {"spec": spec, "listed": listings(ranking, spec)}
        return RowSerializer(ranking.rows.all(), many=True, context=context).data


class EntrySerializer(serializers.ModelSerializer[ListEntry]):
    """A unit on the red or the black list; ``bound`` is the score that applied, if one did."""

    period = serializers.CharField(source="ranking.period.code")
    group = GroupSerializer(source="ranking.group")
    revision = serializers.IntegerField(source="ranking.revision")
    state = serializers.ChoiceField(Ranking.State.choices, source="ranking.state")
    unit = RankedUnit(source="*")
    rank = serializers.IntegerField(source="reason.rank")
    score = serializers.CharField(source="reason.score")
    bound = serializers.CharField(source="reason.bound", allow_null=True)

    class Meta:
        model = ListEntry
        fields = [
            "period",
            "group",
            "revision",
            "state",
            "board",
            "color",
            "unit",
            "rank",
            "score",
            "bound",
            "consecutive",
        ]
        read_only_fields = fields


class FigureSerializer(serializers.Serializer[Any]):
    """What a figure means; every one is a rate in %."""

    name = serializers.ChoiceField(list(FIGURES))
    title = serializers.CharField()
    formula = serializers.CharField()
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    lower_is_better = serializers.BooleanField()


class ValueSerializer(serializers.Serializer[Any]):
    """A figure's value in %, null where there is nothing to assess, and what it was divided from."""

    value = DecimalText(allow_null=True)
    numerator = DecimalText()
    denominator = DecimalText()


class UnitValueSerializer(ValueSerializer):
    unit = UnitName()


class FigureValuesSerializer(serializers.Serializer[Any]):
    """A figure in a period, for units and for the city."""

    figure = FigureSerializer()
    period = serializers.CharField()
    mean = serializers.ChoiceField(list(MEANS))
    scope = serializers.ChoiceField(list(SCOPES))
    city = ValueSerializer(allow_null=True, help_text="null where the caller sees their own units only")
    results = UnitValueSerializer(many=True)


class RankingsAnswer(serializers.Serializer[Any]):
    period = serializers.CharField()
    results = RankingSerializer(many=True)


class ListsAnswer(serializers.Serializer[Any]):
    period = serializers.CharField()
    results = EntrySerializer(many=True)


class PeriodCode(serializers.CharField):
    """2026-11-23, 2026-W47, 2026-11, 2026-Q4 or 2026."""

    default_error_messages = {"period": _("A period such as 2026-11-23, 2026-W47, 2026-11, 2026-Q4 or 2026.")}

    def __init__(self, **given: Any) -> None:
        super().__init__(help_text=self.__doc__, **given)

    def to_internal_value(self, data: Any) -> Span:  # type: ignore[override]
        try:
            return parse(super().to_internal_value(data))
        except ValueError:
            self.fail("period")


class PeriodAsked(serializers.Serializer[Any]):
    """The parameters of what is asked for one period."""

    period = PeriodCode()
    group = serializers.SlugRelatedField(
        slug_field="code", queryset=PeerGroup.objects.all(), required=False, help_text="its code; without: all groups"
    )


class RankingsAsked(PeriodAsked):
    revision = serializers.IntegerField(
        min_value=1, max_value=9999, required=False, help_text="without: the highest that the caller may see"
    )


class ListsAsked(PeriodAsked):
    color = serializers.ChoiceField(ListEntry.Color.choices, required=False)


class FigureAsked(PeriodAsked):
    mean = serializers.ChoiceField(list(MEANS), default="pooled", help_text="of conformity")
    scope = serializers.ChoiceField(list(SCOPES), default="subtree")
