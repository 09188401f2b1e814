"""The assessment standard (测评体系), its indicators, the site types (点位类型) and the items of their checklists."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..querysets import CheckItemQuerySet, StandardQuerySet


class Standard(models.Model):
    """An edition of the standard. A published one is immutable (trigger); a change is a new edition."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("In force")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    edition = models.CharField(_("edition"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")

    objects = StandardQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} {self.edition}".strip()


class Indicator(models.Model):
    """A node of the tree Ⅰ 测评项目 → Ⅱ 指标名称 → Ⅲ 测评内容 → 测评标准 (levels 1 to 4)."""

    class Method(models.TextChoices):
        MATERIALS = "materials", _("Materials")
        FIELD = "field", _("Field visit")
        SURVEY = "survey", _("Questionnaire")
        OBSERVATION = "observation", _("Observation")

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="indicators")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    code = models.CharField(_("code"), max_length=60)
    level = models.PositiveSmallIntegerField(_("level"))
    text = models.TextField(_("text"))
    guidance = models.TextField(_("assessment criteria"), blank=True)
    weight = models.DecimalField(_("weight"), max_digits=8, decimal_places=3, default=Decimal(1))
    methods = models.JSONField(_("methods"), default=list)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "code"], name="indicator_code_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="indicator_level_1_to_4"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="indicator_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class SiteType(models.Model):
    """点位类型, for example 农贸市场."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class CheckItem(models.Model):
    """One line of a site type's checklist, and how it earns.

    ``points`` is what the item is worth (points, available); ``scoring`` and ``parameters`` say which share of them an
    answer earns (``inspections.rules.earned_share``).
    """

    class Scoring(models.TextChoices):
        BINARY = "binary", _("Met or not")
        GRADED = "graded", _("Graded A/B/C/D by occurrences")
        PER_OCCURRENCE = "per_occurrence", _("A step off per occurrence")
        DEDUCTION = "deduction", _("Deduction entered")
        ALL_OR_NOTHING = "all_or_nothing", _("All or nothing")
        PROPORTIONAL = "proportional", _("Share of a target count")

    class Severity(models.TextChoices):
        MINOR = "minor", _("Minor")
        NORMAL = "normal", _("Normal")
        SERIOUS = "serious", _("Serious")

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="items")
    code = models.CharField(_("code"), max_length=60)
    site_type = models.ForeignKey(SiteType, models.PROTECT, related_name="items", verbose_name=_("site type"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="items", verbose_name=_("indicator"))
    text = models.TextField(_("text"))
    guidance = models.TextField(_("guidance and exemptions"), blank=True)
    scoring = models.CharField(_("scoring"), max_length=20, choices=Scoring.choices, default=Scoring.BINARY)
    parameters = models.JSONField(
        default=dict,
        help_text="graded: thresholds [a, b, c]; per_occurrence: step; proportional: target; decimals as text",
    )
    points = models.DecimalField(
        _("points"),
        max_digits=8,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.NORMAL)
    limit = models.CharField(
        _("repair limit"), max_length=8, default="3d", help_text=_("4h = 4 working hours, 3d = 3 working days")
    )
    photos_required = models.PositiveSmallIntegerField(_("photos required"), default=0)
    position = models.PositiveIntegerField(default=0)
    active = models.BooleanField(default=True)

    objects = CheckItemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "code"], name="check_item_code_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="check_item_points_positive"),
        ]
        indexes = [models.Index(fields=["site_type", "position"], name="check_item_by_type")]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"
