"""Papers of the ledger: what was issued under a number, its files, what the unit replied, and runs that issue many."""

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from units.models import Unit

from ..querysets import PaperQuerySet, PaperRunQuerySet
from .problem import Problem


def check_number_form(form: str) -> None:
    """A form of numbers: 〔{year}〕 and {number} once each, and nothing that the layout of such papers forbids."""
    if form.count("〔{year}〕") != 1 or form.count("{number}") != 1 or form.count("{") != 2 or form.count("}") != 2:
        raise ValidationError(_("Write 〔{year}〕 and {number} once each, like 创建办交〔{year}〕{number}号."))
    if "第" in form:
        raise ValidationError(_("A number of a paper has no 第."))


def _number_form(label: Any, default: str) -> models.CharField:
    return models.CharField(label, max_length=40, default=default, validators=[check_number_form])


class PaperSettings(models.Model):
    """How the city's papers look and count; one row (``queries.papers.paper_settings`` reads it).

    Kinds with the same form of number share one series. A form that changes begins a series of its own.
    """

    only = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    head = models.CharField(
        _("head"), max_length=40, blank=True, help_text=_("The red line above; empty: the city's creation office")
    )
    signer = models.CharField(_("signer"), max_length=40, blank=True, help_text=_("Empty: as in the head"))
    copies = models.CharField(
        _("copies to"), max_length=200, blank=True, help_text=_("For example 市委督查室，市政府督查室; empty: nobody")
    )
    contact = models.CharField(
        _("contact"), max_length=200, blank=True, help_text=_("Name and telephone, as the papers print them")
    )
    demands = models.TextField(
        _("demands"),
        max_length=1000,
        blank=True,
        default=(
            "（一）请于规定时限前完成整改，举一反三，防止反弹。\n"
            "（二）整改后照片须与整改前照片同一角度、一一对应。\n"
            "（三）逾期未整改的，将予以督办并计入考核。"
        ),
        help_text=_("Paragraphs of notices and hand-over sheets, one a line"),
    )
    requirement = models.CharField(
        _("requirement"), max_length=60, default="立即整改到位", help_text=_("For problems without a check item")
    )
    hand_over_number = _number_form(_("numbers of hand-over sheets"), "创建办交〔{year}〕{number}号")
    notice_number = _number_form(_("numbers of notices"), "创建办改〔{year}〕{number}号")
    supervision_number = _number_form(_("numbers of supervision orders"), "创建办督〔{year}〕{number}号")
    ledger_number = _number_form(_("numbers of ledgers"), "创建办账〔{year}〕{number}号")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=1), name="paper_settings_one_row")]

    def number_form(self, kind: str) -> str:
        """The form of the numbers of a kind."""
        return str(getattr(self, f"{kind}_number"))

    def series(self, kind: str, *, year: int) -> str:
        """The form with its year: what numbers of a kind are counted under."""
        return self.number_form(kind).replace("{year}", str(year))


class PaperRun(models.Model):
    """Papers that somebody asked for; the row is the queue: waiting → running → ready, or failed with a sentence.

    ``output`` is the file of all of them (none: each is fetched by itself); ``options`` what was typed beside.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    class Output(models.TextChoices):
        NONE = "", _("Each by itself")
        WORD = "docx", _("One Word file")
        PDF = "pdf", _("One PDF file")
        WORD_ZIP = "docx_zip", _("A zip of Word files")
        PDF_ZIP = "pdf_zip", _("A zip of PDF files")
        SHEET = "xlsx", _("Excel with photographs")

    token = models.UUIDField(unique=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=12)
    output = models.CharField(max_length=8, choices=Output.choices, blank=True)
    options = models.JSONField(default=dict)
    filters = models.JSONField(default=dict, help_text="the list it was made from, as in the address")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    file = models.FileField(upload_to="papers/%Y/%m/", blank=True)
    name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, help_text="moves on with every paper")
    finished_at = models.DateTimeField(null=True)

    objects = PaperRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=Q(state__in=["waiting", "running"]), name="paper_run_undone")]

    def get_absolute_url(self) -> str:
        return reverse("inspections:paper_run", args=[self.token])


class Paper(models.Model):
    """A paper that was issued (append-only, trigger). Its words are ``content`` (``documents.paper.frozen``); all its
    files are made from them. A correction is another paper that ``replaces`` it.
    """

    class Kind(models.TextChoices):
        HAND_OVER = "hand_over", _("Hand-over sheet")
        NOTICE = "notice", _("Notice to repair")
        SUPERVISION = "supervision", _("Supervision order")
        LEDGER = "ledger", _("Repair ledger")

    #: Kinds that go to one unit.
    LETTERS: ClassVar = (Kind.HAND_OVER, Kind.NOTICE, Kind.SUPERVISION)

    token = models.UUIDField(unique=True, default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    number = models.CharField(_("number"), max_length=60, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="papers", verbose_name=_("unit"))
    problems: models.ManyToManyField = models.ManyToManyField(Problem, through="PaperProblem", related_name="papers")
    count = models.PositiveIntegerField(help_text="problems in it")
    content = models.JSONField()
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="ledger", unit=None) | (~Q(kind="ledger") & Q(unit__isnull=False)),
                name="paper_letter_has_unit",
            ),
            models.CheckConstraint(condition=~Q(replaces=F("id")), name="paper_replaces_another"),
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="paper_by_kind")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("inspections:paper", args=[self.token])

    @property
    def code(self) -> str:
        """What the audit trail calls it."""
        return self.number


class PaperProblem(models.Model):
    """A problem that a paper speaks of, in the paper's order. Append-only (trigger)."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="lines")
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["paper", "problem"], name="paper_problem_once")]


class PaperFile(models.Model):
    """A file of a paper, kept byte for byte (append-only, trigger): each format is made once."""

    class Format(models.TextChoices):
        WORD = "docx", "Word"
        PDF = "pdf", "PDF"
        SHEET = "xlsx", "Excel"

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="files")
    format = models.CharField(max_length=4, choices=Format.choices)
    file = models.FileField(upload_to="papers/%Y/%m/")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["format"]
        constraints = [models.UniqueConstraint(fields=["paper", "format"], name="paper_file_once")]


class PaperReply(models.Model):
    """What the unit answers to a paper. Append-only (trigger)."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="replies")
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]


class PaperRunItem(models.Model):
    """One paper of a run: issued as soon as ``paper`` is set, in the transaction that took its number."""

    run = models.ForeignKey(PaperRun, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    problems = ArrayField(models.BigIntegerField(), default=list, help_text="keys, in the paper's order")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="run_items")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="paper_run_item_once")]
