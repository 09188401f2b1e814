"""The shape of files that were handed in as proof."""

from typing import Any

from rest_framework import serializers


class ProofSerializer(serializers.Serializer[Any]):
    """A file of proof; the page of what it belongs to sends it."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="bytes")
