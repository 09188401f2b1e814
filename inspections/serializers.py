"""Shapes of inspections, problems and photographs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaign.models import CheckItem, User
from campaign.rules import SHANGHAI, day_of
from campaign.serializers import Coded, Text, Truth, Uuid, Whole
from units.models import Site, Unit
from units.serializers import UnitName

from .models import Answer, Appeal, AppealProof, Extension, Inspection, Photo, Plan, Problem, Step
from .queries.ledger import relatives, seen_inspection, story
from .queries.moves import moves_now
from .queries.visits import findings
from .rules import Move
from .services.acts import Part
from .services.entry import MOST_OCCURRENCES, Proposal, Seen
from .services.noting import DEFAULT_LIMIT

EARLIEST = datetime(2000, 1, 1, tzinfo=SHANGHAI)
MOST_VERSION = 2**31 - 1
MOST_ANSWERS = 500
MOST_PHOTOS = 20
MOVES = [(move.value, move.value) for move in Move]


class SiteName(serializers.ModelSerializer[Site]):
    """A site where it is a neighbour."""

    class Meta:
        model = Site
        fields = ["code", "name"]
        read_only_fields = fields


class PhotoSerializer(serializers.ModelSerializer[Photo]):
    """A photograph; what the camera wrote about time and place stays inside."""

    pair = serializers.UUIDField(
        source="pair.client_uuid", default=None, allow_null=True, help_text="the photograph from before it goes with"
    )

    class Meta:
        model = Photo
        fields = ["client_uuid", "role", "pair", "no_pair", "width", "height", "sha256", "received_at"]
        read_only_fields = fields


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
    by = serializers.CharField(source="who")

    class Meta:
        model = Step
        fields = ["move", "state", "unit", "proposed_unit", "by", "at", "note"]
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


class ProblemWithSteps(ProblemSerializer):
    """A problem with its history, and the moves that the caller may make now."""

    item = serializers.CharField(source="item.code", default=None, allow_null=True)
    inspection = serializers.SerializerMethodField(help_text="its code, where the caller may see it")
    moves = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    extensions = ExtensionSerializer(many=True)
    photos = PhotoSerializer(many=True)
    plans = PlanSerializer(many=True)
    supporting = UnitName(many=True, source="relatives.helping", help_text="units that help; figures count the lead")
    merged_into = serializers.CharField(source="relatives.original.code", default=None, allow_null=True)
    split_from = serializers.CharField(source="relatives.whole.code", default=None, allow_null=True)
    copies = serializers.SerializerMethodField(help_text="codes of the problems merged into it")
    parts = serializers.SerializerMethodField(help_text="codes of the problems it was split into")

    class Meta(ProblemSerializer.Meta):
        fields = [
            *ProblemSerializer.Meta.fields, "item", "inspection", "moves", "steps", "extensions", "photos", "plans",
            "supporting", "merged_into", "split_from", "copies", "parts",
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


class Limit(Text):
    """A repair limit such as 4h (working hours) or 3d (working days)."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=8, **given)


class PhotoNumbers(serializers.ListField):
    """Numbers of photographs that the caller sent before."""

    def __init__(self, **given: Any) -> None:
        super().__init__(child=Uuid(), required=False, default=list, max_length=MOST_PHOTOS, **given)

    def to_internal_value(self, data: Any) -> Any:
        return tuple(dict.fromkeys(super().to_internal_value(data)))


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


def _sites(user: User) -> QuerySet[Site]:
    return Site.objects.open_to(user).select_related("unit")


def _units_today(user: User) -> QuerySet[Unit]:
    return Unit.objects.valid_on(day_of(timezone.now()))


class InspectionInput(serializers.Serializer[Any]):
    """An inspection as it is sent in; ``client_uuid`` is the caller's own number for it."""

    client_uuid = Uuid()
    site = Coded(_sites)
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


class ProblemInput(serializers.Serializer[Any]):
    """A problem noted without a checklist, at a site or else at a unit."""

    client_uuid = Uuid()
    text = Text(max_length=500)
    site = Coded(_sites, required=False, allow_null=True)
    unit = Coded(_units_today, required=False, allow_null=True)
    severity = serializers.ChoiceField(CheckItem.Severity.choices, default=CheckItem.Severity.NORMAL)
    limit = Limit(default=DEFAULT_LIMIT)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        Problem.Source.choices, required=False, help_text="one that your role may name; the first of them by default"
    )
    photos = PhotoNumbers()
    despite = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="why it is noted although exempt; office",
    )


class PairInput(serializers.Serializer[Any]):
    """A photograph from before, with the one of the same place after the repair or the reason why there is none."""

    before = Uuid()
    after = Uuid(required=False)
    reason = Text(max_length=200, required=False, allow_blank=True, default="")


