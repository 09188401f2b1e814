"""Shapes of units, sites and tasks."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from campaign.models import Indicator, User
from campaign.serializers import Coded, MeSerializer, SiteTypeSerializer, Text, Whole

from .models import Evidence, Membership, PeerGroup, Progress, Site, Task, TaskDuty, Unit


class UnitName(serializers.ModelSerializer[Unit]):
    """A unit where it is a neighbour; ``name`` is told apart where another unit bears the same."""

    name = serializers.CharField(source="label")

    class Meta:
        model = Unit
        fields = ["code", "name"]
        read_only_fields = fields


class GroupSerializer(serializers.ModelSerializer[PeerGroup]):
    class Meta:
        model = PeerGroup
        fields = ["code", "name"]
        read_only_fields = fields


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit; ``label`` is its name, told apart where another unit bears the same."""

    group = GroupSerializer(allow_null=True)
    superiors = serializers.SerializerMethodField(help_text="codes of the direct superiors today")
    succeeded_by = serializers.SlugRelatedField[Unit](slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = Unit
        fields = ["code", "name", "label", "short_name", "kind", "group", "superiors", "valid_from", "valid_to",
                  "succeeded_by"]  # fmt: skip
        read_only_fields = fields

    def get_superiors(self, unit: Unit) -> list[str]:
        return [link.ancestor.code for link in unit.links_up.all()]


class SiteSerializer(serializers.ModelSerializer[Site]):
    type = SiteTypeSerializer()
    unit = UnitName()
    other_units = UnitName(many=True)

    class Meta:
        model = Site
        fields = ["code", "name", "type", "unit", "other_units", "address", "lat", "lon", "active"]
        read_only_fields = fields


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    class Meta:
        model = Evidence
        fields = ["name", "caption", "size", "sha256", "at"]
        read_only_fields = fields


class ProgressSerializer(serializers.ModelSerializer[Progress]):
    by = serializers.CharField()
    evidence = EvidenceSerializer(many=True)

    class Meta:
        model = Progress
        fields = ["act", "note", "by", "at", "evidence"]
        read_only_fields = fields


class DutySerializer(serializers.ModelSerializer[TaskDuty]):
    """One unit's part in a task."""

    unit = UnitName()

    class Meta:
        model = TaskDuty
        fields = ["unit", "part", "due_on", "state", "version", "reported_at", "accepted_at"]
        read_only_fields = fields


class DutyWithProgress(DutySerializer):
    progress = ProgressSerializer(many=True)

    class Meta(DutySerializer.Meta):
        fields = [*DutySerializer.Meta.fields, "progress"]
        read_only_fields = fields


class TaskSerializer(serializers.ModelSerializer[Task]):
    indicator = serializers.SlugRelatedField[Indicator](slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = Task
        fields = ["code", "title", "requirement", "indicator", "leader", "due_on"]
        read_only_fields = fields


class TaskWithDuties(TaskSerializer):
    """A task with the duties that the caller may see."""

    duties = DutyWithProgress(many=True, source="seen_duties")

    class Meta(TaskSerializer.Meta):
        fields = [*TaskSerializer.Meta.fields, "duties"]
        read_only_fields = fields


class ReportInput(serializers.Serializer[Any]):
    """A unit reports its part done."""

    unit = Coded(lambda user: Unit.objects.visible_to(user))
    part = serializers.ChoiceField(TaskDuty.Part.choices, default=TaskDuty.Part.LEAD)
    version = Whole(max_value=2_147_483_647, help_text="the version of the duty that was seen")
    note = Text(max_length=5000)


class ReportForm(ReportInput):
    """The same as a form, with files; ``captions`` in the order of the files."""

    version = serializers.IntegerField(  # type: ignore[assignment]
        min_value=0, max_value=2_147_483_647
    )
    files = serializers.ListField(child=serializers.FileField(), required=False, default=list, max_length=20)
    captions = serializers.ListField(
        child=serializers.CharField(max_length=200, allow_blank=True), required=False, default=list, max_length=20
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        files: list[UploadedFile] = given.pop("files")
        captions = [*given.pop("captions"), *([""] * len(files))]
        return given | {"files": list(zip(files, captions, strict=False))}


class MemberOf(serializers.ModelSerializer[Membership]):
    code = serializers.CharField(source="unit.code")
    name = serializers.CharField(source="unit.label")

    class Meta:
        model = Membership
        fields = ["code", "name", "position"]
        read_only_fields = fields


class PersonSerializer(MeSerializer):
    """The caller, with the units they work for."""

    units = MemberOf(many=True, source="memberships")

    class Meta(MeSerializer.Meta):
        model = User
        fields = [*MeSerializer.Meta.fields, "units"]
        read_only_fields = fields
