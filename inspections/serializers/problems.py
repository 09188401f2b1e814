"""Shapes of problems: as they are shown, with what hangs on them, and as they are noted."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaign.models import CheckItem
from campaign.serializers import Coded, Text, Truth, Uuid
from units.serializers import UnitName

from ..models import Extension, Plan, Problem, Step, Suspension
from ..queries.ledger import relatives, seen_inspection, story
from ..queries.moves import moves_now
from ..rules import Move
from ..services.noting import DEFAULT_LIMIT
from .kept import ProofSerializer
from .names import Limit, SiteName, open_sites, units_today
from .photos import PhotoNumbers, PhotoSerializer

MOVES = [(move.value, move.value) for move in Move]


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """How a problem is to be put right."""

    unit = UnitName()
    by = serializers.CharField()

    class Meta:
        model = Plan
        fields = ["unit", "measures", "responsible", "ready_on", "by", "at"]
        read_only_fields = fields


class StepSerializer(serializers.ModelSerializer[Step]):
    """One move; ``by`` is a name, or the role of whoever noted a problem where the caller is its unit."""

    unit = UnitName()
    proposed_unit = UnitName(allow_null=True)
    original = serializers.CharField(allow_null=True, help_text="what it was merged into, or taken out of again")
    by = serializers.CharField(source="who")

    class Meta:
        model = Step
        fields = ["move", "state", "unit", "proposed_unit", "original", "by", "at", "note"]
        read_only_fields = fields


class ProblemSerializer(serializers.ModelSerializer[Problem]):
    site = SiteName(allow_null=True)
    unit = UnitName()

    class Meta:
        model = Problem
        fields = [
            "code", "client_uuid", "site", "unit", "text", "severity", "source", "state", "version", "limit",
            "noted_at", "handed_over_at", "receive_due_at", "received_at", "due_at", "submitted_at", "closed_at",
            "suspended_until", "returned_at", "sent_back", "fixed_on_spot", "repeats", "voided_at",
            "false_repair_at",
        ]  # fmt: skip
        read_only_fields = fields


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    """More time that was asked for; ``granted`` is null until the office decides."""

    class Meta:
        model = Extension
        fields = ["asked_at", "reason", "due_before", "until", "granted", "decided_at"]
        read_only_fields = fields


class SuspensionSerializer(serializers.ModelSerializer[Suspension]):
    """A suspension asked for or set; ``granted`` is null until the office decides."""

    proofs = ProofSerializer(many=True)

    class Meta:
        model = Suspension
        fields = ["asked_at", "reason", "ends_on", "granted", "decided_at", "resumed_at", "proofs"]
        read_only_fields = fields


class ProblemWithSteps(ProblemSerializer):
    """A problem with its history, and the moves that the caller may make now."""

    item = serializers.CharField(source="item.code", default=None, allow_null=True)
    inspection = serializers.SerializerMethodField(help_text="its code, where the caller may see it")
    moves = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    extensions = ExtensionSerializer(many=True)
    suspensions = SuspensionSerializer(many=True)
    photos = PhotoSerializer(many=True)
    plans = PlanSerializer(many=True)
    supporting = UnitName(many=True, source="relatives.helping", help_text="units that help; figures count the lead")
    merged_into = serializers.CharField(source="relatives.original.code", default=None, allow_null=True)
    split_from = serializers.CharField(source="relatives.whole.code", default=None, allow_null=True)
    copies = serializers.SerializerMethodField(help_text="codes of the problems merged into it")
    parts = serializers.SerializerMethodField(help_text="codes of the problems it was split into")

    class Meta(ProblemSerializer.Meta):
        fields = [
            *ProblemSerializer.Meta.fields, "item", "inspection", "moves", "steps", "extensions", "suspensions",
            "photos", "plans", "supporting", "merged_into", "split_from", "copies", "parts",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, problem: Any) -> dict[str, Any]:
        problem.relatives = relatives(problem, self.context["request"].user)
        return super().to_representation(problem)

    def get_copies(self, problem: Any) -> list[str]:
        return [one.code for one in problem.relatives.copies]

    def get_parts(self, problem: Any) -> list[str]:
        return [one.code for one in problem.relatives.parts]

    def get_inspection(self, problem: Problem) -> str | None:
        inspection = seen_inspection(problem, self.context["request"].user)
        return inspection.code if inspection else None

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(MOVES)))
    def get_moves(self, problem: Problem) -> list[Move]:
        return moves_now(problem, self.context["request"].user, at=timezone.now())

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, problem: Problem) -> Any:
        steps = story(problem, self.context["request"].user)
        return StepSerializer(steps, many=True).data


class ProblemInput(serializers.Serializer[Any]):
    """A problem noted without a checklist, at a site or else at a unit."""

    client_uuid = Uuid()
    text = Text(max_length=500)
    site = Coded(open_sites, required=False, allow_null=True)
    unit = Coded(units_today, required=False, allow_null=True)
    severity = serializers.ChoiceField(CheckItem.Severity.choices, default=CheckItem.Severity.NORMAL)
    limit = Limit(default=DEFAULT_LIMIT)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        Problem.Source.choices, required=False, help_text="one that your role may name; the first of them by default"
    )
    photos = PhotoNumbers()
    same_as = Coded(
        lambda user: Problem.objects.visible_to(user), required=False,
        help_text="the problem that it is the same as: words and photographs go there, and none is noted",
    )  # fmt: skip
    fixed_on_spot = Truth(required=False, default=False, help_text="put right while it was noted; closed at once")
    after_photos = PhotoNumbers(help_text="with fixed_on_spot: at least one photograph of what was put right")
    despite = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="why it is noted although exempt; office",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was put right is shown, and is no addition to another problem."""
        if given["fixed_on_spot"] != bool(given["after_photos"]):
            raise serializers.ValidationError({"after_photos": _("Show by a photograph that it was put right.")})
        if given["fixed_on_spot"] and "same_as" in given:
            raise serializers.ValidationError({"same_as": _("Either seen again or fixed on the spot.")})
        return given