class PartInput(serializers.Serializer[Any]):
    """One of the problems that a problem is split into; without ``photos`` it gets all of them."""

    unit = Coded(lambda user: Unit.objects.visible_to(user))
    text = Text(max_length=500)
    limit = Limit()
    photos = serializers.ListField(child=Uuid(), required=False, allow_null=True, default=None, max_length=MOST_PHOTOS)


class MoveInput(serializers.Serializer[Any]):
    """A move on the version that the caller saw.

    Unit, supporting, limit and text go with ``hand_over``; photos and pairs with ``submit``, photos with ``fix``,
    ``add``, ``close`` and ``send_back``; unit (proposed) with ``return``; unit, limit or keep_due with ``transfer``;
    limit with ``reopen`` (without one the deadline stays); note (measures), responsible and until with ``plan``;
    inspector with ``assign_check``; original with ``merge``; parts and hand_over with ``split``.
    """

    move = serializers.ChoiceField(MOVES)
    version = Whole(max_value=MOST_VERSION)
    note = Text(max_length=500, required=False, allow_blank=True, default="")
    unit = Coded(lambda user: Unit.objects.visible_to(user), required=False)
    limit = Limit(required=False)
    keep_due = Truth(required=False, help_text="with transfer: the deadline stays where it is")
    text = Text(max_length=500, required=False)
    photos = PhotoNumbers()
    until = serializers.DateField(
        required=False,
        help_text="with ask_time: the new deadline's day; with suspensions: the last day; with plan: ready by",
    )
    supporting = serializers.ListField(
        child=Coded(lambda user: Unit.objects.visible_to(user)), required=False, max_length=20,
        help_text="codes of the units that help; without it they stay as they are",
    )  # fmt: skip
    pairs = PairInput(many=True, required=False, default=list)
    responsible = Text(max_length=60, required=False, allow_blank=True, default="")
    inspector = Text(max_length=150, required=False, help_text="a user name")
    original = Coded(lambda user: Problem.objects.visible_to(user), required=False)
    parts = PartInput(many=True, required=False, default=list)
    hand_over = Truth(required=False, help_text="with split: hand the parts over at once")

    def validate_move(self, move: str) -> Move:
        return Move(move)

    def validate_inspector(self, username: str) -> User:
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise serializers.ValidationError(_("There is nobody of this name."))
        return person

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Pairs and parts as the service takes them."""
        pairs = given.pop("pairs")
        given["pairs"] = {pair["before"]: pair["after"] for pair in pairs if pair.get("after")}
        given["unpaired"] = {pair["before"]: pair["reason"] for pair in pairs if pair["reason"].strip()}
        return given | {"parts": [Part(**part) for part in given["parts"]]}


class PhotoInput(serializers.Serializer[Any]):
    """A photograph as a form."""

    client_uuid = serializers.UUIDField()
    file = serializers.FileField(help_text="JPEG, PNG, WebP or HEIC, at most 30 MB")


class ProofSerializer(serializers.ModelSerializer[AppealProof]):
    """A file handed in with an appeal; the page of the appeal sends it."""

    class Meta:
        model = AppealProof
        fields = ["name", "sha256", "size"]
        read_only_fields = fields


class AppealSerializer(serializers.ModelSerializer[Appeal]):
    """An appeal; ``earned`` and ``available`` are the points of the answer that an upheld one took out."""

    problem = serializers.CharField(source="problem.code")
    unit = UnitName()
    proofs = ProofSerializer(many=True)
    severity_before = serializers.ChoiceField(CheckItem.Severity.choices, allow_blank=True)
    severity_asked = serializers.ChoiceField(CheckItem.Severity.choices, allow_blank=True)

    class Meta:
        model = Appeal
        fields = [
            "code", "problem", "unit", "against", "text", "severity_before", "severity_asked", "made_at", "state",
            "answer", "decided_at", "earned", "available", "proofs",
        ]  # fmt: skip
        read_only_fields = fields


class AppealInput(serializers.Serializer[Any]):
    """What is appealed and why, with files of proof."""

    against = serializers.ChoiceField(Appeal.Against.choices)
    text = Text(max_length=1000)
    severity = serializers.ChoiceField(
        CheckItem.Severity.choices, required=False, help_text="with against=severity: the one that would be right"
    )
    proofs = serializers.ListField(child=serializers.FileField(), required=False, max_length=10)


class DecisionInput(serializers.Serializer[Any]):
    """What the office decides on an appeal, and why."""

    upheld = Truth()
    answer = Text(max_length=500)
