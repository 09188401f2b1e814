"""Shapes of inspections: as they are shown, and as they are sent in."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaign.models import CheckItem
from campaign.rules import SHANGHAI, day_of
from campaign.serializers import Coded, Text, Uuid, Whole
from units.models import Site, Unit
from units.serializers import UnitName

from ..models import Answer, Inspection
from ..queries.visits import findings
from ..services.entry import MOST_OCCURRENCES, Proposal, Seen
from .names import Limit, SiteName, open_sites
from .photos import PhotoNumbers, PhotoSerializer

EARLIEST = datetime(2000, 1, 1, tzinfo=SHANGHAI)
MOST_ANSWERS = 500


class AnswerSerializer(serializers.ModelSerializer[Answer]):
    item = serializers.CharField(source="item.code")
    text = serializers.CharField(source="item.text")
    problem = serializers.CharField(
        source="shown_problem.code", default=None, allow_null=True, help_text="where the caller may see it"
    )
    photos = serializers.SerializerMethodField()

    class Meta:
        model = Answer
        fields = ["item", "text", "outcome", "count", "deduction", "note", "earned", "available", "problem", "photos"]
        read_only_fields = fields

    def get_photos(self, answer: Any) -> list[UUID]:
        return [photo.client_uuid for photo in answer.shown_photos]


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    site = SiteName()
    unit = UnitName()
    inspector = serializers.CharField()

    class Meta:
        model = Inspection
        fields = [
            "code", "client_uuid", "site", "unit", "inspector", "kind", "seen_at", "recorded_at", "note", "earned",
            "available", "score", "voided_at", "void_reason",
        ]  # fmt: skip
        read_only_fields = fields


class InspectionWithAnswers(InspectionSerializer):
    """An inspection with what was seen and the units it counts for."""

    answers = AnswerSerializer(many=True, source="seen.answers")
    units = UnitName(many=True, source="seen.units")
    photos = PhotoSerializer(many=True)

    class Meta(InspectionSerializer.Meta):
        fields = [*InspectionSerializer.Meta.fields, "answers", "units", "photos"]
        read_only_fields = fields

    def to_representation(self, inspection: Any) -> dict[str, Any]:
        found = findings(inspection, self.context["request"].user)
        answers = sorted([*found.failed, *found.met, *found.open], key=lambda answer: answer.pk)
        inspection.seen = {"answers": answers, "units": [row.unit for row in found.units if row.direct]}
        return super().to_representation(inspection)


class ProposalInput(serializers.Serializer[Any]):
    """What a failed item's problem says, where that differs from item, answer and site."""

    text = Text(max_length=500, required=False, allow_blank=True, default="")
    severity = serializers.ChoiceField(CheckItem.Severity.choices, required=False, default="")
    limit = Limit(required=False, allow_blank=True, default="")
    unit = Text(max_length=60, required=False, help_text="code; the responsible unit where it is not the site's")


class AnswerInput(serializers.Serializer[Any]):
    """What was seen at one item."""

    item = Text(max_length=60)
    outcome = serializers.ChoiceField(Answer.OUTCOMES)
    count = Whole(max_value=MOST_OCCURRENCES, required=False, allow_null=True, default=None)
    deduction = serializers.DecimalField(
        max_digits=4, decimal_places=3, min_value=Decimal(0), max_value=Decimal(1), required=False, allow_null=True,
        default=None, help_text="a share of the item's points, decimal text",
    )  # fmt: skip
    note = Text(max_length=500, required=False, allow_blank=True, default="")
    problem = ProposalInput(required=False)
    photos = PhotoNumbers()


class InspectionInput(serializers.Serializer[Any]):
    """An inspection as it is sent in; ``client_uuid`` is the caller's own number for it."""

    client_uuid = Uuid()
    site = Coded(open_sites)
    seen_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(Inspection.Kind.choices, default=Inspection.Kind.DAILY)
    note = Text(max_length=5000, required=False, allow_blank=True, default="")
    despite = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="why faults are noted although exempt; office",
    )
    answers = AnswerInput(many=True, allow_empty=False, max_length=MOST_ANSWERS)  # type: ignore[call-arg]

    def validate_seen_at(self, seen_at: datetime) -> datetime:
        if seen_at < EARLIEST:
            raise serializers.ValidationError(_("This time is too long ago."))
        return seen_at

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Codes become items in force and units; what was stored under this number before keeps its items."""
        answers = given["answers"]
        items = _items(given["site"], given["client_uuid"], [answer["item"] for answer in answers])
        named = {answer.get("problem", {}).get("unit") for answer in answers} - {None}
        units = {unit.code: unit for unit in Unit.objects.valid_on(day_of(given["seen_at"])).filter(code__in=named)}
        faults: Any = {place: fault for place, answer in enumerate(answers) if (fault := _fault(answer, items, units))}
        if faults:
            raise serializers.ValidationError({"answers": faults})
        return given | {"answers": [_seen(answer, items, units) for answer in answers]}


def _items(site: Site, number: UUID, codes: list[str]) -> dict[str, CheckItem]:
    known = CheckItem.objects.filter(site_type=site.type_id, code__in=codes)
    stored = Q(answers__inspection__client_uuid=number)
    in_force = Q(standard__state="published", standard__campaigns__isnull=False, active=True)
    sent = set(known.filter(stored).values_list("pk", flat=True))
    items = sorted(known.filter(stored | in_force).distinct(), key=lambda item: item.pk in sent)
    return {item.code: item for item in items}


def _fault(answer: Mapping[str, Any], items: Mapping[str, CheckItem], units: Mapping[str, Unit]) -> dict[str, Any]:
    fault: dict[str, Any] = {}
    if answer["item"] not in items:
        fault["item"] = [_("This item is not on the checklist of this site.")]
    if answer.get("problem", {}).get("unit", "") not in {"", *units}:
        fault["problem"] = {"unit": [_("There is no such unit.")]}
    return fault


def _seen(answer: Mapping[str, Any], items: Mapping[str, CheckItem], units: Mapping[str, Unit]) -> Seen:
    problem = dict(answer.get("problem", {}))
    unit = units.get(problem.pop("unit", ""))
    values = {name: answer[name] for name in ("outcome", "count", "deduction", "note", "photos")}
    return Seen(item=items[answer["item"]], problem=Proposal(**problem, unit=unit), **values)
