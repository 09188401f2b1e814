"""What leaves the house: group robots, and the rows that wait to be sent. The row is the queue."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..contact import decrypted


class Robot(models.Model):
    """A robot of a chat group (群机器人) that posts what the office lets it post.

    Its address holds a key and is kept encrypted, like the secret; ``host`` is what pages show of it.
    """

    class Kind(models.TextChoices):
        WECOM = "wecom", _("WeCom")
        DINGTALK = "dingtalk", _("DingTalk")

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    host = models.CharField(_("host"), max_length=120)
    address = models.TextField(help_text="encrypted; see campaign.contact")
    secret = models.TextField(blank=True, help_text="encrypted; signs what DingTalk takes")
    tells_overdue = models.BooleanField(_("tells what is overdue, once a working day"), default=True)
    tells_lists = models.BooleanField(_("tells which lists are published"), default=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("robot")
        constraints = [models.CheckConstraint(condition=Q(kind__in=["wecom", "dingtalk"]), name="robot_kind_known")]

    def __str__(self) -> str:
        return self.name

    @property
    def full_address(self) -> str:
        """The address with its key."""
        return decrypted(self.address)

    @property
    def full_secret(self) -> str:
        """The signing secret."""
        return decrypted(self.secret)


class Delivery(models.Model):
    """One message to a robot's group or to a person's e-mail address; ``key`` lets it be written once.

    Whoever sends it takes it first: ``attempts`` goes up and ``next_try_at`` away, so a sender that dies leaves it for
    the next, and one that was too slow does not write over the next one's result.
    """

    key = models.CharField(max_length=160, unique=True)
    robot = models.ForeignKey(Robot, models.PROTECT, null=True, related_name="deliveries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(robot=None, person__isnull=False) | Q(robot__isnull=False, person=None),
                name="delivery_to_one",
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(given_up_at=None), name="delivery_ends_once"),
        ]
        indexes = [models.Index(F("next_try_at"), condition=Q(sent_at=None, given_up_at=None), name="delivery_waiting")]

    def __str__(self) -> str:
        return self.key
