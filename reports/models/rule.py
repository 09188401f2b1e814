"""Scoring rules (考核办法): versioned data, immutable once a ranking used them (trigger)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from units.models import PeerGroup

from ..querysets import ScoringRuleQuerySet
from .period import Period


class ScoringRule(models.Model):
    """One version of a rule. ``spec`` is read by ``reports.rules.scoring.RuleSpec``; numbers in it are decimal text."""

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=100)
    spec = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScoringRuleQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def in_words(self) -> str:
        """Its name and version as papers and lists print them."""
        return gettext("%(name)s, version %(number)s") % {"name": self.name, "number": self.version}

    def is_used(self) -> bool:
        """Whether a ranking or a group refers to it; then it is changed by a new version only."""
        return self.uses.exists() or self.rankings.exists()


class RuleUse(models.Model):
    """Which rule version ranks a group for a kind of period; one is active at a time."""

    rule = models.ForeignKey(ScoringRule, models.PROTECT, related_name="uses")
    group = models.ForeignKey(PeerGroup, models.PROTECT, related_name="rule_uses")
    kind = models.CharField(max_length=8, choices=Period.Kind.choices)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "kind"], condition=Q(active=True), name="rule_use_one_active")
        ]
