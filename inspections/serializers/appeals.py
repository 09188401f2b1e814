"""Shapes of appeals and of the decisions on them."""

from typing import Any

from rest_framework import serializers

from campaign.models import CheckItem
from campaign.serializers import Text, Truth
from units.serializers import UnitName

from ..models import Appeal
from .kept import ProofSerializer


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
