"""Shapes of the ledger's moves, as they are asked for."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from campaign.models import User
from campaign.serializers import Coded, Text, Truth, Uuid, Whole
from units.models import Unit

from ..models import Problem
from ..rules import Move
from ..services.acts import Part
from ..services.suspensions import MOST_PROOFS
from .names import Limit
from .photos import MOST_PHOTOS, PhotoNumbers
from .problems import MOVES

MOST_VERSION = 2**31 - 1


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


class SuspensionInput(serializers.Serializer[Any]):
    """A suspension as a form, with files of proof: asked for by the holder, who has to show why, or set."""

    move = serializers.ChoiceField([(Move.ASK_SUSPEND.value, ""), (Move.SUSPEND.value, "")])
    version = serializers.IntegerField(min_value=0, max_value=MOST_VERSION)
    note = Text(max_length=500)
    until = serializers.DateField(help_text="the last day")
    proofs = serializers.ListField(child=serializers.FileField(), required=False, max_length=MOST_PROOFS)

    def validate_move(self, move: str) -> Move:
        return Move(move)


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
