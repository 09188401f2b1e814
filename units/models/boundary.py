"""Outlines of counties or towns, drawn under the points of a map."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Boundary(models.Model):
    """One outline: ``rings`` are closed lines of ``[longitude, latitude]`` (WGS 84), simplified when it was loaded."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    rings = models.JSONField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
